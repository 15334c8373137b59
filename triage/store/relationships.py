"""What was said of how people are related, as far as this actor sees."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Person, Relationship
from workflows.people.family import LIVES_WITH, PARENTS

GENERATIONS = 3  # steps from a child to a parent, to that one's other children, and to their other parents
NAMED = (Relationship.person, Relationship.relative, Relationship.said_by, Relationship.withdrawn_by)


def list_relationships(session: Session, person_ids: Iterable[UUID]) -> Sequence[Relationship]:
    """Everything that was said of any record of these people, also what was taken back, in the order it was said in."""
    one = select(Person.identity_id).where(Person.id.in_(list(person_ids)))
    records = select(Person.id).where(Person.identity_id.in_(one))
    query = select(Relationship).options(*(joinedload(each) for each in NAMED))
    theirs = or_(Relationship.person_id.in_(records), Relationship.relative_id.in_(records))
    return session.scalars(query.where(theirs).order_by(Relationship.said_at, Relationship.id)).all()


def list_family(session: Session, person_ids: Collection[UUID]) -> Sequence[Relationship]:
    """What stands of these people, of their parents, of the other children of those, and of whoever lives with them."""
    found: dict[UUID, Relationship] = {}
    known, asked, steps = set(person_ids), set(person_ids), 0
    while asked:
        said = [each for each in list_relationships(session, asked) if not each.withdrawn_at]
        found |= {each.id: each for each in said}
        steps += 1
        beside = [each for each in said if each.kind == LIVES_WITH or (each.kind in PARENTS and steps < GENERATIONS)]
        asked = {key for each in beside for key in (each.person_id, each.relative_id)} - known
        known |= asked
    return sorted(found.values(), key=lambda each: (each.said_at, each.id))


def get_relationship(session: Session, key: UUID) -> Relationship:
    """What was said, if this actor sees both people. NotFound if not."""
    said = session.get(Relationship, key)
    if said is None:
        raise NotFound(Problem("not_found", "Nobody said so, or it is not yours to see."))
    return said


def people_of_ties(said: Iterable[Relationship]) -> set[UUID]:
    """The keys of everybody whom these name."""
    return {key for each in said for key in (each.person_id, each.relative_id)}
