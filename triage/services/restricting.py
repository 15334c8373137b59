"""Restricting a person's records to those on a list, keeping the list, and lifting the restriction again."""

from dataclasses import dataclass
from uuid import UUID

from triage.errors import Conflict, Problem, invalid
from triage.models import Person, Restriction, RestrictionReader
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.store.enquiries import get_enquiry
from triage.store.locking import lock
from triage.store.restrictions import find_holders, find_restriction, get_restriction
from triage.store.staff import find_user


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrict:
    """The subject of an enquiry whose records few may see from now on, and why."""

    enquiry_id: UUID
    ordinal: int
    reason: str


def restrict(desk: Desk, command: Restrict) -> Restriction:
    """Restrict the person's records. On the list are whoever does it and whoever has the child's open cases now.

    Invalid without a reason or where there is no such subject; Conflict where it is restricted already.
    """
    reason = _need(command.reason, "Say why few may see these records.")
    enquiry = get_enquiry(desk.session, command.enquiry_id)
    subject = next((each for each in enquiry.subjects if each.ordinal == command.ordinal), None)
    if subject is None:
        raise invalid("ordinal", "This enquiry has no such subject.")
    person = lock(desk.session, Person, subject.person_id)
    if find_restriction(desk.session, person.id):
        raise Conflict(Problem("restricted", "These records are restricted already."))
    readers = {desk.actor.id} | find_holders(desk.session, person.id)
    restriction = Restriction(
        person_id=person.id,
        reference=enquiry.reference,
        reason=reason,
        made_at=desk.now,
        made_by_id=desk.actor.id,
    )
    desk.session.add(restriction)
    record(desk, person, "record_restricted", reason=reason)
    desk.session.flush()
    for user_id in sorted(readers):
        _add(desk, restriction, user_id)
    return restriction


def add_reader(desk: Desk, restriction_id: UUID, username: str) -> Restriction:
    """Put somebody on the list. Invalid where nobody of that name works here, or they are on it."""
    restriction = _get_in_force(desk, restriction_id)
    user = find_user(desk.session, username)
    if user is None:
        raise invalid("username", "Nobody who works here signs in by that name. Check it, or ask an administrator.")
    if any(each.user_id == user.id and each.removed_at is None for each in restriction.readers):
        raise invalid("username", f"{user.name} is on the list already.")
    _add(desk, restriction, user.id)
    _note(desk, restriction, "restriction_reader_added", user.id)
    return restriction


def remove_reader(desk: Desk, restriction_id: UUID, user_id: UUID) -> Restriction:
    """Take somebody off the list. Invalid where they are not on it; Conflict where nobody would be left."""
    restriction = _get_in_force(desk, restriction_id)
    there = [each for each in restriction.readers if each.removed_at is None]
    reader = next((each for each in there if each.user_id == user_id), None)
    if reader is None:
        raise invalid("user_id", "They are not on the list.")
    if len(there) == 1:
        raise Conflict(Problem("last_reader", "Nobody would see these records. Put somebody else on the list first."))
    reader.removed_at, reader.removed_by_id = desk.now, desk.actor.id
    _note(desk, restriction, "restriction_reader_removed", user_id)
    return restriction


def lift(desk: Desk, restriction_id: UUID, reason: str) -> Restriction:
    """Let everybody see the records again who would without it. Invalid without a reason."""
    said = _need(reason, "Say why everybody may see these records again.")
    restriction = _get_in_force(desk, restriction_id)
    restriction.lifted_at, restriction.lifted_by_id, restriction.lifted_reason = desk.now, desk.actor.id, said
    _note(desk, restriction, "restriction_lifted", reason=said)
    return restriction


def _get_in_force(desk: Desk, restriction_id: UUID) -> Restriction:
    """Read once the person is locked: two who change the list at once do so one after the other."""
    lock_person(desk, get_restriction(desk.session, restriction_id).person_id)
    restriction = get_restriction(desk.session, restriction_id)
    if restriction.lifted_at:
        raise Conflict(Problem("lifted", "This restriction was lifted. Make a new one."))
    return restriction


def _add(desk: Desk, restriction: Restriction, user_id: UUID) -> None:
    reader = RestrictionReader(
        restriction_id=restriction.id, user_id=user_id, added_at=desk.now, added_by_id=desk.actor.id
    )
    restriction.readers.append(reader)


def _note(desk: Desk, restriction: Restriction, type_: str, user_id: UUID | None = None, **data: str) -> None:
    """On the person's own log, which whoever governs the list need not see."""
    person = lock_person(desk, restriction.person_id)
    with seeing_all(desk):
        record(desk, person, type_, **data, **({"user": str(user_id)} if user_id else {}))


def lock_person(desk: Desk, person_id: UUID) -> Person:
    """The person whose records are restricted, locked for somebody who may not see them."""
    with seeing_all(desk):
        return lock(desk.session, Person, person_id)


def _need(reason: str, words: str) -> str:
    if not reason.strip():
        raise invalid("reason", words, "no_reason")
    return reason.strip()
