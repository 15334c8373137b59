"""Clocks of a case: started by what happened, stopped by what happened, never restarted by a later step."""

from collections.abc import Iterable
from datetime import datetime

from triage.models import AgencyCheck, Clock, Enquiry, Referral
from triage.services.desk import Desk
from workflows.clocks import due_times


def start_clock(
    desk: Desk,
    case: Enquiry | Referral,
    kind: str,
    variant: str | None = None,
    *,
    started_at: datetime | None = None,
    check: AgencyCheck | None = None,
) -> Clock:
    """Start a clock of `kind` on `case`, from `started_at` or from now."""
    started_at = started_at or desk.now
    due = due_times(kind, variant, started_at, desk.pack.calendar)
    clock = Clock(
        kind=kind,
        variant=variant,
        started_at=started_at,
        warn_at=due.warn_at,
        due_at=due.due_at,
        limit_text=due.limit_text,
        authority=due.authority,
        escalate_to=due.escalate_to,
        enquiry=case if isinstance(case, Enquiry) else None,
        referral=case if isinstance(case, Referral) else None,
        agency_check=check,
    )
    desk.session.add(clock)
    return clock


def retime_clock(desk: Desk, clock: Clock, variant: str) -> None:
    """Give a running clock another limit (a changed RAG). It still counts from when it started."""
    due = due_times(clock.kind, variant, clock.started_at, desk.pack.calendar)
    clock.variant, clock.due_at, clock.warn_at = variant, due.due_at, due.warn_at
    clock.limit_text, clock.authority, clock.escalate_to = due.limit_text, due.authority, due.escalate_to
    clock.warned_at = clock.breached_at = clock.escalated_at = None


def running(case: Enquiry | Referral, kinds: Iterable[str] = ("*",)) -> list[Clock]:
    """The running clocks of `case` of these kinds; "*" is every kind."""
    wanted = frozenset(kinds)
    return [clock for clock in case.clocks if clock.state == "running" and ("*" in wanted or clock.kind in wanted)]


def stop_clocks(desk: Desk, case: Enquiry | Referral, kinds: Iterable[str]) -> None:
    """Stop running clocks: met where it was in time, missed where it was not."""
    for clock in running(case, kinds):
        stop_clock(desk, clock)


def stop_clock(desk: Desk, clock: Clock) -> None:
    """Stop one clock now."""
    clock.stopped_at = desk.now
    clock.state = "met" if desk.now <= clock.due_at else "missed"


def cancel_clocks(desk: Desk, case: Enquiry | Referral, kinds: Iterable[str] = ("*",)) -> None:
    """End running clocks that no longer have anything to time; they count neither as met nor as missed."""
    for clock in running(case, kinds):
        clock.stopped_at, clock.state = desk.now, "cancelled"
