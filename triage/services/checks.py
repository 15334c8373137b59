"""A partner's answer to a check, or our chasing for it: one function for each action, beside its table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triage.access.actor import SYSTEM
from triage.models import AgencyCheck, Enquiry
from triage.models.codes import OUTSIDE
from triage.services.clocks import RUNS, cancel_clock, stop_clock
from triage.services.contexts import check_context
from triage.services.deciding import ImmediateDanger, act_on_immediate_danger
from triage.services.desk import Desk, reaching_in
from triage.services.events import record
from triage.services.firing import check_version, fire_action, refuse_unasked
from triage.services.outages import at_true_time, names_time
from triage.services.outbox import promise
from triage.services.reaching import hold_reached
from triage.services.telling_open_case import tell_every_case
from triage.store.enquiries import find_enquiry_id, get_check
from triage.store.locking import lock
from workflows.agency_check import AGENCY_CHECK, ANSWERED
from workflows.definition import IMMEDIATE_DANGER
from workflows.engine import Fired
from workflows.enquiry import UNSETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAction:
    """One action on a check. What it does not need is left out. `done_at`: heard while the service was down."""

    check_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    answer: str = ""
    answered_by: str = ""
    done_at: datetime | None = None


def act_on_check(desk: Desk, command: CheckAction) -> AgencyCheck:
    """Do the action, or refuse: NotFound, Stale or Conflict. The enquiry's log says what happened.

    Immediate danger is neither too late nor too old: told after the check has ended, it leaves that as it is. A partner
    sees no more of the enquiry than the check that its agency was asked: the service does the rest in its name.
    """
    if desk.actor.role in OUTSIDE:
        get_check(desk.session, command.check_id)
    refuse_unasked(AGENCY_CHECK, command, "answered_by", *names_time(desk, AgencyCheck, command.action))
    with reaching_in(desk):
        return _act(desk, command)


def _act(desk: Desk, command: CheckAction) -> AgencyCheck:
    danger = command.action == IMMEDIATE_DANGER
    enquiry = _lock_enquiry(desk, command.check_id, danger)
    check = lock(desk.session, AgencyCheck, command.check_id)
    has_ended = check.state in AGENCY_CHECK.final
    if not danger:
        check_version(desk, check, command.version)
    desk = at_true_time(desk, check, command.done_at)
    context = check_context(reason=command.reason, answer=command.answer)
    as_open = AGENCY_CHECK.initial if danger and has_ended else None
    fired = fire_action(AGENCY_CHECK, desk, check, command.action, context, state=as_open)
    if not has_ended:
        _move(desk, enquiry, check, fired, command)
    record(
        desk,
        enquiry,
        fired.row.event,
        check=str(check.id),
        agency=check.agency_code,
        reason=command.reason,
        **_by(command),
    )
    EFFECTS.get(command.action, _nothing_more)(desk, enquiry, check, command)
    return check


def _by(command: CheckAction) -> dict[str, str]:
    """Who says so, where they have no account by which the log knows them."""
    return {"by": command.answered_by} if command.answered_by else {}


def _move(desk: Desk, enquiry: Enquiry, check: AgencyCheck, fired: Fired, command: CheckAction) -> None:
    check.state = fired.target
    for clock in (each for each in enquiry.clocks if each.agency_check is check and each.state in RUNS):
        if fired.row.stops:
            stop_clock(desk, clock)
        elif fired.row.cancels:
            cancel_clock(desk, clock)
    if check.state in AGENCY_CHECK.final:
        check.ended_at = desk.now
    if check.state in ANSWERED:
        check.working_minutes_to_answer = desk.pack.calendar.working_minutes_between(check.requested_at, desk.now)
        check.answer = command.answer or command.reason
        check.answered_by = command.answered_by or (desk.actor.name if desk.actor.role in OUTSIDE else "")


def _lock_enquiry(desk: Desk, check_id: UUID, danger: bool) -> Enquiry | None:
    """The enquiry that the partner answers to: if it is joined to another meanwhile the other, locked after it.

    Danger reaches what was split off since, which is locked first: always the later before the earlier.
    """
    enquiry = None
    while (key := find_enquiry_id(desk.session, check_id)) and (enquiry is None or enquiry.id != key):
        if danger:
            hold_reached(desk, key)
        enquiry = lock(desk.session, Enquiry, key)
    return enquiry


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


def _tell_late_answer(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    """What comes after the decision is read by whoever has the people's cases; where nobody has, a manager reads it."""
    if enquiry.state not in UNSETTLED and not tell_every_case(desk, enquiry):
        promise(desk, "tell_late_answer", check_id=str(check.id))


def _declare_danger(desk: Desk, enquiry: Enquiry, check: AgencyCheck, command: CheckAction) -> None:
    """What a partner knows may not wait for a second step. Who may tell it the check's own table has been asked."""
    told = ImmediateDanger(enquiry_id=enquiry.id, reason=command.reason, since=check.requested_at)
    act_on_immediate_danger(desk, told, by=SYSTEM)


EFFECTS: dict[str, Callable[[Desk, Enquiry, AgencyCheck, CheckAction], None]] = {
    "acknowledge": _acknowledge,
    **dict.fromkeys(("answer", "nothing_known", "decline"), _tell_late_answer),
    "chase": _chase,
    "escalate": _escalate,
    IMMEDIATE_DANGER: _declare_danger,
}
