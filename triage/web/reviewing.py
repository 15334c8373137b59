"""The reviewer's page of a request: every passage, what is proposed to stay out of it, and what to do instead."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, NotFound, Problem, Stale
from triage.models.codes import HELD_BACK, JUDGEMENTS
from triage.schemas.rights import JudgePassageSchema
from triage.services.desk import Desk
from triage.services.rights.judging import JudgePassage, judge_passage, show_all
from triage.services.rights.keeping import open_material
from triage.services.rights.redacting import Shown
from triage.services.rights.requests import permitted_on_request
from triage.state import state_of
from triage.store.access_requests import get_request
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, read_part
from triage.web.keeping import NOTHING, begin, was_sent

blueprint = Blueprint("reviewing", __name__, url_prefix="/rights/<uuid:request_id>/review")
carry_on(blueprint)


@dataclass(frozen=True, slots=True)
class Line:
    """A passage on the page: its place, the heading it stands under, and its text in pieces, each masked or not."""

    place: int
    heading: str
    shown: Shown
    pieces: tuple[tuple[str, bool], ...]

    @property
    def part(self) -> str:
        """How the names of its fields begin."""
        return f"p{self.place}"


@blueprint.get("")
@may("request.read")
def show(request_id: UUID) -> Any:
    """Every passage that was gathered, as it would be released now."""
    return _render(request_id, NOTHING, {})


@blueprint.post("")
@may("request.review")
def judge(request_id: UUID) -> Any:
    """Keep what was said of one passage, and go on from there."""
    place = request.form.get("place", default=-1, type=int)
    part = f"p{place}"
    try:
        with open_desk() as desk:
            judge_passage(desk, state_of(current_app).vault, _read(desk, request_id, place, part))
            was_sent(desk)
    except (Conflict, Invalid, Stale) as refusal:
        errors = {f"{part}.{name}" if name else "": words for name, words in errors_by_field(refusal).items()}
        return _render(request_id, request.form, errors), refusal.status
    return redirect(url_for("reviewing.show", request_id=request_id, _anchor=part))


def _read(desk: Desk, request_id: UUID, place: int, part: str) -> JudgePassage:
    """The command that the form means. NotFound where the page is of an earlier gathering."""
    material = open_material(desk, state_of(current_app).vault, get_request(desk.session, request_id))
    keys = [each.key for each in material.passages]
    if not 0 <= place < len(keys) or keys[place] != request.form.get("passage"):
        raise NotFound(Problem("not_found", "This page is of an earlier gathering. Open it again."))
    said = load(JudgePassageSchema(), read_part(request.form, part))
    words = tuple(filter(None, (line.strip() for line in said.pop("words", "").splitlines())))
    return JudgePassage(request_id=request_id, passage=keys[place], words=words, **said)


def _render(request_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        row = get_request(desk.session, request_id)
        note_shown(desk, [row.person_id])
        return render_template(
            "rights/review.html",
            row=row,
            lines=_arrange(desk, row),
            may_judge=any(each.action == "judge" and each.allowed for each in permitted_on_request(desk, row)),
            choices=JUDGEMENTS,
            reasons=HELD_BACK,
            form=begin(desk, url_for("reviewing.show", request_id=row.id), values),
            errors=errors,
        )


def _arrange(desk: Desk, row: Any) -> list[Line]:
    vault = state_of(current_app).vault
    material, shown = open_material(desk, vault, row), show_all(desk, vault, row)
    pairs = [(item.heading, each) for part in material.sections for item in part.items for each in item.passages]
    return [Line(place, heading, shown[each.key], _cut(shown[each.key])) for place, (heading, each) in enumerate(pairs)]


def _cut(shown: Shown) -> tuple[tuple[str, bool], ...]:
    """The text in pieces: those that stay out are marked."""
    text, at, pieces = shown.passage.text, 0, []
    for start, end in shown.spans:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(each for each in (*pieces, (text[at:], False)) if each[0])
