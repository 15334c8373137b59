"""Queries for who is near to whom: staff and what they said, and the people who may be near to any of them.

They read the whole county's people, and so are asked as the service.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.orm import Session

from triage.models import DeclaredInterest, Enquiry, Person, Reading, Referral, StaffHome, Subject, User
from workflows.nearness import UNCOMMON, Known, Staff
from workflows.people import fold

WEIGHT = {"self": 2, "relative": 1, "other": 0}


@dataclass(frozen=True, slots=True)
class Interests:
    """What somebody gave for the report: the postcode of their home, and what they declared, the latest first."""

    postcode: str | None
    declared: list[DeclaredInterest]


def find_interests(session: Session, user_id: UUID) -> Interests:
    """What that person gave."""
    declared = select(DeclaredInterest).where(DeclaredInterest.user_id == user_id)
    latest = declared.order_by(DeclaredInterest.declared_at.desc(), DeclaredInterest.id.desc())
    return Interests(find_home(session, user_id), list(session.scalars(latest)))


def find_home(session: Session, user_id: UUID) -> str | None:
    """The postcode of somebody's home, if it was given and this actor may see it."""
    return session.scalar(select(StaffHome.postcode).where(StaffHome.user_id == user_id))


def list_readers(session: Session, since: datetime, until: datetime) -> dict[UUID, str]:
    """Whoever read of somebody in that time, by name."""
    read = select(Reading.reader_id).where(Reading.at >= since, Reading.at < until).distinct()
    query = select(User.id, User.name).where(User.id.in_(read), User.role != "system")
    return {key: name for key, name in session.execute(query.order_by(User.name, User.username))}


def list_staff_near(session: Session, names: Mapping[UUID, str]) -> dict[UUID, Staff]:
    """What is known of each of these readers, with the people whom their declarations are about."""
    homes = select(StaffHome.user_id, StaffHome.postcode).where(StaffHome.user_id.in_(names))
    postcodes = {key: postcode for key, postcode in session.execute(homes)}
    said: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for user_id, relation, person_id in session.execute(_declared(names)):
        before = said[user_id].get(person_id, "other")
        said[user_id][person_id] = max(before, relation, key=WEIGHT.__getitem__)
    return {key: Staff(fold(name), postcodes.get(key), said[key]) for key, name in names.items()}


def _declared(users: Collection[UUID]) -> object:
    """Who is in the cases that they declared, by enquiry or referral."""
    told = (DeclaredInterest.user_id, DeclaredInterest.relation)
    mine = DeclaredInterest.user_id.in_(users)
    told_of = select(*told, Subject.person_id).join(Enquiry, Enquiry.reference == DeclaredInterest.reference)
    referred = select(*told, Referral.person_id).join(Referral, Referral.reference == DeclaredInterest.reference)
    return union(told_of.join(Subject, Subject.enquiry_id == Enquiry.id).where(mine), referred.where(mine))


def count_bearers(session: Session, last_names: Collection[str]) -> dict[str, int]:
    """How many people have each of these last names."""
    query = select(Person.last_name, func.count()).where(Person.last_name.in_(last_names)).group_by(Person.last_name)
    return {name: count for name, count in session.execute(query)}


def list_like(session: Session, staff: Collection[Staff], bearers: Mapping[str, int]) -> list[Known]:
    """People who have the name or the address of one of these, or whom one of them declared."""
    uncommon = [name for name, count in bearers.items() if name and count <= UNCOMMON]
    return _list_known(
        session,
        or_(
            Person.id.in_({key for each in staff for key in each.said}),
            Person.search_name.in_({each.name for each in staff} - {""}),
            Person.last_name.in_(uncommon),
            Person.postcode.in_({each.postcode for each in staff if each.postcode}),
        ),
    )


def list_beside(session: Session, roots: Iterable[Known]) -> list[Known]:
    """People in one enquiry with any of these, or of one postcode."""
    roots = tuple(roots)
    enquiries = {key for each in roots for key in each.enquiries}
    together = session.scalars(select(Subject.person_id).where(Subject.enquiry_id.in_(enquiries))).all()
    postcodes = {each.postcode for each in roots if each.postcode}
    return _list_known(session, or_(Person.id.in_(together), Person.postcode.in_(postcodes)))


def _list_known(session: Session, who: ColumnElement[bool]) -> list[Known]:
    columns = (Person.id, Person.search_name, Person.last_name, Person.postcode, Person.address)
    people = session.execute(select(*columns).where(who)).all()
    enquiries: dict[UUID, set[UUID]] = defaultdict(set)
    told = select(Subject.person_id, Subject.enquiry_id).where(Subject.person_id.in_([each.id for each in people]))
    for person_id, enquiry_id in session.execute(told):
        enquiries[person_id].add(enquiry_id)
    return [
        Known(
            each.id, each.search_name, each.last_name, each.postcode, fold(each.address), frozenset(enquiries[each.id])
        )
        for each in people
    ]
