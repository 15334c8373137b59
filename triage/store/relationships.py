"""What was said of how people are related."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, any_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Person, Relationship
from workflows.people.family import LIVES_WITH, PARENTS, overlap

NAMED = (Relationship.person, Relationship.relative, Relationship.said_by, Relationship.withdrawn_by)
ONE = select(Person.identity_id).where(Person.id.in_(bindparam("people", expanding=True)))
# As an array, which is known before the rows are looked for: of two subqueries of which one holds, every row is asked.
RECORDS = any_(func.array(select(Person.id).where(Person.identity_id.in_(ONE)).scalar_subquery()))
THEIRS = (
    select(Relationship)
    .where(or_(Relationship.person_id == RECORDS, Relationship.relative_id == RECORDS))
    .options(*(joinedload(each) for each in NAMED))
    .order_by(Relationship.said_at, Relationship.id)
)
GENERATIONS = 2  # steps on from whoever is asked about: to their parents, and to the other children of those


def list_relationships(session: Session, person_ids: Iterable[UUID]) -> Sequence[Relationship]:
    """Everything that was said of any record of these people, also what was taken back, in the order it was said in."""
    return list(_list(session, person_ids))


def list_family(
    session: Session, person_ids: Collection[UUID], day: date, hidden: Collection[UUID]
) -> list[Relationship]:
    """What holds on that day of these people, of their parents and the other children of those, and of their household.

    Nothing of whoever is `hidden`. Brothers and sisters, and who lives with whom, follow from it.
    """
    found: dict[UUID, Relationship] = {}

    def ask(keys: Collection[UUID]) -> list[Relationship]:
        holds = Relationship.withdrawn_at.is_(None) & Relationship.person_id.not_in(hidden)
        rows = _list(session, keys, holds & Relationship.relative_id.not_in(hidden)) if keys else ()
        said = [each for each in rows if overlap((each.since, each.until), (day, day))]
        found.update((each.id, each) for each in said)
        return said

    said = own = ask(person_ids)
    for _ in range(GENERATIONS):
        said = ask(_beside(said, PARENTS))
    said, known = own, set(person_ids)
    while asked := _beside(said, (LIVES_WITH,)) - known:
        known |= asked
        said = ask(asked)
    return sorted(found.values(), key=lambda each: (each.said_at, each.id))


def _beside(said: Iterable[Relationship], kinds: Collection[str]) -> set[UUID]:
    return people_of_ties(each for each in said if each.kind in kinds)


def _list(session: Session, person_ids: Iterable[UUID], *rules: ColumnElement[bool]) -> Iterator[Relationship]:
    yield from session.scalars(THEIRS.where(*rules), {"people": [*person_ids]})


def is_only_kin(session: Session, person_id: UUID) -> bool:
    """Whether somebody is in no case, by none of their records."""
    return session.scalar(select(func.is_only_kin(person_id)))


def get_relationship(session: Session, key: UUID) -> Relationship:
    """What was said, if this actor sees both people. NotFound if not."""
    said = session.get(Relationship, key)
    if said is None:
        raise NotFound(Problem("not_found", "Nobody said so, or it is not yours to see."))
    return said


def people_of_ties(said: Iterable[Relationship]) -> set[UUID]:
    """The keys of everybody whom these name."""
    return {key for each in said for key in (each.person_id, each.relative_id)}
