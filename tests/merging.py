"""Made-up children with more than one record, and saying that these are one child's or two."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.asking_for_records import as_
from tests.making import an_enquiry
from triage.models import Enquiry, Merge, Person
from triage.services.merging import MergePeople, UndoMerge, merge_people, undo_merge

WHY = "Their mother confirmed that she changed the surname in June"
WHY_NOT = {"early_help": "The family has what it needs"}
TWO = "The school has two pupils of this name"


def say_one(office: Any, who: str, one: Person, other: Person, reason: str = WHY) -> Merge:
    """That member says that the two records are one person's; refused, nothing of it is kept."""
    office.actor(who)  # who stays, whatever is undone
    command = MergePeople(person_id=one.id, other_id=other.id, reason=reason)
    with as_(office, who), office.session.begin_nested():
        return merge_people(office.desk(who), command)


def part(office: Any, who: str, key: UUID, reason: str = TWO) -> None:
    """That member takes it back."""
    office.actor(who)
    command = UndoMerge(merge_id=key, reason=reason)
    with as_(office, who), office.session.begin_nested():
        undo_merge(office.desk(who), command)


def told_of(office: Any, family_name: str, **details: Any) -> Enquiry:
    """An enquiry about a child of that surname, an hour after what came before."""
    office.clock.at += timedelta(hours=1)
    enquiry = an_enquiry(office, family_name=family_name, **details)
    office.session.flush()
    return enquiry


def two_records(office: Any, **details: Any) -> tuple[Enquiry, Enquiry, Person, Person]:
    """Two enquiries about what is one child, recorded under two surnames; and the records."""
    enquiries = told_of(office, "Holm", **details), told_of(office, "Ashby", **details)
    return *enquiries, *(each.subjects[0].person for each in enquiries)
