"""A partner's answer to a check, or our chasing for it."""

from dataclasses import dataclass
from uuid import UUID

from triage.models import AgencyCheck, Enquiry
from triage.services.clocks import stop_clock
from triage.services.contexts import check_context
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.store.locking import lock
from workflows.agency_check import AGENCY_CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAction:
    """One action on a check: answer, nothing_known, decline or chase."""

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
    fired = fire_action(AGENCY_CHECK, desk, check, command.action, check_context(reason=command.reason))
    check.state = fired.target
    if fired.stops:
        _end(desk, enquiry, check, command.answer)
    record(desk, enquiry, fired.event, check=str(check.id), agency=check.agency_code, reason=command.reason)
    return check


def _end(desk: Desk, enquiry: Enquiry, check: AgencyCheck, answer: str) -> None:
    check.ended_at, check.answer = desk.now, answer
    for clock in enquiry.clocks:
        if clock.agency_check is check and clock.state == "running":
            stop_clock(desk, clock)
