"""Firing an action of a workflow table for whoever acts, and refusing in the words of a use case."""

from dataclasses import MISSING, fields
from typing import Any

from sqlalchemy import ColumnElement, select

from triage.errors import Conflict, Invalid, NotFound, Problem, Stale
from triage.models import AccessRequest, AgencyCheck, Enquiry, Event, PolicyVersion, Rectification, Referral, Transfer
from triage.services.desk import Desk
from workflows.definition import Table
from workflows.engine import Fired, Refused, fire
from workflows.transfer import TRANSFER

VIEW = "first_view_recorded"
WITH_EVERY = {"reason", "version"}  # may be brought with any action
TOLD = 5  # of what changed since a page was read, at most so many changes are told
LOGGED = (Enquiry, Referral, PolicyVersion, AccessRequest)  # these have a log of their own
Row = Enquiry | Referral | AgencyCheck | PolicyVersion | Transfer | AccessRequest


def fire_action(table: Table, desk: Desk, row: Row, action: str, context: Any, *, state: str | None = None) -> Fired:
    """Where `action` leads from the row's state. Conflict, with every reason in plain words, where it may not be.

    `state` is one to fire from in its stead. NotFound for an action that the table does not have.
    """
    if action not in table.actions:
        message = f"There is no action {action!r}. Those there are: {', '.join(table.actions)}."
        raise NotFound(Problem("unknown_action", message, "action"))
    if state is None and getattr(row, "workflow_version", table.version) != table.version:
        message = "This case stands on an earlier version of its procedure. Have `triage migrate` run: it moves it."
        raise Conflict(Problem("earlier_version", message))
    try:
        return fire(table, state or row.state, action, desk.actor.role, context)
    except Refused as refused:
        raise Conflict(*(Problem(reason.code, reason.words) for reason in refused.reasons)) from refused


def refuse_unasked(table: Table, command: Any, *kept: str) -> None:
    """Invalid, naming each thing brought that the action has no use for: what is sent is kept or refused.

    `kept` is what is put in the log with any action of this kind.
    """
    if command.action not in table.actions:
        return  # which is said better when it is fired
    asked = {name for row in table.transitions if row.action == command.action for name in row.asks}
    asked |= {*WITH_EVERY, *kept}
    given = (each.name for each in fields(command) if each.default not in (MISSING, getattr(command, each.name)))
    words = f"Leave this out: {command.action} does not ask for it."
    if problems := [Problem("not_asked", words, name) for name in given if name not in asked]:
        raise Invalid(*problems)


def check_version(desk: Desk, row: Row, read: int | None) -> None:
    """Stale, saying what changed and by whom, unless `read` is the row's present version (or none was claimed).

    A colleague's first view changes nothing that anybody acts upon, so it makes nobody's page stale.
    """
    if read is None or read == row.version:
        return
    changes = select(Event).where(*_of_row(row)).order_by(Event.number.desc())
    # Each event raises the version by one at least, so no more of them than versions are new.
    since = desk.session.scalars(changes.limit(min(max(row.version - read, 1), TOLD))).all()
    if isinstance(row, LOGGED):
        # Each view raises the version by one, of itself: so many since the last change account for so many versions.
        if since and 0 < row.version - read <= row.event_number - since[0].number:
            return
        since = [event for event in since if row.event_number - event.number < row.version - read]
    told = "; ".join(f"{event.type.replace('_', ' ')} by {event.actor_name}" for event in reversed(since))
    change = f" What changed: {told}." if told and read < row.version else ""
    message = f"You read version {read}; it is now version {row.version}.{change} Read it again, then act."
    raise Stale(Problem("stale", message))


def refuse_stale(row: Rectification, read: int | None) -> None:
    """Stale, unless `read` is the present version of a row that has no log of its own (or none was claimed)."""
    if read not in (None, row.version):
        raise Stale(Problem("stale", "Somebody decided this since you read it. Read it again, then act."))


def _of_row(row: Row) -> tuple[ColumnElement[bool], ...]:
    """Which events tell of a row: all of its own log or, of what belongs to a case, those of the case that name it."""
    if isinstance(row, AgencyCheck):
        return Event.case_id == row.enquiry_id, Event.data["check"].astext == str(row.id)
    if isinstance(row, Transfer):
        return Event.case_id == row.referral_id, Event.type.in_({each.event for each in TRANSFER.transitions})
    return Event.case_id == row.id, Event.type != VIEW
