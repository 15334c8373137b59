"""A partner's answer to a check, or our chasing for it: one function for each action, beside its table."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from triage.models import AgencyCheck, Enquiry
from triage.services.clocks import RUNS, cancel_clock, stop_clock
from triage.services.contexts import check_context
from triage.services.deciding import ImmediateDanger, act_on_immediate_danger, protect_subjects
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.outbox import promise
from triage.store.locking import lock
from workflows.agency_check import AGENCY_CHECK
from workflows.definition import IMMEDIATE_DANGER


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAction:
    """One action on a check. What it does not need is left out."""

    check_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    answer: str = ""


def act_on_check(desk: Desk, command: CheckAction) -> AgencyCheck:
    """Do the action, or refuse: Stale or Conflict. The enquiry's log says what happened."""
    seen = desk.session.get(AgencyCheck, command.check_id)
    enquiry = lock(desk.session, Enquiry, seen.enquiry_id) if seen else None
    check = lock(desk.session, AgencyCheck, command.check_id)
    check_version(desk, check, command.version)
    context = check_context(reason=command.reason, answer=command.answer)
    fired = fire_action(AGENCY_CHECK, desk, check, command.action, context)
    check.state = fired.target
    for clock in (each for each in enquiry.clocks if each.agency_check is check and each.state in RUNS):
        if fired.row.stops:
            stop_clock(desk, clock)
        elif fired.row.cancels:
            cancel_clock(desk, clock)
    if check.state in AGENCY_CHECK.final:
        check.ended_at, check.answer = desk.now, command.answer or command.reason
    record(desk, enquiry, fired.row.event, check=str(check.id), agency=check.agency_code, reason=command.reason)
    EFFECTS.get(command.action, _nothing_more)(desk, enquiry, check, command)
    return check


def _nothing_more(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    pass


def _acknowledge(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    check.acknowledged_at = desk.now


def _chase(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    check.chased_at = desk.now
    promise(desk, "chase_check", check_id=str(check.id))


def _escalate(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    check.escalated_at = desk.now
    promise(desk, "escalate_check", check_id=str(check.id))


def _declare_danger(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    """What a partner knows may not wait for a second step, nor for an enquiry that is closed or joined to another."""
    while enquiry.joined_into_id:
        enquiry = lock(desk.session, Enquiry, enquiry.joined_into_id)
    if enquiry.state == "closed":
        protect_subjects(desk, enquiry, command.reason, "immediate_danger_declared")
    else:
        act_on_immediate_danger(desk, ImmediateDanger(enquiry_id=enquiry.id, reason=command.reason))


EFFECTS: dict[str, Callable[[Desk, Enquiry, AgencyCheck, CheckAction], None]] = {
    "acknowledge": _acknowledge,
    "chase": _chase,
    "escalate": _escalate,
    IMMEDIATE_DANGER: _declare_danger,
}
