"""What tests of an outage have in common: one that was stated, and what was done on paper then and entered later."""

from datetime import timedelta

from tests.conftest import MORNING
from tests.making import an_enquiry, view_first
from tests.restricting import at_desk_of
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.outages import DeclareOutage, declare_outage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOWN, UP = MORNING, MORNING + 6 * HOUR  # 10:00 to 16:00 in Nottinghamshire
BACK = MORNING + DAY + 3 * HOUR  # it is entered the next day, when the decision's clock has run out
WHEN = {"done_at-day": "7", "done_at-month": "5", "done_at-year": "2013"}  # and "done_at-time", as a page sends it


def declare(office, who="mash_manager", began_at=DOWN, ended_at=UP, reason="The network failed; paper was used"):
    """Somebody states it."""
    with at_desk_of(office, who) as desk:
        return declare_outage(desk, DeclareOutage(began_at=began_at, ended_at=ended_at, reason=reason))


def log_from_paper(office, **details):
    """Told of at 10:05 and logged from paper the next day; somebody has stated that it was down."""
    office.clock.at = BACK
    logged = an_enquiry(office, received_at=MORNING + timedelta(minutes=5), **details)
    declare(office)
    return logged


def enter(office, enquiry, action, done_at=None, who="social_worker", **more):
    """A step of an enquiry, by the true time or as of now."""
    command = EnquiryAction(enquiry_id=enquiry.id, action=action, done_at=done_at, **more)
    return act_on_enquiry(office.desk(who), command)


def screen_late(office, enquiry):
    """Screened on paper between 11:00 and 12:00."""
    enter(office, enquiry, "start_screening", MORNING + HOUR)
    enter(office, enquiry, "set_rag", MORNING + 2 * HOUR, rag="amber", reason="Made up: talked over")
    enter(office, enquiry, "finish_screening", MORNING + 2 * HOUR)


def decide_late(office, enquiry, done_at, who="social_worker", **chosen):
    """Decided on paper: advice, but for what is chosen."""
    view_first(office, who, enquiry)
    about = {"level": 2, "route": "advice", "reason": "Made up", "why_not": {"early_help": "Made up"}} | chosen
    decisions = tuple(SubjectDecision(subject_id=each.id, **about) for each in enquiry.subjects)
    return decide(office.desk(who), Decide(enquiry_id=enquiry.id, decisions=decisions, done_at=done_at))
