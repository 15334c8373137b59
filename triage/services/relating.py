"""Saying how two people are related and when, that it has ended, or that it is not so. A person's word each time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from triage.errors import Conflict, Problem, invalid
from triage.models import Person, Relationship
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.people import NewPerson, add_person, get_person
from triage.services.recognisers import refuse_other_roles
from triage.store.locking import lock_people
from triage.store.relationships import get_relationship, is_only_kin, list_relationships, people_of_ties
from workflows.people.family import INVERSES, PARENTS, overlap
from workflows.refusals import words

RECOGNISED = "It was said of a description: it is said again of whom this is."
IN_ORDER = (*PARENTS, "step_parent")  # who is older than the child


@dataclass(frozen=True, slots=True, kw_only=True)
class Relate:
    """The relative, somebody known or described for the first time, is the `kind` of the person.

    `since` and `until` are local dates, both included; `known_by` says how it is known.
    """

    person_id: UUID
    kind: str
    known_by: str
    relative_id: UUID | None = None
    relative: NewPerson | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRelationship:
    """It was so until that day, which is included."""

    relationship_id: UUID
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRelationship:
    """It is not so, and never was. `reason`: how that is known."""

    relationship_id: UUID
    reason: str


def relate(desk: Desk, command: Relate) -> Relationship:
    """Keep that two people are related. Nobody is found or merged by it.

    NotFound where the actor does not see both; Conflict for whoever may not say so; Invalid where it cannot be right:
    nobody or two named, one person, a parent who is younger, days in the wrong order or to come, or said already.
    """
    refuse_other_roles(desk)
    if not command.known_by.strip():
        raise invalid("known_by", "Say how this is known.", "no_reason")
    if (command.relative_id is None) == (command.relative is None):
        raise invalid("relative_id", "Choose who it is, or describe somebody new.", "no_relative")
    lock_people(desk.session, [key for key in (command.person_id, command.relative_id) if key])
    person, relative = get_person(desk, command.person_id, "person_id"), _find_relative(desk, command)
    _check(desk, person, relative, command)
    _refuse_said(desk, person, relative, command)
    return _keep(desk, _row(desk, person, relative, command))


def end_relationship(desk: Desk, command: EndRelationship) -> Relationship:
    """Say until when it was so. NotFound; Conflict where it has ended or was taken back; Invalid for a wrong day."""
    said = _hold(desk, command.relationship_id)
    if said.until:
        raise Conflict(Problem("ended", words("relationship_ended")))
    _check_days(desk, said.since, command.until)
    said.until = command.until
    _tell(desk, said, "relationship_ended", until=_say(said.until))
    return said


def withdraw_relationship(desk: Desk, command: WithdrawRelationship) -> Relationship:
    """Take it back; what was said stays. NotFound; Conflict where that was done already; Invalid without a reason."""
    if not command.reason.strip():
        raise invalid("reason", "Say how you know.", "no_reason")
    said = _hold(desk, command.relationship_id)
    said.withdrawn_at, said.withdrawn_by_id, said.withdrawn_reason = desk.now, desk.actor.id, command.reason.strip()
    _tell(desk, said, "relationship_withdrawn")
    return said


def pass_on_family(desk: Desk, described: Person, known: Person) -> None:
    """Say again of the person known what stands of a description, in the same words, and take the first back.

    Whoever is in another case was no description: what was said of them stays theirs.
    """
    desk.session.flush()
    if not is_only_kin(desk.session, described.id):
        return
    rows = [each for each in list_relationships(desk.session, [described.id]) if not each.withdrawn_at]
    rows = [each for each in rows if described.id in (each.person_id, each.relative_id)]
    lock_people(desk.session, {known.id, *people_of_ties(rows)} if rows else ())
    for each in rows:
        each.withdrawn_at, each.withdrawn_by_id, each.withdrawn_reason = desk.now, desk.actor.id, RECOGNISED
        _tell(desk, each, "relationship_withdrawn")
        _say_again(desk, each, described, known)


def _say_again(desk: Desk, row: Relationship, described: Person, known: Person) -> None:
    """The same of somebody else, unless that stands already to the day, or they would be related to themselves."""
    person, relative = (known if each is described else each for each in (row.person, row.relative))
    was_born = row.kind == "unborn_to" and person.kind != "unborn_child"
    again = Relate(
        person_id=person.id,
        relative_id=relative.id,
        kind="parent" if was_born else row.kind,
        since=row.since,
        until=row.until,
        known_by=row.known_by,
    )
    new = _row(desk, person, relative, again)
    standing = [each for each in list_relationships(desk.session, [known.id]) if not each.withdrawn_at]
    if person is not relative and _words(new) not in map(_words, standing):
        _keep(desk, new)


def _words(said: Relationship) -> tuple[object, ...]:
    return said.person_id, said.relative_id, said.kind, said.since, said.until


def _row(desk: Desk, person: Person, relative: Person, command: Relate) -> Relationship:
    return Relationship(
        person_id=person.id,
        relative_id=relative.id,
        kind=command.kind,
        since=command.since,
        until=command.until,
        known_by=command.known_by.strip(),
        said_at=desk.now,
        said_by_id=desk.actor.id,
    )


def _keep(desk: Desk, said: Relationship) -> Relationship:
    desk.session.add(said)
    desk.session.flush()
    days = {"since": _say(said.since), "until": _say(said.until)}
    _tell(desk, said, "relationship_said", kind=said.kind, **days)
    return said


def _hold(desk: Desk, key: UUID) -> Relationship:
    refuse_other_roles(desk)
    said = get_relationship(desk.session, key)
    lock_people(desk.session, [said.person_id, said.relative_id])
    desk.session.refresh(said)
    if said.withdrawn_at:
        raise Conflict(Problem("undone", words("undone")))
    return said


def _find_relative(desk: Desk, command: Relate) -> Person:
    if command.relative:
        return add_person(desk, command.relative, "relative")
    return get_person(desk, command.relative_id, "relative_id")


def _check(desk: Desk, person: Person, relative: Person, command: Relate) -> None:
    if person.identity_id == relative.identity_id:
        raise invalid("relative_id", "That is the same person. Choose somebody else.", "one_person")
    if command.kind == "unborn_to" and person.kind != "unborn_child":
        raise invalid("kind", "This child is not recorded as unborn: their mother is a parent.", "not_unborn")
    both_known = person.birth_date and relative.birth_date
    if command.kind in IN_ORDER and both_known and relative.birth_date >= person.birth_date:
        raise invalid("kind", "A parent is older than the child. Check the dates of birth.", "younger_parent")
    _check_days(desk, command.since, command.until)


def _check_days(desk: Desk, since: date | None, until: date | None) -> None:
    for name, day in (("since", since), ("until", until)):
        if day and day > desk.today:
            raise invalid(name, "This day is still to come. Say it once it has.", "to_come")
    if since and until and until < since:
        raise invalid("until", f"It began on {since:%-d %B %Y}. It cannot have ended before.", "ends_first")


def _refuse_said(desk: Desk, person: Person, relative: Person, command: Relate) -> None:
    """Invalid where it stands of days in common, or the other way round: nobody is the parent of their own parent."""
    pair = (person.identity_id, relative.identity_id)
    for each in list_relationships(desk.session, [person.id]):
        other = (each.person.identity_id, each.relative.identity_id)
        if each.withdrawn_at or each.kind != command.kind or {*other} != {*pair}:
            continue
        if other != pair and each.kind in INVERSES:
            raise invalid("kind", "That is on record the other way round. Take that back first.", "other_way_round")
        if overlap((each.since, each.until), (command.since, command.until)):
            raise invalid("kind", "That was said already, and stands.", "said_already")


def _tell(desk: Desk, said: Relationship, event: str, **data: object) -> None:
    """Each of the two has it in their log: by its key alone, because the other of the two may be hidden."""
    for key in (said.person_id, said.relative_id):
        record(desk, get_person(desk, key, "person_id"), event, relationship=str(said.id), **data)


def _say(day: date | None) -> str | None:
    return day.isoformat() if day else None
