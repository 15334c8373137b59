"""Acting on made-up cases through the services, each action written to the database before the next."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.making import a_subject, an_enquiry, decide_as, screen, view_first
from triage.access.sessions import Beginning, Limits, begin_session
from triage.database import acting_as
from triage.errors import Conflict
from triage.models import AgencyCheck, Clock, Enquiry, Event, Referral, Transfer
from triage.services.checks import CheckAction, act_on_check
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.events import seal
from triage.services.first_view import waits_for_view
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.transfers import TransferAction, act_on_transfer
from workflows.calendar import LONDON

Row = Enquiry | Referral | AgencyCheck | Transfer
EVERYBODY = ("police", "health", "social_care")  # who takes part in a strategy discussion
# What the steps of social care's work bring, unless a test says otherwise.
FOUND = {"child_seen": True, "primary_need": "N1", "factors": ("16A",)}
BROUGHT = {"complete_assessment": FOUND, "make_protection_plan": {"category_of_abuse": "NEG"}}


def act(office: Any, who: str, row: Row, action: str, **details: Any) -> Row:
    """Whatever the row is: the action, with what it brings, as somebody of that role."""
    do, command, key = {
        Enquiry: (act_on_enquiry, EnquiryAction, "enquiry_id"),
        Referral: (act_on_referral, ReferralAction, "referral_id"),
        AgencyCheck: (act_on_check, CheckAction, "check_id"),
        Transfer: (act_on_transfer, TransferAction, "transfer_id"),
    }[type(row)]
    if isinstance(row, Referral) and row.service == "social_care":
        details = BROUGHT.get(action, {}) | details
    done = do(office.desk(who), command(**{key: row.id}, action=action, **details))
    office.session.flush()
    return done


def refused(office: Any, who: str, row: Row, action: str, **details: Any) -> dict[str, str]:
    """Why the action is refused: plain words by code. Whatever it had begun is undone."""
    office.actor(who)  # who stays, whatever is undone
    with pytest.raises(Conflict) as refusal, office.session.begin_nested():
        act(office, who, row, action, **details)
    return {problem.code: problem.message for problem in refusal.value.problems}


def walk(office: Any, who: str, row: Row, *actions: str) -> Row:
    """Actions that need nothing brought, one after the other."""
    for action in actions:
        act(office, who, row, action)
    return row


def two_children(office: Any, **details: Any) -> Enquiry:
    """An enquiry about a brother and a sister."""
    named = (a_subject(given_name="Ava", **details), a_subject(given_name="Ben", **details))
    return an_enquiry(office, subjects=named)


def decide_each(office: Any, who: str, enquiry: Enquiry, *chosen: dict[str, Any]) -> Enquiry:
    """A decision of its own for each subject, in order, as far as they go; after one's own first view."""
    if waits_for_view(office.actor(who), enquiry):
        view_first(office, who, enquiry)
    pairs = zip(enquiry.subjects, chosen, strict=False)
    decisions = tuple(SubjectDecision(subject_id=each.id, **({"reason": "Made up"} | its)) for each, its in pairs)
    decide(office.desk(who), Decide(enquiry_id=enquiry.id, decisions=decisions))
    office.session.flush()
    return enquiry


def a_referral(office: Any, route: str = "social_care", **details: Any) -> Referral:
    """A child's referral to social care or, by its route, somebody's to another service, as the decision opened it."""
    usual = {"social_care": {"indicators": ("P4_UNSAFE",)}, "early_help": {"indicators": ("C3_SUBSTANCE",)}}
    usual |= {"ehc_pathway": {"ehc_request": True}, "adult_safeguarding": {"kind": "adult_at_risk"}}
    enquiry = an_enquiry(office, **({"consent": "given"} | usual.get(route, {}) | details))
    screen(office, enquiry)
    level = 4 if route == "social_care" else 3
    decide_as(office, "social_worker", enquiry, route=route, level=level)
    office.session.flush()
    (referral,) = enquiry.referrals
    return referral


def in_days(office: Any, days: int) -> date:
    """The day so many days from today, by the county's calendar."""
    return office.clock.now().astimezone(LONDON).date() + timedelta(days=days)


def clock_of(case: Enquiry | Referral, kind: str) -> Clock:
    """The latest clock of that kind."""
    return [clock for clock in case.clocks if clock.kind == kind][-1]


def clocks_by(case: Enquiry | Referral, *states: str) -> set[str]:
    """The kinds of the clocks that are in one of these states: of those that run, unless told otherwise."""
    return {clock.kind for clock in case.clocks if clock.state in (states or ("running",))}


def events_of(office: Any, case: Enquiry | Referral) -> list[Event]:
    """The case's log, in order, once its numbers and hashes have been found whole."""
    office.session.flush()
    events = office.session.query(Event).filter_by(case_id=case.id).order_by(Event.number).all()
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.previous_hash for event in events] == [b"", *(event.hash for event in events[:-1])]
    assert all(seal(event) == event.hash for event in events)
    return events


def last_event(office: Any, case: Enquiry | Referral, type_: str) -> Event:
    """The latest event of that type in the case's log."""
    return [event for event in events_of(office, case) if event.type == type_][-1]


def has_been_here(office: Any, who: str) -> None:
    """That member of the office has signed in: an agency of which nobody has is written to."""
    limits = Limits(timedelta(hours=1), timedelta(hours=1))
    actor = office.actor(who)
    with acting_as(office.session, actor):
        begin_session(office.session, actor, office.clock.now(), limits, Beginning("local"))
        office.session.flush()


def accepted(office: Any, route: str = "social_care", **details: Any) -> Referral:
    """A referral that the west's team has accepted."""
    referral = act(office, "mash_manager", a_referral(office, route, **details), "allocate", team_code=f"{route}_west")
    return act(office, "locality_worker:west", referral, "accept")


def at_section_47(office: Any, **details: Any) -> Referral:
    """A social care case in which section 47 was opened, after a strategy discussion that everybody came to."""
    case = accepted(office, **details)
    act(office, "locality_worker:west", case, "call_strategy_discussion", invited=EVERYBODY)
    return act(office, "locality_worker:west", case, "open_section_47", came=EVERYBODY)
