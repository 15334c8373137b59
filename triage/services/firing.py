"""Firing an action of a workflow table for whoever acts, and refusing in the words of a use case."""

from typing import Any

from sqlalchemy import select

from triage.errors import Conflict, Problem, Stale
from triage.models import AgencyCheck, Enquiry, Event, PolicyVersion, Referral
from triage.services.desk import Desk
from workflows.definition import Table
from workflows.engine import Fired, Refused, fire

VIEW = "first_view_recorded"
Row = Enquiry | Referral | AgencyCheck | PolicyVersion


def fire_action(table: Table, desk: Desk, row: Row, action: str, context: Any) -> Fired:
    """Where `action` leads from the row's state. Conflict, with every reason in plain words, where it may not be."""
    try:
        return fire(table, row.state, action, desk.actor.role, context)
    except Refused as refused:
        raise Conflict(*(Problem(reason.code, reason.words) for reason in refused.reasons)) from refused


def check_version(desk: Desk, row: Row, read: int | None) -> None:
    """Stale, saying what changed and by whom, unless `read` is the row's present version (or none was claimed).

    A colleague's first view changes nothing that anybody acts upon, so it makes nobody's page stale.
    """
    if read is None or read == row.version:
        return
    changes = select(Event).where(Event.case_id == row.id, Event.type != VIEW).order_by(Event.number.desc())
    last = desk.session.scalar(changes.limit(1))
    # Each view raises the version by one, of itself: so many views since the last change account for so many versions.
    if last and 0 < row.version - read <= row.event_number - last.number:
        return
    change = f" Last change: {last.type.replace('_', ' ')} by {last.actor_name}." if last else ""
    message = f"You read version {read}; it is now version {row.version}.{change} Read it again, then act."
    raise Stale(Problem("stale", message))
