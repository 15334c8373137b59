"""The page of whoever is on duty: what will breach by closing, what waits longest, the night's beginning and end."""

from typing import Any

from flask import Blueprint, g, render_template

from triage.services.duty import list_cases, list_due, prepare_brief, prepare_morning
from triage.services.reading import people_of
from triage.services.waiting import list_waiting
from triage.web.access import HUB, may, note_shown, open_desk

blueprint = Blueprint("duty", __name__, url_prefix="/duty")


@blueprint.get("")
@may("duty.read")
def show() -> Any:
    """All of it as it stands now for the hub; for a locality's manager what will breach there by closing."""
    with open_desk() as desk:
        by = desk.pack.calendar.next_closing(desk.now)
        hub = g.actor.role in HUB
        due = list_due(desk, by)
        brief = prepare_brief(desk) if hub else None
        morning = prepare_morning(desk, desk.now, brief.with_edt) if brief else None
        waiting = list_waiting(desk) if hub else None
        page = render_template("duty/show.html", by=by, due=due, brief=brief, morning=morning, waiting=waiting)
        note_shown(desk, people_of([*list_cases(due, brief, morning), *(waiting.cases if waiting else ())]))
        return page
