"""Enquiries of the past, taken from an earlier system: closed when they come, each row once, and nothing is sent.

Decision 32 says how they stand. One call is one batch, in one transaction; whoever calls goes on with the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Any
from uuid import UUID

from triage.errors import Problem
from triage.models import Decision, Enquiry, Event, Person, Recommendation, Subject
from triage.models.base import Base
from triage.services.deciding import SubjectDecision
from triage.services.desk import Desk
from triage.services.events import write_event
from triage.services.facts import ask_policy
from triage.services.logging_enquiry import LogEnquiry, check_enquiry, make_enquiry, place_enquiry
from triage.services.past_people import Known, Met
from triage.services.people import NewPerson, check_description, make_person
from triage.store.bulk import insert_rows
from triage.store.locking import lock
from triage.store.past_enquiries import Standing, find_standing, lock_past, name_person, read_people
from triage.store.references import enquiry_reference, next_enquiry_numbers
from workflows.calendar import LONDON
from workflows.people import fold

REFERENCE_LIMIT = 200  # characters
UNLIKE = (
    "The rows of this enquiry say different things of it. Let each say the same, but for the person and the decision."
)
TWICE = "Another row is of the same enquiry and the same person, and says something else. Keep the one that is right."
MOVED = "This enquiry was taken before, as received at another time. Give the time that was given then."


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEnquiry:
    """One person in an enquiry of an earlier system, which is closed there. `line` is where its file says so.

    `enquiry` and `person` are references there, "" of a person who has none. `told` is what was told, with that person
    as its only subject. No `decision`: nobody knows what was decided. `is_timed` where both ends have a time of day.
    """

    line: int
    enquiry: str
    told: LogEnquiry
    person: str = ""
    decision: SubjectDecision | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    is_timed: bool = False
    is_received_at_a_time: bool = False

    @property
    def described(self) -> NewPerson:
        return self.told.subjects[0].person

    @property
    def key(self) -> str:
        """What tells this person from the others of the enquiry: theirs, or of one who has none, a hash of the name."""
        if self.person:
            return self.person
        who = self.described
        said = (who.kind, fold(who.given_name, who.family_name), str(who.birth_date), str(who.expected_date))
        return f"#{sha256(chr(0).join(said).encode()).hexdigest()}"


@dataclass(slots=True)
class Taken:
    """What became of rows: enquiries and people added, rows taken, known before, and refused, each line with why."""

    enquiries: int = 0
    people: int = 0
    rows: int = 0
    known_before: int = 0
    refused: list[tuple[int, tuple[Problem, ...]]] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        """What became of others too."""
        for name in ("enquiries", "people", "rows", "known_before"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused


Group = Sequence[PastEnquiry]


def group_past(rows: Iterable[PastEnquiry]) -> tuple[list[Group], Taken]:
    """The rows by enquiry, the last received first, whatever order they came in; and what became of those left out.

    Of rows that say the same, one is enough. Where two of an enquiry contradict each other, neither is taken.
    """
    by_enquiry: dict[str, dict[str, list[PastEnquiry]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_enquiry[row.enquiry][row.key].append(row)
    left, groups = Taken(), []
    for reference in sorted(by_enquiry):
        group = list(_keep_one_each(by_enquiry[reference], left))
        if len({_say_enquiry(row) for row in group}) > 1:
            left.refused += [(row.line, (Problem("unlike", UNLIKE, "enquiry"),)) for row in group]
        elif group:
            groups.append(group)
    return sorted(groups, key=lambda group: group[0].told.received_at, reverse=True), left


def _keep_one_each(by_key: Mapping[str, list[PastEnquiry]], left: Taken) -> Iterator[PastEnquiry]:
    for key in sorted(by_key):
        first, *others = by_key[key]
        if all(replace(each, line=first.line) == first for each in others):
            left.known_before += len(others)
            yield first
        else:
            left.refused += [(row.line, (Problem("twice", TWICE, "enquiry"),)) for row in by_key[key]]


def _say_enquiry(row: PastEnquiry) -> tuple[object, ...]:
    return replace(row.told, subjects=()), row.is_received_at_a_time


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be kept of an enquiry: each row, who it is of, and whether they are new."""

    standing: Standing | None
    rows: list[tuple[PastEnquiry, Known, bool]]


