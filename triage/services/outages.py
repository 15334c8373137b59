"""The times in which the service was down: a manager states them, and others enter with its true time what was done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triage.access.account_log import record_account
from triage.clock import SettableClock
from triage.errors import Invalid, Problem, invalid
from triage.models import AgencyCheck, Enquiry, Event, Outage, Referral
from triage.models.codes import OUTSIDE, TABLES
from triage.services.desk import Desk, Late, seeing_all
from triage.services.letters import say_instant
from triage.store.outages import (
    count_done_between,
    count_entered_late,
    find_outages_at,
    list_outages,
    list_outages_since,
    list_steps,
)
from workflows.agency_check import AGENCY_CHECK
from workflows.definition import Table
from workflows.enquiry import ENQUIRY
from workflows.transfer import TRANSFER

Timed = Enquiry | AgencyCheck | Referral
LONGEST = timedelta(days=7)
DECLARED_WITHIN = timedelta(days=7)  # of its end
ENTERED_WITHIN = timedelta(days=14)  # of its end
# What may be entered with the time at which it was done: what leads from the call to the decision, what a partner
# answered meanwhile, and what becomes of a referral until whoever has it has begun.
ENTERED_LATE: dict[type[Timed], frozenset[str]] = {
    Enquiry: frozenset({"start_screening", "set_rag", "finish_screening", "approve", "close"}),
    AgencyCheck: frozenset({"answer", "nothing_known", "decline"}),
    Referral: frozenset({"allocate", "accept", "acknowledge", "contact_family", "start_assessment"}),
}
SEEN, JOINED = "said_what_was_seen", "enquiry_joined_here"  # of these the first is a step only where it rates


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareOutage:
    """That the service was down from `began_at` until `ended_at`, and why."""

    began_at: datetime
    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OutageLine:
    """An outage, and how much was entered with its time, by how many people, of whom some worked here meanwhile."""

    outage: Outage
    entered: int
    people: int
    worked: int


def declare_outage(desk: Desk, command: DeclareOutage) -> Outage:
    """State it, once and for all. Invalid for a time that is not over, is too long, or ended too long ago.

    It stands in the ledger, in the log of whoever states it.
    """
    _check(desk, command)
    with seeing_all(desk):
        meanwhile = count_done_between(desk.session, command.began_at, command.ended_at)
    told = {"began_at": command.began_at, "ended_at": command.ended_at, "reason": command.reason.strip()}
    outage = Outage(**told, done_meanwhile=meanwhile, declared_at=desk.now, declared_by_id=desk.actor.id)
    desk.session.add(outage)
    desk.session.flush()
    said = {name: value if isinstance(value, str) else value.isoformat() for name, value in told.items()}
    more = {"outage": str(outage.id), "done_meanwhile": meanwhile}
    record_account(desk.session, desk.actor, desk.actor.id, "outage_declared", desk.now, **said, **more)
    return outage


def _check(desk: Desk, command: DeclareOutage) -> None:
    if not command.reason.strip():
        raise invalid("reason", "Say why it was down, and how people worked meanwhile.", "no_reason")
    if command.ended_at <= command.began_at:
        raise invalid("ended_at", "The end is not after the beginning. Enter a later one.", "ends_first")
    if command.ended_at > desk.now:
        raise invalid("ended_at", "That is not over yet. Say so once the service is back.", "not_over")
    if command.ended_at - command.began_at > LONGEST:
        raise invalid("began_at", "That is longer than a week. State each week by itself.", "too_long")
    if desk.now - command.ended_at > DECLARED_WITHIN:
        words = "It ended more than a week ago. What was done then is entered as of today, with the reason."
        raise invalid("ended_at", words, "too_late")


def tell_outages(desk: Desk) -> list[OutageLine]:
    """The latest first, each with how much was entered with its time."""
    outages = list_outages(desk.session)
    with seeing_all(desk):
        entered = count_entered_late(desk.session) if outages else {}
    return [OutageLine(each, *entered.get(each.id, (0, 0, 0))) for each in outages]


def list_open_outages(desk: Desk) -> list[Outage]:
    """Those with whose time this person may still enter what was done."""
    return list(list_outages_since(desk.session, desk.now - ENTERED_WITHIN, desk.actor.id))


def names_time(desk: Desk, kind: type[Timed], action: str) -> tuple[str, ...]:
    """What may be brought with an action besides: when it was done, if that may be said of it.

    Whoever is asked from outside answers as of now: what they said by telephone is entered by whoever heard it.
    """
    return ("done_at",) if action in ENTERED_LATE[kind] and desk.actor.role not in OUTSIDE else ()


def at_true_time(desk: Desk, case: Timed, done_at: datetime | None) -> Desk:
    """The desk at the time at which it was done on paper: clocks are judged by that, and the log keeps both times.

    Invalid unless another than who enters it has stated that the service was down then, not long ago, and unless
    it follows all that was done to the case. `done_at` is None for what is done now.
    """
    if done_at is None:
        return desk
    outage = _find_outage(desk, done_at)
    before = _last_done(desk, case)
    if done_at < before:
        words = f"What goes before it was done at {_say(desk, before)}. Enter a later time, or the steps in order."
        raise invalid("done_at", words, "before_what_it_follows")
    late = Late(desk.now, {"outage": str(outage.id), "declared_by": outage.declared_by.name})
    return replace(desk, clock=SettableClock(done_at), late=late)


def _find_outage(desk: Desk, done_at: datetime) -> Outage:
    found = find_outages_at(desk.session, done_at)
    if not found:
        raise invalid("done_at", "No manager has stated that the service was down then.", "not_down")
    others = [each for each in found if each.declared_by_id != desk.actor.id]
    if not others:
        words = "You stated that the service was down then. Somebody else states it, or enters this."
        raise Invalid(Problem("declared_by_you", words, "done_at"))
    in_time = [each for each in others if desk.now <= each.ended_at + ENTERED_WITHIN]
    if not in_time:
        raise invalid("done_at", "That was more than two weeks ago. Enter it as of today, with the reason.", "too_late")
    return in_time[0]


def _last_done(desk: Desk, case: Timed) -> datetime:
    """When the last step of it was done, by its true time, whether or not this actor may see that step."""
    with seeing_all(desk):
        begun, steps = _tell_steps(desk, case)
    return max([begun, *(_done_at(each) for each in steps if each.type != SEEN or "rag" in each.data)])


def _tell_steps(desk: Desk, case: Timed) -> tuple[datetime, Sequence[Event]]:
    if isinstance(case, AgencyCheck):
        of_check = list_steps(desk.session, case.enquiry_id, _events(AGENCY_CHECK), check_id=case.id)
        return case.requested_at, of_check
    if isinstance(case, Referral):
        return case.requested_at, list_steps(desk.session, case.id, _events(TABLES[case.service], TRANSFER))
    begun = case.logged_at if case.split_from_id else case.received_at  # its steps until then stand in the other
    return begun, list_steps(desk.session, case.id, _events(ENQUIRY) | {SEEN, JOINED})


def _events(*tables: Table) -> set[str]:
    return {row.event for table in tables for row in table.transitions}


def _done_at(event: Event) -> datetime:
    told = event.data.get("done_at")
    return datetime.fromisoformat(told) if told else event.at


def _say(desk: Desk, at: datetime) -> str:
    return say_instant(at, desk.pack.calendar.zone)
