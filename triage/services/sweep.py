"""The clock sweep: each minute, let run on what was paused until now, warn of what is soon due, mark what is past due
and escalate it. Once each.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from triage.models import AgencyCheck, Clock, ClockPause, Enquiry, Referral
from triage.services.checks import CheckAction, act_on_check
from triage.services.clocks import resume_ended
from triage.services.desk import Desk
from triage.services.disagreeing import name
from triage.services.events import record
from triage.services.outbox import promise
from triage.store.disagreements import find_of_clock
from triage.store.locking import lock_if_free
from workflows.agency_check import WAITING
from workflows.calendar import LONDON
from workflows.disagreement import CLOCK

BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many clocks were warned of, how many were marked as breached, and how many run on after a pause."""

    warned: int
    breached: int
    resumed: int


def sweep(desk: Desk, *, batch: int = BATCH) -> Swept:
    """Let run on, warn of and mark up to `batch` clocks each whose time it is.

    Safe to run several at once, and again after being killed at any point. What runs on may be due at once.
    """
    resumed = _sweep(desk, _is_pause_over(desk), _resume, batch)
    runs = Clock.state == "running"
    warned = _sweep(desk, runs & (Clock.warn_at <= desk.now) & Clock.warned_at.is_(None), _warn, batch)
    breached = _sweep(desk, runs & (Clock.due_at < desk.now) & Clock.breached_at.is_(None), _breach, batch)
    return Swept(warned, breached, resumed)


def _is_pause_over(desk: Desk) -> ColumnElement[bool]:
    """A pause ends when the office opens on its day, or next after that day."""
    opened_on = desk.pack.calendar.last_opening(desk.now).astimezone(LONDON).date()
    return (Clock.state == "paused") & Clock.pauses.any(
        ClockPause.resumed_at.is_(None) & (ClockPause.until <= opened_on)
    )


def _sweep(desk: Desk, due: ColumnElement[bool], mark: Callable[[Desk, Clock], None], batch: int) -> int:
    """A case that somebody works on now is left for the next minute: whoever never waits stands in no ring."""
    query = select(Clock).where(due).order_by(Clock.due_at, Clock.id).limit(batch)
    marked = 0
    for clock in desk.session.scalars(query).all():
        case = _lock_case(desk, clock)
        if case is None or not _is_of(desk, clock, case):
            continue
        desk.session.refresh(clock, with_for_update=True)
        if desk.session.scalar(select(due).where(Clock.id == clock.id)):
            mark(desk, clock)
            marked += 1
    desk.session.flush()
    return marked


def _lock_case(desk: Desk, clock: Clock) -> Enquiry | Referral | None:
    if clock.enquiry_id:
        return lock_if_free(desk.session, Enquiry, clock.enquiry_id)
    return lock_if_free(desk.session, Referral, clock.referral_id)


def _is_of(desk: Desk, clock: Clock, case: Enquiry | Referral) -> bool:
    """Whether it is still that case's: a partner's clock goes with its check to what an enquiry is joined to."""
    key = func.coalesce(Clock.enquiry_id, Clock.referral_id)
    return desk.session.scalar(select(key).where(Clock.id == clock.id)) == case.id


def _resume(desk: Desk, clock: Clock) -> None:
    record(desk, clock.enquiry or clock.referral, "clock_resumed", **resume_ended(desk, clock))


def _warn(desk: Desk, clock: Clock) -> None:
    clock.warned_at = desk.now
    if clock.agency_check:
        act_on_check(desk, CheckAction(check_id=clock.agency_check_id, action="chase"))
    if clock.kind == CLOCK:
        promise(desk, "tell_disagreement", soon=True, **name(find_of_clock(desk.session, clock.id)))
    record(desk, clock.enquiry or clock.referral, "clock_warned", kind=clock.kind, due_at=clock.due_at.isoformat())


def _breach(desk: Desk, clock: Clock) -> None:
    clock.breached_at = clock.escalated_at = desk.now
    case = clock.enquiry or clock.referral
    record(
        desk, case, "clock_breached", kind=clock.kind, due_at=clock.due_at.isoformat(), escalated_to=clock.escalate_to
    )
    promise(desk, "escalate_breach", clock_id=str(clock.id))
    if clock.agency_check:
        pass_due(desk, clock.agency_check)


def pass_due(desk: Desk, check: AgencyCheck) -> None:
    """A partner who has not answered in time is overdue, and the agency's lead is told."""
    if check.state in WAITING[:2]:
        act_on_check(desk, CheckAction(check_id=check.id, action="pass_due"))
    act_on_check(desk, CheckAction(check_id=check.id, action="escalate"))
