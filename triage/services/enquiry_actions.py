"""What may be done to an enquiry between logging and closing, other than deciding: one function for each action.

The table in workflows/enquiry.py says who may do what from which state; here is what each changes besides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from triage.errors import NotFound, Problem, invalid
from triage.models import AgencyCheck, Enquiry
from triage.models.codes import LAWFUL_BASES, RAGS
from triage.services.clocks import cancel_clocks, retime_clock, running, start_clock, stop_clocks
from triage.services.contexts import enquiry_context
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.store.locking import hold, lock
from workflows.enquiry import ENQUIRY


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryAction:
    """One action on an enquiry. `version` is the one the actor has read; what an action does not need is left out."""

    enquiry_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    rag: str | None = None
    agency_code: str | None = None
    lawful_basis: str = "public_task"
    question: str = ""


def act_on_enquiry(desk: Desk, command: EnquiryAction) -> Enquiry:
    """Do the action, or refuse: Stale, Conflict (with every reason) or Invalid."""
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    if command.action not in EFFECTS:
        message = f"There is no action {command.action!r}. Those there are: {', '.join(EFFECTS)}."
        raise NotFound(Problem("unknown_action", message, "action"))
    context = enquiry_context(enquiry, desk.actor.role, reason=command.reason, rag=command.rag)
    fired = fire_action(ENQUIRY, desk, enquiry, command.action, context)
    stop_clocks(desk, enquiry, fired.stops)
    details = EFFECTS[command.action](desk, enquiry, command)
    enquiry.state = fired.target
    if command.reason:
        details["reason"] = command.reason
    record(desk, enquiry, fired.event, **details)
    return enquiry


def _start_screening(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> dict[str, object]:
    enquiry.owner_id = desk.actor.id
    return {}


def _set_rag(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> dict[str, object]:
    if command.rag not in RAGS:
        raise invalid("rag", "Choose red, amber or green.")
    before, enquiry.rag = enquiry.rag, command.rag
    for clock in running(enquiry, ("screening",)):
        if clock.variant != command.rag:
            retime_clock(desk, clock, command.rag)
    return {"before": before, "rag": command.rag}


def _request_check(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> dict[str, object]:
    if command.agency_code not in desk.pack.agencies:
        known = ", ".join(desk.pack.agencies)
        raise invalid("agency_code", f"Choose the agency to ask: {known}.", "unknown_code")
    if command.lawful_basis not in LAWFUL_BASES:
        raise invalid("lawful_basis", f"Choose the lawful basis: {', '.join(LAWFUL_BASES)}.", "unknown_code")
    check = AgencyCheck(
        enquiry=enquiry,
        agency_code=command.agency_code,
        lawful_basis=command.lawful_basis,
        question=command.question,
        requested_at=desk.now,
        requested_by_id=desk.actor.id,
    )
    desk.session.add(check)
    hold(desk.session, check)
    start_clock(desk, enquiry, "agency_check", enquiry.rag or "amber", check=check)
    return {"check": str(check.id), "agency": check.agency_code, "lawful_basis": check.lawful_basis}


def _finish(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> dict[str, object]:
    return {}


def _close(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> dict[str, object]:
    cancel_clocks(desk, enquiry)
    enquiry.closed_at = desk.now
    return {}


def _reopen(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> dict[str, object]:
    """The decision stands in the record as superseded, and a new clock runs beside the old one's result."""
    for subject in enquiry.subjects:
        if subject.decision:
            subject.decision.superseded_at = desk.now
    enquiry.closed_at = enquiry.decided_at = enquiry.working_minutes_to_decision = None
    start_clock(desk, enquiry, "decision")
    return {}


EFFECTS: dict[str, Callable[[Desk, Enquiry, EnquiryAction], dict[str, object]]] = {
    "start_screening": _start_screening,
    "set_rag": _set_rag,
    "request_check": _request_check,
    "finish_screening": _finish,
    "finish_checks": _finish,
    "withdraw": _close,
    "close": _close,
    "reopen": _reopen,
}
