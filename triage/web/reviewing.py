"""The reviewer's page of a request: every passage, what is proposed to stay out of it, and what to do with it.

One form for all: what nothing is said of is left as it was, and where one is refused nothing is recorded or lost.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, Stale
from triage.models import AccessRequest
from triage.models.codes import HELD_BACK, JUDGEMENTS
from triage.schemas.rights import JudgePassageSchema
from triage.services.desk import Desk
from triage.services.rights.judging import JudgePassage, JudgePassages, judge_passages
from triage.services.rights.keeping import find_material, open_material
from triage.services.rights.requests import permitted_on_request
from triage.services.rights.showing import show_all
from triage.state import state_of
from triage.store.access_requests import get_request
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, is_typed, load, read_part
from triage.web.keeping import NOTHING, begin, was_sent
from triage.web.offering import find_open
from triage.web.passages import Line, arrange

blueprint = Blueprint("reviewing", __name__, url_prefix="/rights/<uuid:request_id>/review")
carry_on(blueprint)
GATHERING = "versions.gathering"  # the one that whoever sends the page has read


@blueprint.get("")
@may("request.read")
def show(request_id: UUID) -> Any:
    """Every passage that was gathered, as it would be released now."""
    return _render(request_id, NOTHING, {})


@blueprint.post("")
@may("request.review")
def judge(request_id: UUID) -> Any:
    """Keep what was said of the passages that were looked at, or show all of it again and what to put right."""
    try:
        with open_desk() as desk:
            _judge(desk, request_id)
            was_sent(desk)
    except (Conflict, Invalid, Stale) as refusal:
        return _render(request_id, request.form, errors_by_field(refusal)), refusal.status
    return redirect(url_for("reviewing.show", request_id=request_id))


def _judge(desk: Desk, request_id: UUID) -> None:
    typed = {name.partition(".")[0] for name, said in request.form.items() if is_typed(name, said)}
    lines = [each for each in _lines_of(desk, get_request(desk.session, request_id)) if each.part in typed]
    said, read = tuple(map(_read, lines)), request.form.get(GATHERING, type=UUID)
    try:
        judge_passages(
            desk, state_of(current_app).vault, JudgePassages(request_id=request_id, said=said, material_id=read)
        )
    except Invalid as refusal:
        raise _rename(refusal, lambda field: _name_part(lines, field)) from refusal


def _read(line: Line) -> JudgePassage:
    try:
        said = load(JudgePassageSchema(), read_part(request.form, line.part))
    except Invalid as refusal:
        raise _rename(refusal, lambda field: f"{line.part}.{field}") from refusal
    words = tuple(filter(None, (each.strip() for each in said.pop("words", "").splitlines())))
    return JudgePassage(passage=line.shown.passage.key, words=words, **said)


def _rename(refusal: Invalid, name: Callable[[str], str]) -> Invalid:
    return Invalid(*(replace(each, field=name(each.field) if each.field else each.field) for each in refusal.problems))


def _name_part(lines: list[Line], field: str) -> str:
    """ "2.words" as the page has it."""
    place, _, name = field.partition(".")
    return f"{lines[int(place)].part}.{name}"


def _without_choices(values: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was typed of the passages beside what to do with each, which is never folded away before it is said."""
    return MultiDict((name, said) for name, said in values.items(multi=True) if not name.endswith(".choice"))


def _lines_of(desk: Desk, row: AccessRequest) -> list[Line]:
    vault = state_of(current_app).vault
    return arrange(open_material(desk, vault, row), show_all(desk, vault, row))


def _render(request_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        row = get_request(desk.session, request_id)
        note_shown(desk, [row.person_id])
        actions = permitted_on_request(desk, state_of(current_app).vault, row)
        form = begin(desk, url_for("reviewing.show", request_id=row.id), values)
        return render_template(
            "rights/review.html",
            row=row,
            lines=_lines_of(desk, row),
            gathering=find_material(desk, row).id,
            may_judge=any(each.action == "judge" and each.allowed for each in actions),
            choices=JUDGEMENTS,
            reasons=HELD_BACK,
            form=form,
            errors=errors,
            open=find_open(form.values, errors),
            open_details=find_open(_without_choices(form.values), errors),
        )
