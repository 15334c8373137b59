"""Saying that two records are one person's, and taking that back. A person's word, with a reason; nothing is moved.

Both records stay whole, each with its enquiries, referrals, log and chain. What is asked of one is answered from both
from then on, and from one alone again as soon as the word is taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from uuid import UUID

from triage.errors import Conflict, Problem, invalid
from triage.models import Enquiry, Merge, Person
from triage.models.codes import CHILDREN
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.family import NOBODY, name_kin
from triage.services.learning import what_was_learned
from triage.services.linking import ask_again
from triage.services.people import get_person, identity_of, index_name
from triage.services.recognisers import refuse_other_roles
from triage.services.telling_open_case import tell_of_records
from triage.store.locking import lock, lock_people
from triage.store.merges import get_merge, list_enquiries_in, list_merges, list_records
from triage.store.restrictions import list_restricted, list_restrictions_on
from workflows.enquiry import UNDECIDED, UNSETTLED
from workflows.people import Evidence, compare_with, fold
from workflows.people.merging import find_heads
from workflows.refusals import words


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePeople:
    """These two records are one person's. `reason`: how that is known."""

    person_id: UUID
    other_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddName:
    """Another name that somebody goes by, or went by. `reason`: how that is known."""

    person_id: UUID
    reason: str
    given_name: str = ""
    family_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMerge:
    """They are two people after all. `reason`: how that is known."""

    merge_id: UUID
    reason: str


def merge_people(desk: Desk, command: MergePeople) -> Merge:
    """Let two records count as one person's, ask the policy again of undecided enquiries, and tell whoever has a case.

    NotFound where the actor does not see both; Conflict for whoever may not say so, or while a decision about either
    waits for a manager; Invalid without a reason, where they are one already, or where a child and an adult would be.
    """
    refuse_other_roles(desk)
    merge = _merge(desk, command)
    tell_of_records(desk, "records_merged", merge)
    return merge


def _merge(desk: Desk, command: MergePeople) -> Merge:
    reason, enquiries = _hold(desk, (command.person_id, command.other_id), command.reason)
    first, later = sorted(
        (get_person(desk, key, "other_id") for key in (command.person_id, command.other_id)), key=lambda each: each.id
    )
    _check(first, later)
    evidence = [each.says for each in weigh(desk, first, later)]
    merge = Merge(
        person_id=first.id,
        other_id=later.id,
        reason=reason,
        evidence=evidence,
        made_at=desk.now,
        made_by_id=desk.actor.id,
    )
    desk.session.add(merge)
    _gather(desk, (first, later))
    for one, other in ((first, later), (later, first)):
        record(desk, one, "record_merged", other=str(other.id), reason=reason, evidence=evidence)
    _ask_again(desk, enquiries, "records_merged", merge)
    return merge


def add_name(desk: Desk, command: AddName) -> Merge:
    """Keep another name of somebody, so that they are found by it: a record in no case, which counts as theirs.

    As `merge_people`; Invalid too where no name is given, or the one that they have.
    """
    refuse_other_roles(desk)
    person = get_person(desk, command.person_id, "person_id")
    names = {"given_name": command.given_name.strip(), "family_name": command.family_name.strip()}
    said, known = fold(*names.values()), list_records(desk.session, [person.id])
    if not said:
        raise invalid("given_name", "Enter the other name.", "no_name")
    if said in {each.search_name for each in known}:
        raise invalid("given_name", "That is a name that they have already.", "known_name")
    other = Person(kind=person.kind, **names)  # and nothing else: what is right of them stands in one place
    index_name(other)
    desk.session.add(other)
    record(desk, other, "person_added")
    desk.session.flush()
    return _merge(desk, MergePeople(person_id=person.id, other_id=other.id, reason=command.reason))


