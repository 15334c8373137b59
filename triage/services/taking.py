"""Taking on the next enquiry that nobody has."""

from dataclasses import replace
from uuid import UUID

from triage.errors import Conflict, NotFound
from triage.models import Enquiry
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.store.enquiries import find_owner
from triage.store.worktray import Tray, list_keys

TRIES = 20  # of several who reach for the worst at once, each has another


def take_next(desk: Desk, tray: Tray, shown: UUID | None = None) -> Enquiry | None:
    """Take on the worst of the tray that nobody has; None where there is none left.

    `shown` stood before whoever asks as the next: asked for twice, by a button pressed twice, they have it once.
    """
    if shown and _is_mine(desk, shown):
        return desk.session.get_one(Enquiry, shown)
    for key in list_keys(desk.session, desk.actor, desk.now, replace(tray, whose="nobody"))[:TRIES]:
        try:
            with desk.session.begin_nested():
                return act_on_enquiry(desk, EnquiryAction(enquiry_id=key, action="claim"))
        except (Conflict, NotFound):  # somebody has it, or closed it, since
            if key == shown and _is_mine(desk, key):
                return desk.session.get_one(Enquiry, key)
    return None


def _is_mine(desk: Desk, key: UUID) -> bool:
    return find_owner(desk.session, key) == desk.actor.id
