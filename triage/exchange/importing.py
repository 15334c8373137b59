"""Taking a census return into the record: people, referrals, assessments and closures with their own dates, once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select

from triage.exchange.census_keeping import keep_child, keep_episode
from triage.exchange.cin_census import Fault, Reading
from triage.models import Assessment, Person, Plan, Referral, Section47
from triage.services.assessing import working_days_to
from triage.services.desk import Desk
from triage.services.events import record
from workflows.calendar import Calendar, midnight
from workflows.census.records import Child, Episode
from workflows.clocks import assessment_variant
from workflows.social_care import SOCIAL_CARE


@dataclass(slots=True)
class Taken:
    """What an import did, and every fault with its line."""

    people: int = 0
    referrals: int = 0
    known_before: int = 0
    faults: list[Fault] = field(default_factory=list)


def take_census(desk: Desk, reading: Reading) -> Taken:
    """Add every child and episode that is not there yet. Read again, the same file adds nothing."""
    taken = Taken(faults=list(reading.faults))
    for read, (own, *rest) in zip(reading.census.children, reading.elements, strict=True):
        child, faults = keep_child(read, own)
        taken.faults += faults
        if child:
            person = _person(desk, reading.census.authority, child, taken)
            for episode, elements in zip(child.episodes, rest, strict=True):
                kept, faults = keep_episode(episode, elements)
                taken.faults += faults
                if kept:
                    _take_episode(desk, person, kept, elements[0].line, taken)
    return taken


def _person(desk: Desk, authority: str, child: Child, taken: Taken) -> Person:
    key = f"CIN-{authority}-{child.identifier}"
    person = desk.session.scalar(select(Person).where(Person.external_id == key))
    if person:
        return person
    person = Person(
        kind="unborn_child" if child.expected_date else "child",
        external_id=key,
        birth_date=child.birth_date,
        expected_date=child.expected_date,
        death_date=child.death_date,
        sex=child.sex,
        ethnicity=child.ethnicity,
        disabilities=list(child.disabilities),
        upn=child.upn,
        former_upn=child.former_upn,
        upn_unknown=child.upn_unknown,
    )
    desk.session.add(person)
    record(desk, person, "person_imported", source=key)
    taken.people += 1
    return person


def _take_episode(desk: Desk, person: Person, episode: Episode, line: int, taken: Taken) -> None:
    if episode.referred > desk.now.date() or (episode.closed and episode.closed > desk.now.date()):
        taken.faults.append(Fault(line, "CINdetails", "lies in the future", lost=True))
        return
    reference = f"{person.external_id}-{episode.referred:%Y%m%d}"
    if desk.session.scalar(select(Referral.id).where(Referral.reference == reference)):
        taken.known_before += 1
        return
    referral = _referral(person, episode, reference)
    desk.session.add_all((referral, *_done(desk.pack.calendar, referral, episode)))
    dates = [{"started": str(each.started), "authorised": _text(each.authorised)} for each in episode.assessments]
    nfa = bool(episode.referral_nfa)
    record(desk, referral, "referral_imported", reference=reference, nfa=nfa, assessments=dates)
    taken.referrals += 1


def _referral(person: Person, episode: Episode, reference: str) -> Referral:
    started = min((each.started for each in episode.assessments), default=None)
    authorised = max((each.authorised for each in episode.assessments if each.authorised), default=None)
    on_plan = any(each.ended is None for each in (*episode.plans, *episode.protection_plans))
    return Referral(
        person=person,
        reference=reference,
        service="social_care",
        state="closed" if episode.closed else "plan" if on_plan else "assessment",
        workflow_version=SOCIAL_CARE.version,
        source=episode.source,
        primary_need=episode.primary_need,
        conference_on=episode.conference,
        child_protection_plan=not episode.closed and any(each.ended is None for each in episode.protection_plans),
        section_47=bool(episode.section_47s),
        requested_at=_at(episode.referred),
        started_at=_at(started),
        assessed_at=_at(authorised),
        closed_at=_at(episode.closed),
        closure=episode.closure,
        imported_from="Children in Need census",
    )


def _done(calendar: Calendar, referral: Referral, episode: Episode) -> Iterator[Assessment | Section47 | Plan]:
    """What was done in the episode, in its order. Of which kind an assessment was, its day says."""
    for each in episode.assessments:
        kind, factors = assessment_variant(each.started), list(each.factors)
        yield Assessment(
            referral=referral,
            kind=kind,
            started_on=each.started,
            internal_review_on=each.internal_review,
            authorised_on=each.authorised,
            working_days=working_days_to(calendar, referral, each.authorised) if each.authorised else None,
            factors=factors,
        )
    for each in episode.section_47s:
        yield Section47(
            referral=referral,
            started_on=each.started,
            conference_target_on=each.target,
            conference_on=each.conference,
            conference_not_required=each.conference_not_required,
        )
    for each in episode.plans:
        yield Plan(referral=referral, kind="in_need", started_on=each.started, ended_on=each.ended)
    for each in episode.protection_plans:
        yield Plan(
            referral=referral,
            kind="protection",
            started_on=each.started,
            ended_on=each.ended,
            initial_category=each.initial_category,
            latest_category=each.latest_category,
            previous_plans=each.previous,
            reviewed_on=list(each.reviews),
        )


def _at(day: date | None) -> datetime | None:
    """The census has days, not times: an imported event stands at the beginning of its day."""
    return midnight(day).astimezone(UTC) if day else None


def _text(day: date | None) -> str | None:
    return str(day) if day else None