def undo_merge(desk: Desk, command: UndoMerge) -> Merge:
    """Let them be two people again, unless another word still says that they are one.

    NotFound, Conflict for whoever may not or where it was taken back already, Invalid without a reason.
    """
    refuse_other_roles(desk)
    merge = get_merge(desk.session, command.merge_id)
    pair = (merge.person_id, merge.other_id)
    reason, enquiries = _hold(desk, pair, command.reason)
    desk.session.refresh(merge)
    if merge.undone_at:
        raise Conflict(Problem("undone", words("undone")))
    merge.undone_at, merge.undone_by_id, merge.undone_reason = desk.now, desk.actor.id, reason
    people = [get_person(desk, key, "merge_id") for key in pair]
    _gather(desk, people)
    for one, other in (people, reversed(people)):
        record(desk, one, "merge_undone", other=str(other.id), reason=reason)
    _ask_again(desk, enquiries, "records_parted", merge)
    tell_of_records(desk, "records_parted", merge)
    return merge


def weigh(desk: Desk, one: Person, other: Person) -> tuple[Evidence, ...]:
    """What speaks for and against the two records' being one person's, strongest first."""
    kin = name_kin(desk, (one, other))
    identity, theirs = (identity_of(each, kin.get(each.identity_id, NOBODY)) for each in (one, other))
    ((_, evidence),) = compare_with(identity, [theirs], *what_was_learned(desk, identity), least=-inf)
    return evidence


def _hold(desk: Desk, people: Iterable[UUID], said: str) -> tuple[str, list[Enquiry]]:
    """The reason, and the undecided enquiries about any record of them: enquiries are locked before people."""
    if not said.strip():
        raise invalid("reason", "Say how you know.", "no_reason")
    keys = list_enquiries_in(desk.session, people, UNSETTLED)
    enquiries = [lock(desk.session, Enquiry, key) for key in keys]
    if any(each.state == "awaiting_approval" for each in enquiries):
        raise Conflict(Problem("proposed", words("proposed_of_them")))
    lock_people(desk.session, people)
    _refuse_unlisted(desk, people)
    return said.strip(), [each for each in enquiries if each.state in UNDECIDED]


def _refuse_unlisted(desk: Desk, people: Iterable[UUID]) -> None:
    """Who sees a restricted child hangs on which records are theirs: only somebody on the list says so."""
    keys = [each.id for each in list_records(desk.session, people)]
    if not all(list_restrictions_on(desk.session, [key]) for key in list_restricted(desk.session, keys)):
        raise Conflict(Problem("not_listed", words("not_listed")))


def _check(first: Person, later: Person) -> None:
    if first.identity_id == later.identity_id:
        raise invalid("other_id", words("one_already"), "one_already")
    if (first.kind in CHILDREN) != (later.kind in CHILDREN):
        raise invalid("other_id", words("child_and_adult"), "child_and_adult")


def _gather(desk: Desk, people: Iterable[Person]) -> None:
    """Each record names the first of all that are one with it, by what is said now."""
    records = list_records(desk.session, [each.id for each in people])
    keys = [each.id for each in records]
    desk.session.flush()
    standing = [(each.person_id, each.other_id) for each in list_merges(desk.session, keys) if not each.undone_at]
    heads = find_heads(keys, standing)
    for each in records:
        each.same_as_id = heads[each.id] if heads[each.id] != each.id else None
    desk.session.flush()


def _ask_again(desk: Desk, enquiries: list[Enquiry], event: str, merge: Merge) -> None:
    """Whoever weighs an enquiry sees what is known of the whole child now. Why stands with the merge alone.

    Its log outlives the word, and may be read then by somebody who may not see the other record.
    """
    concerned = {get_person(desk, key, "merge_id").identity_id for key in (merge.person_id, merge.other_id)}
    for enquiry in enquiries:
        about = [subject for subject in enquiry.subjects if subject.person.identity_id in concerned]
        told: dict[str, object] = {}
        for subject in about:
            told |= ask_again(desk, enquiry, subject)
        record(desk, enquiry, event, subjects=[each.ordinal for each in about], merge=str(merge.id), **told)
