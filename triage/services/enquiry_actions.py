"""What may be done to an enquiry between logging and closing, other than deciding: one function for each action.

The table in workflows/enquiry.py says who may do what from which state; here is what each changes besides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from triage.errors import Conflict, Problem, invalid
from triage.models import AgencyCheck, Decision, Enquiry, Subject
from triage.models.codes import CONSENTS, LAWFUL_BASES
from triage.services.check_links import ask_by_letter
from triage.services.clocks import (
    OF_CHECKS,
    pause_clock,
    resume_clock,
    retime_clocks,
    settle_clocks,
    start_clock,
    start_clocks,
    timed_colour,
)
from triage.services.colleagues import find_colleague
from triage.services.contexts import enquiry_context, is_out
from triage.services.deciding import Answer, ImmediateDanger, act_on_immediate_danger, approve, attach, send_back
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action, refuse_unasked
from triage.services.first_view import refuse_veiled
from triage.services.night import give_back_to_day, give_red_to_night, give_to_night
from triage.services.outages import at_true_time, names_time
from triage.services.rights.sharing import log_check
from triage.services.splitting import hold_joinable, join, split
from triage.store.locking import hold, lock
from triage.store.seeing import is_seen
from workflows.agency_check import WAITING
from workflows.enquiry import ENQUIRY
from workflows.referral import LOCALITY

Details = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryAction:
    """One action on an enquiry. `version` is the one the actor has read; what an action does not need is left out.

    `done_at` is for what was done on paper while the service was down, of the actions that may be entered late.
    """

    enquiry_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    rag: str | None = None
    agency_code: str | None = None
    lawful_basis: str | None = None
    consent: str | None = None
    consent_reason: str = ""
    question: str = ""
    worker_id: UUID | None = None
    clock: str | None = None
    until: date | None = None
    subject_ids: tuple[UUID, ...] = ()
    into_reference: str = ""
    done_at: datetime | None = None


def act_on_enquiry(desk: Desk, command: EnquiryAction) -> Enquiry:
    """Do the action, or refuse: Stale, Conflict (with every reason), Invalid, or NotFound for one there is not."""
    refuse_unasked(ENQUIRY, command, *names_time(desk, Enquiry, command.action))
    if command.action in ELSEWHERE:
        return ELSEWHERE[command.action](desk, command)
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    refuse_veiled(desk, enquiry, command.action)
    desk = at_true_time(desk, enquiry, command.done_at)
    fired = fire_action(ENQUIRY, desk, enquiry, command.action, _context(desk, enquiry, command))
    details = WHILE_CLOCKS_RUN.get(command.action, _nothing_more)(desk, enquiry, command)
    settle_clocks(desk, enquiry, fired, ENQUIRY.final)
    details |= EFFECTS.get(command.action, _nothing_more)(desk, enquiry, command)
    enquiry.state = fired.target
    start_clocks(desk, enquiry, fired.row.starts, fired.row.event)
    if command.reason:
        details["reason"] = command.reason
    record(desk, enquiry, fired.row.event, **details)
    return enquiry


def _context(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Any:
    worker = find_colleague(desk, command.worker_id)
    brought = {
        "reason": command.reason.strip() or None,
        "rag": command.rag,
        "to_worker": worker.name if worker else None,
        "clock": command.clock,
        "until": command.until,
        "moving": _count_moving(enquiry, command) if command.subject_ids else 0,
        "lawful_basis": command.lawful_basis,
        "consent": command.consent,
        "consent_reason": command.consent_reason.strip() or None,
    }
    if command.action == "join":
        brought["into"] = hold_joinable(desk, enquiry, command.into_reference)
    return enquiry_context(desk, enquiry, **brought)


def _count_moving(enquiry: Enquiry, command: EnquiryAction) -> int:
    return sum(subject.id in command.subject_ids for subject in enquiry.subjects)


def _nothing_more(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    return {}


def _start_screening(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    enquiry.owner_id = desk.actor.id
    return {}


def _hand_over(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    worker = find_colleague(desk, command.worker_id)
    enquiry.owner_id = worker.id
    return {"to": worker.name}


def _set_rag(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    before, enquiry.rag = enquiry.rag, command.rag
    retime_clocks(desk, enquiry, command.rag)
    return {"before": before, "rag": command.rag} | give_red_to_night(desk, enquiry, command.rag)


def _request_check(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    _check_codes(desk, command)
    check = AgencyCheck(
        enquiry=enquiry,
        agency_code=command.agency_code,
        lawful_basis=command.lawful_basis,
        consent=command.consent,
        consent_reason=command.consent_reason,
        question=command.question,
        requested_at=desk.now,
        requested_by_id=desk.actor.id,
    )
    desk.session.add(check)
    hold(desk.session, check)
    start_clock(desk, enquiry, OF_CHECKS, _colour(enquiry), check=check)
    log_check(desk, enquiry, check)
    ask_by_letter(desk, check)
    asked = {"lawful_basis": check.lawful_basis, "consent": check.consent, "consent_reason": check.consent_reason}
    return {"check": str(check.id), "agency": check.agency_code, **asked}


def _colour(enquiry: Enquiry) -> str:
    """By which a partner's answer is timed: till somebody rates it, as its screening is."""
    return enquiry.rag or timed_colour(enquiry) or "amber"


