"""Saying how made-up people are related, as a member of the office does."""

from typing import Any
from uuid import UUID

from tests.asking_for_records import as_
from triage.models import Enquiry, Person, Relationship
from triage.services.family import gather_families
from triage.services.history import History, gather_history
from triage.services.people import NewPerson
from triage.services.relating import (
    EndRelationship,
    Relate,
    WithdrawRelationship,
    end_relationship,
    relate,
    withdraw_relationship,
)
from triage.store.merges import list_records

KNOWN_BY = "Their mother told the school in June"
NOT_SO = "The school meant another pupil"


def say_related(office: Any, person: Person, kind: str, relative: Any = None, **told: Any) -> Relationship:
    """A MASH officer says that the relative, known or new, is the `kind` of the person; refused, nothing is kept."""
    who = told.pop("who", "mash_officer")
    office.actor(who)  # who stays, whatever is undone
    whom = {"relative_id": relative.id} if isinstance(relative, Person) else {"relative": relative}
    command = Relate(person_id=person.id, kind=kind, **({"known_by": KNOWN_BY} | whom | told))
    with as_(office, who), office.session.begin_nested():
        office.session.expire_all()  # what is remembered is no proof of what they see
        return relate(office.desk(who), command)


def an_adult(**told: Any) -> NewPerson:
    """Somebody's mother, described for the first time."""
    return NewPerson(**{"kind": "other_adult", "given_name": "Mary", "family_name": "Testley", "sex": "F"} | told)


def end(office: Any, key: UUID, until: Any, who: str = "mash_officer") -> Relationship:
    """That member says until when it was so."""
    office.actor(who)
    with as_(office, who), office.session.begin_nested():
        return end_relationship(office.desk(who), EndRelationship(relationship_id=key, until=until))


def take_back(office: Any, key: UUID, who: str = "mash_officer", reason: str = NOT_SO) -> Relationship:
    """That member says that it is not so."""
    office.actor(who)
    with as_(office, who), office.session.begin_nested():
        return withdraw_relationship(office.desk(who), WithdrawRelationship(relationship_id=key, reason=reason))


def history_of(office: Any, enquiry: Enquiry, who: str = "mash_officer") -> History:
    """What was known before, as the page of the enquiry asks for it."""
    desk = office.desk(who)
    people = [each.person for each in enquiry.subjects]
    records = list_records(office.session, [each.id for each in people])
    return gather_history(desk, enquiry, records, gather_families(desk, people, desk.today))


def family_of(
    office: Any, person: Person, who: str = "mash_officer", day: Any = None
) -> tuple[dict[str, list[str]], set[str]]:
    """Each relative by given name, with what they are; and the given names of the household."""
    with as_(office, who):
        office.session.expire_all()
        desk = office.desk(who)
        family = gather_families(desk, [person], day or desk.today)[person.identity_id]
        found = {each.person.given_name: list(each.relations) for each in family.relatives}
        lives = {each.given_name for each in family.household}
    office.session.expire_all()
    return found, lives
