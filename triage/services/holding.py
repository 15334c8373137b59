"""Keeping a file whatever the schedule says: for an inquiry, a claim, a request, or a class unknown to the service."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from triage.errors import Conflict, Forbidden, NotFound, Problem, invalid
from triage.models import Enquiry, Hold, Person, Referral
from triage.services.desk import Desk, seeing_all
from triage.services.events import Logged, record
from triage.services.weighing import ask_again
from triage.store.locking import lock
from triage.store.referrals import find_case
from triage.store.retention import list_holds, name_held

HOLDS = ("information_governance", "mash_manager")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """Keep the case of that reference, or (`people`) everybody whom it is about and so all their files.

    `reason` is a code; `words` say which inquiry, claim or request. `keep_as` is the class that they belong to.
    """

    reference: str
    reason: str
    words: str
    people: bool = False
    keep_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold:
    """Let the schedule say again, and why."""

    hold_id: UUID
    reason: str


def place_hold(desk: Desk, command: PlaceHold) -> list[Hold]:
    """Hold it. Forbidden, NotFound, or Invalid where what is given cannot be right."""
    _admit(desk)
    _check(desk, command)
    with seeing_all(desk):
        rows = [lock(desk.session, type(row), row.id) for row in _find(desk, command)]
    holds = [_hold(desk, row, command) for row in rows]
    desk.session.add_all(holds)
    with seeing_all(desk):
        for row, hold in zip(rows, holds, strict=True):
            record(desk, row, "hold_placed", hold=str(hold.id), reason=command.reason, keep_as=command.keep_as)
    ask_again(desk)
    return holds


def lift_hold(desk: Desk, command: LiftHold) -> Hold:
    """Lift it. Forbidden, NotFound, Invalid without a reason, or Conflict where it was lifted already."""
    _admit(desk)
    hold = desk.session.get(Hold, command.hold_id)
    if hold is None:
        raise NotFound(Problem("not_found", "There is no such hold, or it is not yours to see."))
    if not command.reason.strip():
        raise invalid("reason", "Say why this need not be held any longer.")
    with seeing_all(desk):
        row = lock(desk.session, *_of(hold))
        desk.session.refresh(hold)
    if hold.lifted_at:
        raise Conflict(Problem("lifted", "This hold is lifted already."))
    hold.lifted_at, hold.lifted_by_id, hold.lifted_reason = desk.now, desk.actor.id, command.reason.strip()
    with seeing_all(desk):
        record(desk, row, "hold_lifted", hold=str(hold.id), reason=hold.lifted_reason)
    ask_again(desk)
    return hold


def list_held(desk: Desk) -> list[tuple[Hold, str]]:
    """Each hold that stands, and what it is on, by a reference and no name."""
    holds = list_holds(desk.session)
    with seeing_all(desk):
        named = name_held(desk.session, holds)
    return [(hold, named[hold.id]) for hold in holds]


def _check(desk: Desk, command: PlaceHold) -> None:
    by_hand = [each.code for each in desk.pack.retention.classes if each.by_hand]
    if not command.words.strip():
        raise invalid("words", "Say which inquiry, claim or request it is, or how you know of the class.")
    if command.reason == "class" and command.keep_as not in by_hand:
        raise invalid("keep_as", f"Choose the class: {', '.join(by_hand)}.", "unknown_code")
    if command.reason != "class" and command.keep_as:
        raise invalid("keep_as", "A class goes with the reason that it belongs to one.")
    if command.reason == "class" and not command.people:
        raise invalid("people", "A class is a person's: choose everybody whom it is about.")


def _find(desk: Desk, command: PlaceHold) -> Iterator[Enquiry | Referral | Person]:
    """The case of that reference, or everybody whom it is about."""
    wanted = command.reference.strip().upper()
    case = find_case(desk.session, wanted)
    if case is None:
        raise invalid("reference", f"There is no enquiry or referral {wanted}. Check the reference.", "unknown_case")
    if not command.people:
        yield case
    elif isinstance(case, Referral):
        yield case.person
    else:
        yield from sorted((subject.person for subject in case.subjects), key=lambda each: each.id)


def _hold(desk: Desk, row: Logged, command: PlaceHold) -> Hold:
    key = {Enquiry: "enquiry_id", Referral: "referral_id", Person: "person_id"}[type(row)]
    said = {"reason": command.reason, "words": command.words.strip(), "keep_as": command.keep_as}
    return Hold(placed_at=desk.now, placed_by_id=desk.actor.id, **{key: row.id}, **said)


def _of(hold: Hold) -> tuple[type[Enquiry] | type[Referral] | type[Person], UUID]:
    kinds = ((Enquiry, hold.enquiry_id), (Referral, hold.referral_id), (Person, hold.person_id))
    return next((kind, key) for kind, key in kinds if key)


def _admit(desk: Desk) -> None:
    if desk.actor.role not in HOLDS:
        raise Forbidden(Problem("role", "Holds are placed by information governance and by MASH managers."))
