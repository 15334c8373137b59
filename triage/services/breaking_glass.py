"""Opening a restricted record in an emergency: for two hours, told at once, and looked at by information governance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from triage.database import act_as
from triage.errors import Conflict, NotFound, Problem, invalid
from triage.models import GlassBreak, Person, Restriction
from triage.models.codes import VERDICTS
from triage.services.addresses import roles
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.letters import Letter, say_instant
from triage.services.outbox import promise
from triage.services.people import identity_of
from triage.services.restricting import lock_person
from triage.store.enquiries import get_enquiry
from triage.store.locking import lock
from triage.store.restrictions import find_hidden_case, find_hidden_like, get_break, list_restrictions_on

LASTS = timedelta(hours=2)
TOLD = ("mash_manager", "information_governance")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """What is to be opened, and why it cannot wait: a case by its reference, or who may be an enquiry's subject."""

    reason: str
    reference: str = ""
    enquiry_id: UUID | None = None
    ordinal: int | None = None


def break_glass(desk: Desk, command: BreakGlass) -> list[GlassBreak]:
    """See the restricted records that are meant for two hours. Managers are told at once.

    Invalid without a reason; NotFound where nothing is hidden there: nobody learns of what they may see anyhow.
    """
    if not command.reason.strip():
        raise invalid("reason", "Say what the emergency is: your manager and information governance will read it.")
    hidden, now = _find_hidden(desk, command), desk.now
    act_as(desk.session, desk.actor, now)  # the database opens it from the time that it knows, and no other
    with seeing_all(desk):
        restrictions = list_restrictions_on(desk.session, hidden)
    if not restrictions:
        raise NotFound(Problem("not_found", "Nothing is restricted there. Check the reference, or search again."))
    return [_open(desk, each, command.reason.strip(), now) for each in restrictions]


def _find_hidden(desk: Desk, command: BreakGlass) -> Iterable[UUID]:
    if command.enquiry_id is None:
        return find_hidden_case(desk.session, command.reference)
    subjects = get_enquiry(desk.session, command.enquiry_id).subjects
    described = [each.person for each in subjects if each.ordinal == command.ordinal]
    return {key for person in described for key in find_hidden_like(desk.session, identity_of(person))}


def is_like_hidden(desk: Desk, person: Person) -> bool:
    """Whether somebody described may be a person whom this actor does not see: all that they are told."""
    return bool(find_hidden_like(desk.session, identity_of(person)))


def _open(desk: Desk, restriction: Restriction, reason: str, now: datetime) -> GlassBreak:
    with seeing_all(desk):
        person = lock(desk.session, Person, restriction.person_id)
        record(desk, person, "glass_broken", reason=reason)
    opened = GlassBreak(
        restriction_id=restriction.id,
        person_id=person.id,
        user_id=desk.actor.id,
        reason=reason,
        broken_at=now,
        ends_at=now + LASTS,
    )
    desk.session.add(opened)
    promise(desk, "tell_glass_broken", break_id=str(opened.id))
    return opened


def review_break(desk: Desk, break_id: UUID, verdict: str, note: str) -> GlassBreak:
    """Say whether it was right to open it. Invalid without a verdict, or a note where it was not; Conflict if said."""
    lock_person(desk, get_break(desk.session, break_id).person_id)
    opened = get_break(desk.session, break_id)
    if opened.verdict:
        raise Conflict(Problem("reviewed", "Somebody has looked at this already."))
    if verdict not in VERDICTS:
        raise invalid("verdict", "Say whether it was justified.")
    if verdict == "not_justified" and not note.strip():
        raise invalid("note", "Say what is to follow.")
    opened.verdict, opened.note = verdict, note.strip()
    opened.reviewed_at, opened.reviewed_by_id = desk.now, desk.actor.id
    person = lock_person(desk, opened.person_id)
    with seeing_all(desk):
        record(desk, person, "glass_reviewed", verdict=verdict)
    return opened


def tell_glass_broken(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To the MASH managers and information governance: who opened what, and why."""
    opened = get_break(desk.session, UUID(payload["break_id"]))
    reference, zone = opened.restriction.reference, desk.pack.calendar.zone
    since, until = (say_instant(each, zone) for each in (opened.broken_at, opened.ends_at))
    text = (
        f"{opened.user.name} opened the restricted record of {reference} at {since}, until {until}.\n\nThe reason is on"
        " the page of restricted records, where information governance says whether it was justified.\n"
    )
    return Letter(roles(TOLD, domain), f"Restricted record opened: {reference}", text)
