"""The MASH's worktray: what is mine, my team's, nobody's; and the next of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.errors import Invalid, NotFound, Problem
from triage.models.codes import SOURCES
from triage.schemas.worktray import TrayQuery
from triage.services.colleagues import list_colleagues
from triage.services.desk import Desk
from triage.services.reading import people_of
from triage.services.taking import take_next
from triage.state import state_of
from triage.store.covers import list_covered
from triage.store.disagreements import count_unanswered
from triage.store.worktray import ELSEWHERE, PAGE, WHOSE, Tray, count_worktray, list_keys, list_worktray
from triage.web.access import may, note_shown, open_desk
from triage.web.forms import load, read_page_number

blueprint = Blueprint("worktray", __name__, url_prefix="/enquiries")
FIELDS = tuple(Tray.__dataclass_fields__)
HELD = "tray"  # what of it was looked at last: the next is the next of that
NOBODY_LEFT = "There is no other that nobody has."


@blueprint.get("")
@may("worktray.read")
def show() -> Any:
    """Open enquiries as the address asks for them, the worst first."""
    tray, page = read_tray(request.args), read_page_number(request.args)
    session[HELD] = address_of(tray)
    with open_desk() as desk:
        looked_at = (desk.session, desk.actor, desk.now, tray)
        rows, counts = list_worktray(*looked_at, page), count_worktray(*looked_at)
        note_shown(desk, people_of(row.enquiry for row in rows))
        return render_template(
            "mash/worktray.html",
            rows=rows,
            counts=counts,
            tray=tray,
            chosen=address_of(tray),
            values=MultiDict(address_of(tray)),
            page=page,
            pages=-(-counts.total // PAGE),
            options=_options(desk),
            covered=list_covered(desk.session, desk.actor.id, desk.now),
            disagreements=count_unanswered(desk.session) if has("disagreement.answer", desk.actor.role) else 0,
        )


@blueprint.get("/next")
@may("worktray.read")
def show_next() -> Any:
    """The enquiry after that one in the tray that was looked at last; its first where that one is in it no more."""
    tray, after = last_tray(), request.args.get("after", type=UUID)
    with open_desk() as desk:
        keys = list(list_keys(desk.session, desk.actor, desk.now, tray))
    place = keys.index(after) + 1 if after in keys else 0
    if place < len(keys):
        return redirect(url_for("enquiries.show", enquiry_id=keys[place]))
    flash("That was the last of these.")
    return redirect(url_for("worktray.show", **address_of(tray)))


@blueprint.post("/next")
@may("enquiry.act")
def take() -> Any:
    """Take on the worst that nobody has, of the tray that was looked at last, and open it."""
    with open_desk() as desk:
        taken = take_next(desk, last_tray(), request.form.get("shown", type=UUID))
    if taken:
        return redirect(url_for("enquiries.show", enquiry_id=taken.id))
    flash(NOBODY_LEFT)
    return redirect(url_for("worktray.show", **address_of(last_tray())))


def read_tray(asked: Mapping[str, str]) -> Tray:
    """Which of it is asked for. NotFound, saying what there is, for what there is not."""
    try:
        tray = load(TrayQuery(), {name: asked[name] for name in FIELDS if asked.get(name)})
    except Invalid as refusal:
        raise NotFound(*refusal.problems) from refusal
    if tray.district not in (None, ELSEWHERE, *state_of(current_app).pack.districts):
        raise NotFound(Problem("district", f"There is no district {tray.district}. Choose from the list."))
    return tray


def last_tray() -> Tray:
    """What of the worktray this person looked at last; all of it where they have not."""
    return read_tray(session.get(HELD, {}))


def address_of(tray: Tray) -> dict[str, str]:
    """What stands in the address for it."""
    return {name: "true" if value is True else value for name, value in asdict(tray).items() if value}


def _options(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen, each with its words."""
    colleagues = ((str(user.id), user.name) for user in list_colleagues(desk, desk.actor.id))
    places = ((code, row["name"]) for code, row in desk.pack.districts.items())
    return {
        "whose": [*zip(WHOSE, ("Me", "My team", "Nobody"), strict=True), *colleagues],
        "source": list(SOURCES.items()),
        "district": [*places, (ELSEWHERE, "None of them, or not known")],
    }