def _check_codes(desk: Desk, command: EnquiryAction) -> None:
    if command.agency_code not in desk.pack.agencies:
        known = ", ".join(desk.pack.agencies)
        raise invalid("agency_code", f"Choose the agency to ask: {known}.", "unknown_code")
    if command.lawful_basis not in LAWFUL_BASES:
        raise invalid("lawful_basis", f"Choose the lawful basis: {', '.join(LAWFUL_BASES)}.", "unknown_code")
    if command.consent not in CONSENTS:
        raise invalid("consent", f"Choose one of: {', '.join(CONSENTS)}.", "unknown_code")


def _finish_screening(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    """Whoever goes on without a partner's answer says why, and it is kept with that check."""
    out = [check for check in enquiry.checks if is_out(check, desk.now)]
    for check in out:
        check.gone_without = command.reason
    return {"without": [check.agency_code for check in out]} if out else {}


def _close(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    enquiry.closed_at = desk.now
    return {}


def _reopen(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    """The decision stands in the record as superseded, and new clocks run beside the old ones' results."""
    for decision in filter(None, map(_current, enquiry.subjects)):
        decision.superseded_at = desk.now
    enquiry.closed_at = enquiry.decided_at = enquiry.working_minutes_to_decision = None
    for check in enquiry.checks:
        if check.state in WAITING:  # its clock ended with the decision: it is waited for anew, chased and escalated
            start_clock(desk, enquiry, OF_CHECKS, _colour(enquiry), check=check)
    return {}


def _current(subject: Subject) -> Decision | None:
    return subject.decision or subject.proposal


def _attach(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    enquiry.closed_at = desk.now
    return attach(desk, enquiry, command.reason)


def _split(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    return split(desk, enquiry, command.subject_ids, command.reason)


def _join(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    enquiry.closed_at = desk.now
    return join(desk, enquiry, command.into_reference, command.reason)


def _hand_over_to_edt(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    return give_to_night(desk, enquiry)


def _hand_back(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    return give_back_to_day(desk, enquiry)


def _pause(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    return pause_clock(desk, enquiry, command.clock, command.reason, command.until)


def _resume_clock(desk: Desk, enquiry: Enquiry, command: EnquiryAction) -> Details:
    return resume_clock(desk, enquiry, command.clock)


def _declare_danger(desk: Desk, command: EnquiryAction) -> Enquiry:
    enquiry = act_on_immediate_danger(desk, ImmediateDanger(enquiry_id=command.enquiry_id, reason=command.reason))
    if desk.actor.role in LOCALITY and is_seen(desk.session, Enquiry, enquiry.id):
        desk.session.expire_all()  # it reads of it again what it may see, and no brother or sister of another's
    return enquiry


def _approve(desk: Desk, command: EnquiryAction) -> Enquiry:
    return approve(desk, _as_answer(command))


def _send_back(desk: Desk, command: EnquiryAction) -> Enquiry:
    return send_back(desk, _as_answer(command))


def _as_answer(command: EnquiryAction) -> Answer:
    read = {"version": command.version, "done_at": command.done_at}
    return Answer(enquiry_id=command.enquiry_id, reason=command.reason, **read)


def _refuse_deciding(desk: Desk, command: EnquiryAction) -> Enquiry:
    raise Conflict(Problem("subjects_undecided", "Decide for every person that the enquiry is about, all together."))


# What is decided is a use case of its own: see deciding.py.
ELSEWHERE: dict[str, Callable[[Desk, EnquiryAction], Enquiry]] = {
    "immediate_danger": _declare_danger,
    "approve": _approve,
    "send_back": _send_back,
    "decide": _refuse_deciding,
    "propose": _refuse_deciding,
}
# What is handed on to another enquiry goes with its clocks, before those that stay are cancelled.
WHILE_CLOCKS_RUN: dict[str, Callable[[Desk, Enquiry, EnquiryAction], Details]] = {"join": _join}
EFFECTS: dict[str, Callable[[Desk, Enquiry, EnquiryAction], Details]] = {
    "start_screening": _start_screening,
    "claim": _start_screening,
    "hand_over": _hand_over,
    "set_rag": _set_rag,
    "request_check": _request_check,
    "finish_screening": _finish_screening,
    "withdraw": _close,
    "close": _close,
    "reopen": _reopen,
    "attach": _attach,
    "split": _split,
    "hand_over_to_edt": _hand_over_to_edt,
    "hand_back": _hand_back,
    "pause_clock": _pause,
    "resume_clock": _resume_clock,
}
