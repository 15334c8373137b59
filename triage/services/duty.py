"""For whoever is on duty: what will breach by closing, what the night begins with, what it left in the morning.

Each shows what the one who asks may see, the worst first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from uuid import UUID

from triage.models import Clock, Enquiry, Event, Referral
from triage.services.desk import Desk
from triage.store.duty import (
    ENQUIRIES_47,
    RECEIVED_OUT_OF_HOURS,
    RED_ENQUIRIES,
    RED_REFERRALS,
    REFERRALS_47,
    WITH_EDT,
    Listing,
    find_cases,
    find_due,
    list_edt_events,
    list_handovers,
    load_cases,
)

MOST = 100  # cases on one list: who has more to do reads the worst of them, and how many there are
MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A case on a list, and the running clocks that matter there, the one due first at the head."""

    case: Enquiry | Referral
    clocks: tuple[Clock, ...]

    @property
    def due_at(self) -> datetime | None:
        """When the first of them is due."""
        return self.clocks[0].due_at if self.clocks else None


@dataclass(frozen=True, slots=True)
class DutyList:
    """Cases, the most overdue first, at most MOST of `total`."""

    cases: tuple[OnDuty, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DueList(DutyList):
    """Cases of which something is due; `overdue` is how many of all of them are so now."""

    overdue: int


@dataclass(frozen=True, slots=True)
class WithEdt:
    """A case that the Emergency Duty Team has, and why: the event that handed it over, or None if it came by itself."""

    listed: OnDuty
    handover: Event | None


@dataclass(frozen=True, slots=True)
class Brief:
    """What the night begins with, until the office opens."""

    until: datetime
    section_47: DutyList
    reds: DutyList
    with_edt: tuple[WithEdt, ...]
    due: DueList


@dataclass(frozen=True, slots=True)
class Done:
    """What the Emergency Duty Team did to a case, in order."""

    listed: OnDuty
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Morning:
    """What happened since the office closed, up to an instant."""

    since: datetime
    until: datetime
    left: tuple[WithEdt, ...]
    received: DutyList
    done: list[Done]


def list_due(desk: Desk, by: datetime, *, since: datetime | None = None) -> DueList:
    """What will breach by then, with what is overdue already unless `since` says from when on.

    A locality manager's are their locality's, and the offers that wait for their answer.
    """
    locality = desk.actor.locality_code if desk.actor.role == "locality_manager" else None
    found = find_due(desk.session, desk.now, by, since=since, locality=locality, limit=MOST * 3)
    cases = tuple(_by_case(found.clocks))[:MOST]
    return DueList(cases, found.total, found.overdue)


def _by_case(clocks: Iterable[Clock]) -> Iterator[OnDuty]:
    """One line a case, in the order of its first clock."""
    of_case: dict[Enquiry | Referral, list[Clock]] = {}
    for clock in clocks:
        of_case.setdefault(clock.enquiry or clock.referral, []).append(clock)
    return (OnDuty(case, tuple(its)) for case, its in of_case.items())


def prepare_brief(desk: Desk) -> Brief:
    """Who is in danger, what was handed over and why, and what is due before the office opens."""
    until = opens_after(desk)
    return Brief(
        until=until,
        section_47=_find(desk, ENQUIRIES_47, REFERRALS_47),
        reds=_find(desk, RED_ENQUIRIES, RED_REFERRALS),
        with_edt=_list_with_edt(desk),
        due=list_due(desk, until, since=desk.now),
    )


def prepare_morning(desk: Desk, at: datetime, with_edt: Sequence[WithEdt] | None = None) -> Morning:
    """What the Emergency Duty Team did and left, and what was received, from the closing before `at` until `at`.

    What it left is what it has now, but for what has come to it since: a list that goes late tells of no later night.
    `with_edt` is what it has now, for whoever has asked already.
    """
    since = desk.pack.calendar.last_closing(at)
    with_edt = _list_with_edt(desk) if with_edt is None else with_edt
    return Morning(
        since=since,
        until=at,
        left=tuple(each for each in with_edt if _came_at(each) <= at),
        received=_find(desk, RECEIVED_OUT_OF_HOURS, since=since, until=at),
        done=_list_done(desk, since, at),
    )


def list_cases(due: DueList, brief: Brief | None, morning: Morning | None) -> Iterator[Enquiry | Referral]:
    """Every case that any of these lists names."""
    listed = [*due.cases]
    if brief:
        with_edt = (each.listed for each in brief.with_edt)
        listed += [*brief.section_47.cases, *brief.reds.cases, *with_edt, *brief.due.cases]
    if morning:
        left, done = (each.listed for each in morning.left), (each.listed for each in morning.done)
        listed += [*left, *morning.received.cases, *done]
    return (each.case for each in listed)


def _came_at(left: WithEdt) -> datetime:
    return left.handover.at if left.handover else left.listed.case.received_at


def opens_after(desk: Desk) -> datetime:
    """When the night ends: the next opening that is not today's business."""
    calendar, now = desk.pack.calendar, desk.now
    return calendar.next_opening(calendar.next_closing(now) if calendar.is_open(now) else now)


def _find(desk: Desk, *listings: Listing, **told: datetime) -> DutyList:
    found = [find_cases(desk.session, each, limit=MOST, **told) for each in listings]
    listed = [put_on_list(case) for each in found for case in each.cases]
    listed.sort(key=_worst_first)
    return DutyList(tuple(listed[:MOST]), sum(each.total for each in found))


def _worst_first(listed: OnDuty) -> float:
    return listed.due_at.timestamp() if listed.due_at else inf


def put_on_list(case: Enquiry | Referral) -> OnDuty:
    """The case with its running clocks."""
    running = (clock for clock in case.clocks if clock.state == "running")
    return OnDuty(case, tuple(sorted(running, key=lambda clock: clock.due_at)))


def _list_with_edt(desk: Desk) -> tuple[WithEdt, ...]:
    """All of them: nothing that the night must see to is cut off. What was split off went over with what it was in."""
    found = find_cases(desk.session, WITH_EDT, limit=None)
    keys = {key for each in found.cases for key in (each.id, each.split_from_id) if key}
    handed = list_handovers(desk.session, keys)
    return tuple(
        WithEdt(put_on_list(each), handed.get(each.id) or handed.get(each.split_from_id)) for each in found.cases
    )


def _list_done(desk: Desk, since: datetime, until: datetime) -> list[Done]:
    of_case: dict[UUID, list[Event]] = {}
    for event in list_edt_events(desk.session, since, until, limit=MOST_EVENTS):
        of_case.setdefault(event.case_id, []).append(event)
    cases = load_cases(desk.session, of_case)
    done = [Done(put_on_list(cases[key]), tuple(its)) for key, its in of_case.items() if key in cases]
    return sorted(done, key=lambda each: _worst_first(each.listed))
