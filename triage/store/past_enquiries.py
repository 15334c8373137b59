"""What has been taken of an earlier system's enquiries already, and who of their people is known."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from triage.models import Enquiry, Person, Subject

IMPORTER = 2013_0031  # the advisory lock of whoever takes enquiries of the past


@dataclass(slots=True)
class Standing:
    """An enquiry that was taken before: who of it was, as its file tells them apart, and who they are here."""

    id: UUID
    received_at: datetime
    persons: set[str] = field(default_factory=set)
    identities: set[UUID] = field(default_factory=set)


class Recorded(NamedTuple):
    """What of a person on record tells them from others. `theirs` is an earlier system's reference."""

    id: UUID
    identity_id: UUID
    kind: str
    birth_date: date | None
    nhs_number: str | None
    upn: str | None
    given_name: str
    family_name: str
    postcode: str | None
    theirs: str | None = None


OF_PERSON = [getattr(Person, name) for name in Recorded._fields[:-1]]


def name_person(system: str, theirs: str) -> str:
    """How a subject's row names a person of an earlier system, so that they are looked up at once."""
    return f"{system}: {theirs}"


def lock_past(session: Session) -> None:
    """Nobody else takes enquiries of the past until this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(IMPORTER)))


def find_standing(session: Session, system: str, references: Collection[str]) -> Mapping[str, Standing]:
    """Those of an earlier system's enquiries that were taken before, by their references there."""
    query = (
        select(
            *(Enquiry.imported_reference, Enquiry.id, Enquiry.received_at),
            *(func.substr(Subject.imported_person, len(name_person(system, "")) + 1), Person.identity_id),
        )
        .join_from(Enquiry, Subject, Subject.enquiry_id == Enquiry.id)
        .join(Person, Person.id == Subject.person_id)
        .where(Enquiry.imported_from == system, Enquiry.imported_reference.in_(references))
    )
    found: dict[str, Standing] = {}
    for reference, key, received_at, person, identity in session.execute(query):
        standing = found.setdefault(reference, Standing(key, received_at))
        standing.persons.add(person)
        standing.identities.add(identity)
    return found


def find_by_theirs(session: Session, system: str, persons: Collection[str]) -> Iterable[Recorded]:
    """Who stands on record under an earlier system's references of people."""
    theirs = {name_person(system, each): each for each in persons}
    query = (
        select(*OF_PERSON, Subject.imported_person)
        .distinct()
        .join_from(Subject, Person, Person.id == Subject.person_id)
        .where(Subject.imported_person.in_(theirs))
    )
    return (Recorded(*row, theirs[name]) for *row, name in session.execute(query.order_by(Person.id)))


def find_alike(
    session: Session, numbers: Mapping[str, Collection[str]], named: Collection[tuple[str, date, str]]
) -> Iterable[Recorded]:
    """Who has one of these national numbers, or the same folded name, date of birth and postcode."""
    alike = tuple_(Person.search_name, Person.birth_date, Person.postcode).in_(named)
    query = select(*OF_PERSON).where(
        or_(Person.nhs_number.in_(numbers["nhs_number"]), Person.upn.in_(numbers["upn"]), alike)
    )
    return (Recorded(*row) for row in session.execute(query.order_by(Person.id)))


def read_people(session: Session, keys: Collection[UUID]) -> dict[UUID, Person]:
    """People by their keys, locked in one order: nobody else retells meanwhile who of them came back."""
    query = select(Person).where(Person.id.in_(keys)).order_by(Person.id).with_for_update(key_share=True)
    return {person.id: person for person in session.scalars(query)}
