"""Collecting the Children in Need census of a year from the record, as it stood on 31 March.

Whoever's case was open at any time of the year is told of, restricted or not: it is a statutory return. What ended
before the year, or began after it, is another year's.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from triage.models import Assessment, Person, Plan, Referral, Section47
from triage.store.census import Kept, read_kept
from workflows.calendar import local_day, midnight
from workflows.census import records
from workflows.census.checking import Fault, check_episode
from workflows.census.codes import NO_DISABILITY, SINCE
from workflows.census.year import Year, year_of

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 20  # characters of a child's identifier: census rule 1570
# What a code of now was told as by the returns that had it not yet.
BEFORE = {"5D": "5B", "RC9": "RC8"}
NOT_STATED = "N0"
COUNT_TO_THE_END = ("8670Q", "8675Q")  # working days up to 31 March: nothing to ask about before that day has come


def collect_census(session: Session, authority: str, number: int) -> records.Census:
    """The return of the year that ends on 31 March of `number`, of an authority by the DfE's three digits."""
    year = Year(number)
    kept = read_kept(session, midnight(year.start), midnight(year.after))
    of = {person.id: key for key, people in kept.records.items() for person in people}
    episodes = sorted(kept.episodes, key=lambda each: of[each.person_id])
    children = [
        _tell_child(kept, year, key, list(its)) for key, its in groupby(episodes, key=lambda each: of[each.person_id])
    ]
    return records.Census(
        year=number,
        authority=authority,
        children=sorted(children, key=lambda child: child.identifier),
        reference_date=year.end,
    )


def identify(people: Sequence[Person]) -> str:
    """By what the DfE knows a child: what an earlier return said or, for others, a short form of the record's key.

    A UUIDv7 begins with the millisecond in which it was made: that, and 55 of the random bits, are 20 characters.
    """
    told = (each.external_id.split("-", 2)[2] for each in people if (each.external_id or "").startswith("CIN-"))
    return next(told, None) or _shorten(people[0].id)


def _shorten(key: UUID) -> str:
    number, digits = (key.int >> 80) << 55 | key.int & (1 << 55) - 1, ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits.rjust(LONGEST, "0")


def check_case(session: Session, case: Referral, today: date) -> list[Fault]:
    """The rules that a case breaks as it stands, in the return of the year in which today lies, if it is in that."""
    year, identity = year_of(today), case.person.identity_id
    kept = read_kept(session, midnight(year.start), midnight(year.after), identity)
    if case not in kept.episodes:
        return []
    child = _tell_child(kept, year, identity, kept.episodes)
    faults = check_episode(child, kept.episodes.index(case), year)
    return [each for each in faults if today > year.end or each.number not in COUNT_TO_THE_END]


def _tell_child(kept: Kept, year: Year, identity: UUID, cases: Sequence[Referral]) -> records.Child:
    """One child by whichever record: what the first does not say, the next may."""
    people = kept.records[identity]

    def first(name: str, *unsaid: object) -> object:
        said = (getattr(each, name) for each in people)
        return next((each for each in said if each not in (None, *unsaid)), unsaid[0] if unsaid else None)

    born = first("birth_date")
    expected = None if born else first("expected_date")
    return records.Child(
        identifier=identify(people),
        upn=first("upn"),
        former_upn=first("former_upn"),
        upn_unknown=None if first("upn") else first("upn_unknown"),
        birth_date=born,
        expected_date=expected,
        sex="U" if expected else first("sex", "U"),
        death_date=first("death_date"),
        ethnicity=first("ethnicity", "NOBT"),
        disabilities=tuple(first("disabilities", []) or (NO_DISABILITY,)),
        episodes=tuple(_tell_episode(each, kept, year) for each in cases),
    )


def _tell_episode(case: Referral, kept: Kept, year: Year) -> records.Episode:
    assessments = [each for each in kept.assessments.get(case.id, ()) if each.started_on <= year.end]
    enquiries = [each for each in kept.section_47s.get(case.id, ()) if each.started_on <= year.end]
    plans = [each for each in kept.plans.get(case.id, ()) if each.started_on <= year.end]
    closed = _by(year, local_day(case.closed_at) if case.closed_at else None)
    conference = _by(year, case.conference_on)
    is_nfa = closed is not None and not (assessments or enquiries or plans or conference)
    return records.Episode(
        referred=local_day(case.requested_at),
        source=_as_then(case.source, year),
        primary_need=case.primary_need or (None if is_nfa else NOT_STATED),
        closed=closed,
        closure=_as_then(case.closure, year) if closed else None,
        conference=conference if conference and conference in year else None,
        assessments=tuple(_tell_assessments(assessments, year)),
        plans=tuple(_tell_plans(plans, year)),
        section_47s=tuple(_tell_section_47s(enquiries, year)),
        referral_nfa=is_nfa,
        protection_plans=tuple(_tell_protection_plans(plans, year)),
    )


def _tell_assessments(rows: Sequence[Assessment], year: Year) -> Iterator[records.Assessment]:
    for row in rows:
        authorised = _by(year, row.authorised_on)
        if not year.misses(authorised):
            yield records.Assessment(
                started=row.started_on,
                internal_review=_by(year, row.internal_review_on),
                authorised=authorised,
                factors=tuple(row.factors) if authorised else (),
            )


def _tell_section_47s(rows: Sequence[Section47], year: Year) -> Iterator[records.Section47]:
    """One that ended without a conference is told in the year in which it began: census rule 8740."""
    for row in rows:
        held = _by(year, row.conference_on)
        ended_before = held is None and row.conference_not_required and row.started_on < year.start
        if not (year.misses(held) or ended_before):
            yield records.Section47(
                started=row.started_on,
                target=row.conference_target_on,
                conference=held,
                conference_not_required=row.conference_not_required,
            )


def _tell_plans(rows: Sequence[Plan], year: Year) -> Iterator[records.CinPlan]:
    for row in rows:
        ended = _by(year, row.ended_on)
        if row.kind == "in_need" and not year.misses(ended):
            yield records.CinPlan(started=row.started_on, ended=ended)


def _tell_protection_plans(rows: Sequence[Plan], year: Year) -> Iterator[records.ProtectionPlan]:
    for row in rows:
        ended = _by(year, row.ended_on)
        if row.kind == "protection" and not year.misses(ended):
            yield records.ProtectionPlan(
                started=row.started_on,
                ended=ended,
                initial_category=row.initial_category,
                latest_category=row.latest_category,
                previous=row.previous_plans,
                reviews=tuple(day for day in row.reviewed_on if day in year),
            )


def _by(year: Year, day: date | None) -> date | None:
    """A day, as far as it had come by the end of the year."""
    return day if day and day <= year.end else None


def _as_then(code: str | None, year: Year) -> str | None:
    """A code as the return of that year has it."""
    return BEFORE[code] if code in BEFORE and SINCE[code] > year.number else code
