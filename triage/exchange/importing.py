"""Taking a census return into the record: people, referrals, assessments and closures with their own dates, once."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from triage.exchange.cin_census import Census, CensusChild, Episode, Fault
from triage.models import Person, Referral
from triage.services.desk import Desk
from triage.services.events import record
from workflows.calendar import LONDON
from workflows.social_care import SOCIAL_CARE


@dataclass(slots=True)
class Taken:
    """What an import did, and every fault with its line."""

    people: int = 0
    referrals: int = 0
    known_before: int = 0
    faults: list[Fault] = field(default_factory=list)


def take_census(desk: Desk, census: Census) -> Taken:
    """Add every child and episode that is not there yet. Read again, the same file adds nothing."""
    taken = Taken(faults=list(census.faults))
    for child in census.children:
        person = _person(desk, census, child, taken)
        for episode in child.episodes:
            _take_episode(desk, person, child, episode, taken)
    return taken


def _person(desk: Desk, census: Census, child: CensusChild, taken: Taken) -> Person:
    key = f"CIN-{census.authority}-{child.identifier}"
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
        disabilities=child.disabilities,
        upn=child.upn,
    )
    desk.session.add(person)
    record(desk, person, "person_imported", source=key)
    taken.people += 1
    return person


def _take_episode(desk: Desk, person: Person, child: CensusChild, episode: Episode, taken: Taken) -> None:
    if episode.referred > desk.now.date() or (episode.closed and episode.closed > desk.now.date()):
        taken.faults.append(Fault(episode.line, "CINdetails", "lies in the future", lost=True))
        return
    reference = f"CIN-{person.external_id.split('-')[1]}-{child.identifier}-{episode.referred:%Y%m%d}"
    if desk.session.scalar(select(Referral.id).where(Referral.reference == reference)):
        taken.known_before += 1
        return
    referral = _referral(person, episode, reference)
    desk.session.add(referral)
    dates = [{"started": str(each.started), "authorised": _text(each.authorised)} for each in episode.assessments]
    record(desk, referral, "referral_imported", reference=reference, nfa=episode.nfa, assessments=dates)
    taken.referrals += 1


def _referral(person: Person, episode: Episode, reference: str) -> Referral:
    started = min((each.started for each in episode.assessments), default=None)
    authorised = max((each.authorised for each in episode.assessments if each.authorised), default=None)
    return Referral(
        person=person,
        reference=reference,
        service="social_care",
        state="closed" if episode.closed else "assessment",
        workflow_version=SOCIAL_CARE.version,
        source=episode.source,
        section_47=episode.section_47,
        requested_at=_at(episode.referred),
        started_at=_at(started),
        assessed_at=_at(authorised),
        closed_at=_at(episode.closed),
        closure=episode.closure,
        imported_from="Children in Need census",
    )


def _at(day: date | None) -> datetime | None:
    """The census has days, not times: an imported event stands at the beginning of its day."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC) if day else None


def _text(day: date | None) -> str | None:
    return str(day) if day else None
