"""The event log of a case: appended, numbered without gaps, each event bearing the hash of the one before."""

from typing import Any

from triage.access.ledger import seal
from triage.models import AccessRequest, Disposal, Enquiry, Event, Person, PolicyVersion, Referral
from triage.services.desk import Desk

KINDS = {
    Enquiry: "enquiry",
    Referral: "referral",
    Person: "person",
    PolicyVersion: "policy",
    AccessRequest: "access_request",
    Disposal: "disposal",
}
Logged = Enquiry | Referral | Person | PolicyVersion | AccessRequest | Disposal


def record(desk: Desk, case: Logged, type_: str, **data: Any) -> Event:
    """Append the past-tense event `type_` to `case`. The caller holds the case's row lock, so numbers cannot tie."""
    event = write_event(desk, case, type_, **data)
    desk.session.add(event)
    return event


def write_event(desk: Desk, case: Logged, type_: str, **data: Any) -> Event:
    """The same for a caller who sees to it that the event is kept."""
    event = Event(
        case_kind=KINDS[type(case)],
        case_id=case.id,
        number=case.event_number + 1,
        type=type_,
        at=desk.entered_at,
        actor_id=desk.actor.id,
        actor_name=desk.actor.name,
        actor_role=desk.actor.role,
        purpose=desk.purpose,
        request_id=desk.request_id,
        data=data | _tell_late(desk),
        previous_hash=case.event_hash,
        hash=b"",
    )
    event.hash = seal(event)
    case.event_number, case.event_hash = event.number, event.hash
    return event


def _tell_late(desk: Desk) -> dict[str, str]:
    """When it was done, where that is not when it is entered."""
    return {"done_at": desk.now.isoformat(), **desk.late.told} if desk.late else {}
