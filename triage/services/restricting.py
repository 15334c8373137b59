"""Restricting a person's records to those on a list, keeping the list, and lifting the restriction again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from triage.access.permissions import has
from triage.errors import Conflict, Problem, invalid
from triage.models import Person, Restriction, RestrictionReader, User
from triage.services.addresses import own, roles
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.letters import Letter
from triage.services.outbox import promise
from triage.store.enquiries import get_enquiry
from triage.store.locking import lock
from triage.store.restrictions import find_holders, get_restriction, list_restrictions_on
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
    if list_restrictions_on(desk.session, [person.id]):
        raise Conflict(Problem("restricted", "These records are restricted already."))
    readers, now = {desk.actor.id} | find_holders(desk.session, person.id), desk.now
    restriction = Restriction(
        person_id=person.id,
        reference=enquiry.reference,
        reason=reason,
        made_at=now,
        made_by_id=desk.actor.id,
    )
    desk.session.add(restriction)
    record(desk, person, "record_restricted", reason=reason)
    desk.session.flush()
    for user_id in sorted(readers):
        _add(desk, restriction, user_id, now)
    _tell(desk, restriction, "was made")
    return restriction


def add_reader(desk: Desk, restriction_id: UUID, username: str) -> Restriction:
    """Put somebody else on the list. Invalid where nobody of that name works here, they are on it, or it is oneself."""
    restriction = _get_in_force(desk, restriction_id)
    user = find_user(desk.session, username)
    if user is None:
        raise invalid("username", "Nobody who works here signs in by that name. Check it, or ask an administrator.")
    if not has("referral.read", user.role):
        raise invalid("username", f"{user.name} works on no cases. Only whoever does is put on a list.")
    if user.id == desk.actor.id:
        raise invalid("username", "Nobody puts themselves on a list. Ask somebody who is on it.")
    if any(each.user_id == user.id and each.removed_at is None for each in restriction.readers):
        raise invalid("username", f"{user.name} is on the list already.")
    _add(desk, restriction, user.id, desk.now)
    _note(desk, restriction, "restriction_reader_added", user.id)
    _tell(desk, restriction, f"has a new name on its list, {user.name}")
    return restriction


def remove_reader(desk: Desk, restriction_id: UUID, user_id: UUID) -> Restriction:
    """Take somebody off the list. Invalid where they are not on it.

    Conflict where nobody would be left, or they have the child's open case.
    """
    restriction = _get_in_force(desk, restriction_id)
    there = [each for each in restriction.readers if each.removed_at is None]
    reader = next((each for each in there if each.user_id == user_id), None)
    if reader is None:
        raise invalid("user_id", "They are not on the list.")
    if len(there) == 1:
        raise Conflict(Problem("last_reader", "Nobody would see these records. Put somebody else on the list first."))
    with seeing_all(desk):
        holds = user_id in find_holders(desk.session, restriction.person_id)
    if holds:
        message = f"{reader.user.name} has the case, and sees it. Have it handed over first."
        raise Conflict(Problem("has_case", message))
    reader.removed_at, reader.removed_by_id = desk.now, desk.actor.id
    _note(desk, restriction, "restriction_reader_removed", user_id)
    _tell(desk, restriction, f"has a name less on its list, {reader.user.name}", reader.user)
    return restriction


def lift(desk: Desk, restriction_id: UUID, reason: str) -> Restriction:
    """Let everybody see the records again who would without it. Invalid without a reason."""
    said = _need(reason, "Say why everybody may see these records again.")
    restriction = _get_in_force(desk, restriction_id)
    restriction.lifted_at, restriction.lifted_by_id, restriction.lifted_reason = desk.now, desk.actor.id, said
    _note(desk, restriction, "restriction_lifted", reason=said)
    _tell(desk, restriction, "was lifted")
    return restriction


def _get_in_force(desk: Desk, restriction_id: UUID) -> Restriction:
    """Read once the person is locked: two who change the list at once do so one after the other."""
    lock_person(desk, get_restriction(desk.session, restriction_id).person_id)
    restriction = get_restriction(desk.session, restriction_id)
    if restriction.lifted_at:
        raise Conflict(Problem("lifted", "This restriction was lifted. Make a new one."))
    return restriction


def _add(desk: Desk, restriction: Restriction, user_id: UUID, at: datetime) -> None:
    reader = RestrictionReader(restriction_id=restriction.id, user_id=user_id, added_at=at, added_by_id=desk.actor.id)
    restriction.readers.append(reader)


def _note(desk: Desk, restriction: Restriction, type_: str, user_id: UUID | None = None, **data: str) -> None:
    """On the person's own log, which whoever governs the list need not see."""
    person = lock_person(desk, restriction.person_id)
    with seeing_all(desk):
        record(desk, person, type_, **data, **({"user": str(user_id)} if user_id else {}))


def _tell(desk: Desk, restriction: Restriction, what: str, *others: User) -> None:
    """Whoever is on the list, and information governance, read of every change to it."""
    desk.session.flush()
    there = {each.user_id for each in restriction.readers if each.removed_at is None} | {each.id for each in others}
    told = {"what": what, "by": desk.actor.name, "readers": [str(each) for each in sorted(there)]}
    promise(desk, "tell_restriction", restriction_id=str(restriction.id), **told)


def tell_restriction(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To information governance and everybody on the list: what became of a restriction, and by whom."""
    restriction = get_restriction(desk.session, UUID(payload["restriction_id"]))
    readers = [own(desk.session.get_one(User, UUID(each)), domain) for each in payload["readers"]]
    text = (
        f"The restriction of {restriction.reference} {payload['what']}. {payload['by']} did it.\n\nIf you think that it"
        " should not have been, tell information governance today.\n"
    )
    return Letter((*roles(("information_governance",), domain), *readers), "A restricted record", text)


def lock_person(desk: Desk, person_id: UUID) -> Person:
    """The person whose records are restricted, locked for somebody who may not see them."""
    with seeing_all(desk):
        return lock(desk.session, Person, person_id)


def _need(reason: str, words: str) -> str:
    if not reason.strip():
        raise invalid("reason", words, "no_reason")
    return reason.strip()
