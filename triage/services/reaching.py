"""Which enquiries danger reaches that is told on one of them: where its people are now, joined or split off."""

from datetime import datetime
from uuid import UUID

from triage.models import Enquiry
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.enquiries import list_concerned
from triage.store.locking import lock, lock_people


def hold_reached(desk: Desk, enquiry_id: UUID, since: datetime | None = None) -> list[Enquiry]:
    """The enquiries that the news reaches, locked in the order in which a join locks them. NotFound for none.

    That is what this one was joined into and all that was split off from either, `since` then if that is known.
    """
    found: list[UUID] = []
    while len(now := list_concerned(desk.session, enquiry_id, since) or [enquiry_id]) > len(found):
        found = now  # asked again once all are locked: somebody may have split one meanwhile
        held = [lock(desk.session, Enquiry, key) for key in found]
    lock_people(desk.session, (subject.person_id for each in held for subject in each.subjects))
    return held


def pass_on(desk: Desk, reached: list[Enquiry], reason: str) -> None:
    """The log of each enquiry says where the news went from there."""
    by_id = {each.id: each for each in reached}
    for each in reversed(reached):
        for before, to in ((by_id.get(each.split_from_id), each), (each, by_id.get(each.joined_into_id))):
            if before and to:
                record(desk, before, "immediate_danger_passed_on", to=to.reference, reason=reason)