def take_past(desk: Desk, system: str, groups: Sequence[Group], met: Met, *, keep: bool) -> Taken:
    """Take these enquiries of an earlier system where they are not taken yet. Without `keep`, only say what would be.

    `met` is handed on from batch to batch. Where the batch fails it has met who is not there: begin anew then.
    """
    lock_past(desk.session)
    standing = find_standing(desk.session, system, [group[0].enquiry for group in groups])
    met.look_up(desk.session, system, [(row.person, row.described) for group in groups for row in group])
    taken = Taken()
    plans = [_plan(desk, group, standing.get(group[0].enquiry), met, taken) for group in groups]
    if keep:
        _keep(desk, system, [plan for plan in plans if plan.rows])
    return taken


def _plan(desk: Desk, group: Group, standing: Standing | None, met: Met, taken: Taken) -> Plan:
    plan = Plan(standing, [])
    there = set(standing.identities) if standing else set()
    for row in group:
        if standing and row.key in standing.persons:
            taken.known_before += 1
            continue
        problems = tuple(_check(desk, row, standing))
        if problems:
            taken.refused.append((row.line, problems))
        else:
            _join(row, plan, met, there)
    taken.enquiries += bool(plan.rows and not standing)
    taken.rows += len(plan.rows)
    taken.people += sum(is_new for _row, _known, is_new in plan.rows)
    return plan


def _join(row: PastEnquiry, plan: Plan, met: Met, there: set[UUID]) -> None:
    """Say who it is: never one who is told apart from them in the same enquiry."""
    known = met.find(row.person, row.described)
    if known and known.identity_id not in there:
        met.join(row.person, row.described, known)
    else:
        known = None
    who = known or met.add(row.person, row.described)
    there.add(who.identity_id)
    plan.rows.append((row, who, known is None))


def _check(desk: Desk, row: PastEnquiry, standing: Standing | None) -> Iterator[Problem]:
    """What the page would refuse, and what cannot be of the past."""
    yield from check_enquiry(desk, row.told)
    yield from check_description(row.described, row.told.received_at.astimezone(LONDON).date(), "subjects.0.person")
    if row.decision and not row.decision.reason.strip():
        yield Problem("no_reason", "Say why this is the right decision for this child.", "reason")
    if row.decided_at and row.decided_at < row.told.received_at:
        yield Problem("before", "It cannot be decided before it was received. Check both dates.", "decided")
    if row.decided_at and row.decided_at > desk.now:
        yield Problem("future", "The decision cannot lie after now. Check the date.", "decided")
    if standing and standing.received_at != row.told.received_at:
        yield Problem("moved", MOVED, "received_at")


def _keep(desk: Desk, system: str, plans: Sequence[Plan]) -> None:
    """Everything in one statement for each table: by themselves, thirteen thousand rows would take minutes."""
    people = read_people(desk.session, {who.id for plan in plans for _row, who, is_new in plan.rows if not is_new})
    numbers = iter(next_enquiry_numbers(desk.session, sum(plan.standing is None for plan in plans)))
    added = [_add_person(desk, system, row, who) for plan in plans for row, who, is_new in plan.rows if is_new]
    people |= {person.id: person for person, _ in added}
    kept = [row for plan in plans for row in _keep_enquiry(desk, system, plan, people, numbers)]
    # What is referred to goes before what refers to it.
    order = (Person, Enquiry, Subject, Recommendation, Decision, Event)
    rows = sorted((*chain.from_iterable(added), *kept), key=lambda row: order.index(type(row)))
    desk.session.flush()
    insert_rows(desk.session, rows)


