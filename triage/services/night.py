"""Whose an enquiry is while the office is closed: the Emergency Duty Team's, and nobody of the day has it."""

from triage.models import Enquiry, User
from triage.services.desk import Desk
from triage.store.staff import name_of_user
from workflows.enquiry import NIGHT

Details = dict[str, object]


def give_red_to_night(desk: Desk, enquiry: Enquiry, colour: str) -> Details:
    """What is, or turns, red while the office is closed goes over at once: nobody else is there to work it.

    Of what is entered late, by when it is entered: a red of last night is the day's to work by then.
    """
    if colour != "red" or desk.pack.calendar.is_open(desk.entered_at):
        return {}
    return give_to_night(desk, enquiry)


def give_to_night(desk: Desk, enquiry: Enquiry) -> Details:
    """With the Emergency Duty Team, any of whom may take it on; whoever of the day had it is what the event tells."""
    if enquiry.with_edt:
        return {}
    owner = desk.session.get(User, enquiry.owner_id) if enquiry.owner_id else None
    enquiry.with_edt = True
    return {} if owner is None or owner.role in NIGHT else let_go(desk, enquiry)


def give_back_to_day(desk: Desk, enquiry: Enquiry) -> Details:
    """With the hub again, where anybody may take it on: whoever had it at night has gone home."""
    enquiry.with_edt = False
    return let_go(desk, enquiry)


def let_go(desk: Desk, enquiry: Enquiry) -> Details:
    """Nobody has it. Who had it, if anybody did."""
    if enquiry.owner_id is None:
        return {}
    had_by, enquiry.owner_id = name_of_user(desk.session, enquiry.owner_id), None
    return {"had_by": had_by}
