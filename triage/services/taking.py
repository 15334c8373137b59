"""Taking on the next enquiry that nobody has."""

from dataclasses import replace

from triage.errors import Conflict, NotFound
from triage.models import Enquiry
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.store.worktray import Tray, list_keys

TRIES = 20  # of several who reach for the worst at once, each has another


def take_next(desk: Desk, tray: Tray) -> Enquiry | None:
    """Take on the worst of the tray that nobody has; None where there is none left."""
    for key in list_keys(desk.session, desk.actor, desk.now, replace(tray, whose="nobody"))[:TRIES]:
        try:
            with desk.session.begin_nested():
                return act_on_enquiry(desk, EnquiryAction(enquiry_id=key, action="claim"))
        except (Conflict, NotFound):  # somebody else has it, or closed it, since
            continue
    return None