def _add_person(desk: Desk, system: str, row: PastEnquiry, who: Known) -> tuple[Person, Event]:
    person = make_person(desk, row.described, id=who.id)
    return person, write_event(desk, person, "person_imported", source=f"{system} {row.person}".strip())


def _keep_enquiry(
    desk: Desk, system: str, plan: Plan, people: Mapping[UUID, Person], numbers: Iterator[int]
) -> Iterator[Base]:
    """The rows of an enquiry, or those that one lacked which was taken before."""
    if plan.standing:
        enquiry = lock(desk.session, Enquiry, plan.standing.id)
        event, first = "imported_enquiry_completed", 1 + max(each.ordinal for each in enquiry.subjects)
    else:
        enquiry = _begin(desk, system, plan, next(numbers))
        event, first = "enquiry_imported", 1
        place_enquiry(enquiry, desk.pack.locate(people[plan.rows[0][1].id].postcode))
        yield enquiry
    told = []
    for ordinal, (row, who, _) in enumerate(plan.rows, first):
        yield from _add(desk, enquiry, ordinal, row, people[who.id], name_person(system, row.key))
        told.append({"subject": ordinal, "decided_by": row.decided_by} | _say_chosen(row))
    theirs = {"system": system, "theirs": enquiry.imported_reference}
    yield write_event(desk, enquiry, event, reference=enquiry.reference, **theirs, decisions=told)


def _begin(desk: Desk, system: str, plan: Plan, number: int) -> Enquiry:
    row = plan.rows[0][0]
    received = row.told.received_at
    told = replace(row.told, reference=enquiry_reference(received.astimezone(LONDON).year, number))
    enquiry = make_enquiry(
        desk,
        told,
        state="closed",
        decided_at=max((each.decided_at for each, _, _ in plan.rows if each.decision), default=None),
        closed_at=max((each.decided_at for each, _, _ in plan.rows if each.decided_at), default=received),
        imported_from=system,
        imported_reference=row.enquiry,
    )
    enquiry.out_of_hours = enquiry.out_of_hours and row.is_received_at_a_time
    if enquiry.decided_at and all(each.is_timed for each, _, _ in plan.rows):
        enquiry.working_minutes_to_decision = desk.pack.calendar.working_minutes_between(received, enquiry.decided_at)
    return enquiry


def _add(desk: Desk, enquiry: Enquiry, ordinal: int, row: PastEnquiry, person: Person, theirs: str) -> Iterator[Base]:
    """Somebody whom it is about, what the policy says of them, and what was decided."""
    described = row.described
    subject = Subject(
        enquiry=None,
        person=person,
        ordinal=ordinal,
        name_as_given=f"{described.given_name} {described.family_name}".strip(),
        indicators=[],
        needs=row.told.subjects[0].needs,
        imported_person=theirs,
    )
    subject.enquiry_id, subject.person_id = enquiry.id, person.id
    yield subject
    # Nobody has said what was seen in the policy's words: its answer stands there to be held against nothing.
    recommendation = Recommendation(subject=None, **ask_policy(desk, enquiry, subject, known_before=False))
    recommendation.subject_id = subject.id
    yield recommendation
    if row.decision:
        yield _decide(desk, enquiry, row, recommendation)


def _decide(desk: Desk, enquiry: Enquiry, row: PastEnquiry, recommendation: Recommendation) -> Decision:
    decision = Decision(
        subject=None,
        recommendation=None,
        decided_at=row.decided_at,
        decided_by_id=desk.actor.id,
        took_effect_at=row.decided_at,
        consent=row.decision.consent or enquiry.consent,
        **_say_chosen(row),
    )
    decision.subject_id, decision.recommendation_id = recommendation.subject_id, recommendation.id
    return decision


def _say_chosen(row: PastEnquiry) -> dict[str, Any]:
    chosen = ("level", "route", "section_47", "reason")
    return {name: getattr(row.decision, name) for name in chosen} if row.decision else {}
