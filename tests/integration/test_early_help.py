"""A request for early help: allocated, contacted, assessed, planned, reviewed, closed with what the family thought."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.acting import a_referral, accepted, act, clock_of, clocks_by, events_of, last_event, refused, walk
from tests.making import an_enquiry, decide_as, screen
from triage.errors import Conflict, Invalid
from workflows.early_help import CLOSURES, WORKED

WORKER = "locality_worker:west"
UNIT = "early_help_unit"


def a_request(office, **details):
    return a_referral(office, "early_help", **details)


def planned(office):
    case = accepted(office, "early_help")
    return walk(office, WORKER, case, "contact_family", "start_assessment", "complete_assessment", "make_plan")


def test_request_goes_from_allocation_to_closing_with_each_clock_met(office):
    case = a_request(office)
    assert (case.state, case.queue, clocks_by(case)) == ("requested", "hub", {"allocation"})
    act(office, UNIT, case, "allocate", team_code="early_help_west")
    allocated_at = office.clock.now()
    assert clocks_by(case) == {"acceptance", "first_contact", "assessment"}
    assert clock_of(case, "first_contact").due_at == allocated_at + timedelta(days=7)  # 5 working days
    assert clock_of(case, "assessment").due_at == allocated_at + timedelta(days=29)  # 20, over a bank holiday
    walk(office, WORKER, case, "accept", "contact_family")
    assert (case.contacted_at, clocks_by(case)) == (allocated_at, {"assessment"})
    walk(office, WORKER, case, "start_assessment", "complete_assessment", "make_plan")
    assert (case.state, case.assessed_at, clocks_by(case)) == ("plan", allocated_at, {"review"})
    act(office, WORKER, case, "close", closure="needs_met", family_rating=5)
    assert (case.state, case.closure, case.family_rating) == ("closed", "needs_met", 5)
    assert last_event(office, case, "referral_closed").data == {"closure": "needs_met", "rating": 5}
    assert clocks_by(case, "cancelled") == {"review"}
    assert [event.type for event in events_of(office, case)] == [
        "early_help_requested",
        "referral_allocated",
        "referral_accepted",
        "family_contacted",
        "assessment_started",
        "assessment_completed",
        "plan_made",
        "referral_closed",
    ]


def test_request_is_given_to_a_provider_whose_locality_holds_the_record(office):
    case = a_request(office)
    assert list(refused(office, UNIT, case, "allocate")) == ["no_team_or_provider"]
    with pytest.raises(Invalid, match="Choose a provider of the directory"):
        act(office, UNIT, case, "allocate", provider_code="a_circus")
    act(office, UNIT, case, "allocate", provider_code="childrens_centre_north")
    assert (case.provider_code, case.team_code, case.locality_code) == (
        "childrens_centre_north",
        "early_help_north",
        "north",
    )
    assert last_event(office, case, "referral_allocated").data["provider"] == "Children's centre North"


def test_provider_of_the_whole_county_is_held_where_the_family_lives(office):
    case = act(office, UNIT, a_request(office), "allocate", provider_code="family_charity")
    assert (case.provider_code, case.team_code) == ("family_charity", "early_help_west")


def test_team_of_another_service_is_no_place_for_early_help(office):
    with pytest.raises(Invalid, match="Choose a team of that service"):
        act(office, UNIT, a_request(office), "allocate", team_code="social_care_west")


def test_return_restarts_neither_the_contact_nor_the_assessment(office):
    case = act(office, UNIT, a_request(office), "allocate", provider_code="family_charity")
    due = {kind: clock_of(case, kind).due_at for kind in ("first_contact", "assessment")}
    office.clock.at += timedelta(days=1)
    assert list(refused(office, WORKER, case, "return")) == ["no_reason"]
    act(office, WORKER, case, "return", reason="No room")
    assert (case.team_code, case.provider_code, case.queue) == (None, None, "hub")
    assert clocks_by(case) == {"reallocation", "first_contact", "assessment"}
    office.clock.at += timedelta(days=1)
    act(office, UNIT, case, "allocate", team_code="early_help_south")
    assert {kind: clock_of(case, kind).due_at for kind in due} == due
    assert [clock.kind for clock in case.clocks].count("assessment") == 1
    assert clock_of(case, "acceptance").started_at == office.clock.now()
    assert (case.state, clock_of(case, "reallocation").state) == ("allocated", "met")


def test_waiting_list_has_a_reason_and_stops_no_clock_but_acceptance(office):
    case = act(office, UNIT, a_request(office), "allocate", team_code="early_help_west")
    assert list(refused(office, WORKER, case, "put_on_waiting_list")) == ["no_reason"]
    act(office, WORKER, case, "put_on_waiting_list", reason="Full until June")
    assert (case.state, case.queue, clocks_by(case)) == (
        "waiting_list",
        "early_help_west",
        {"first_contact", "assessment"},
    )
    office.clock.at += timedelta(days=10)
    walk(office, WORKER, case, "accept", "contact_family")
    assert (case.state, clock_of(case, "first_contact").state) == ("contacted", "missed")


def test_waiting_family_may_go_back_to_the_unit(office):
    case = act(office, UNIT, a_request(office), "allocate", team_code="early_help_west")
    act(office, WORKER, case, "put_on_waiting_list", reason="Full until June")
    act(office, WORKER, case, "return", reason="The charity has room")
    assert (case.state, case.queue) == ("returned", "hub")


@pytest.mark.parametrize(
    ("day", "form"),
    [(datetime(2014, 5, 30, 12, tzinfo=UTC), "caf"), (datetime(2014, 6, 2, 8, tzinfo=UTC), "ehaf")],
)
def test_assessment_is_written_on_the_form_of_the_day_it_begins(office, day, form):
    office.clock.at = datetime(2014, 5, 27, 9, tzinfo=UTC)
    case = walk(office, WORKER, accepted(office, "early_help"), "contact_family")
    office.clock.at = day
    walk(office, WORKER, case, "start_assessment")
    assert last_event(office, case, "assessment_started").data == {"form": form}


def test_late_assessment_of_early_help_needs_its_reason_too(office):
    case = walk(office, WORKER, accepted(office, "early_help"), "contact_family", "start_assessment")
    office.clock.at = clock_of(case, "assessment").due_at + timedelta(minutes=1)
    assert list(refused(office, WORKER, case, "complete_assessment")) == ["late_assessment"]
    act(office, WORKER, case, "complete_assessment", reason="The school's holidays")
    assert clock_of(case, "assessment").state == "missed"


def test_plan_is_reviewed_every_twelve_weeks_from_the_review_before(office):
    case = planned(office)
    first = clock_of(case, "review")
    assert first.due_at == office.clock.now() + timedelta(weeks=12)
    office.clock.at += timedelta(weeks=11)
    walk(office, WORKER, case, "review")
    assert (first.state, case.state) == ("met", "plan")
    second = clock_of(case, "review")
    assert (second.started_at, second.due_at) == (office.clock.now(), office.clock.now() + timedelta(weeks=12))
    office.clock.at += timedelta(weeks=13)
    walk(office, WORKER, case, "review")
    assert [clock.state for clock in case.clocks if clock.kind == "review"] == ["met", "missed", "running"]


@pytest.mark.parametrize("closure", CLOSURES)
def test_early_help_closes_for_each_reason(office, closure):
    case = act(office, WORKER, planned(office), "close", closure=closure, family_rating=3)
    assert (case.state, case.closure, case.closed_at, clocks_by(case)) == (
        "closed",
        closure,
        office.clock.now(),
        set(),
    )


@pytest.mark.parametrize("state", WORKED)
def test_family_may_withdraw_consent_at_any_step_of_the_work(office, state):
    case = accepted(office, "early_help")
    steps = ("contact_family", "start_assessment", "complete_assessment", "make_plan")
    reached = {"accepted": 0, "contacted": 1, "assessment": 2, "plan": 4}[state]
    walk(office, WORKER, case, *steps[:reached])
    assert case.state == state
    act(office, WORKER, case, "close", closure="consent_withdrawn", rating_reason="They did not answer")
    assert (case.closure, case.family_rating, case.rating_reason) == ("consent_withdrawn", None, "They did not answer")


@pytest.mark.parametrize("brought", [{}, {"family_rating": 0}, {"family_rating": 6, "rating_reason": "x"}])
def test_closing_asks_the_family_how_far_it_helped_or_says_why_not(office, brought):
    case = planned(office)
    assert refused(office, WORKER, case, "close", closure="needs_met", **brought) == {
        "no_rating": "Ask the family how far the help met their needs, 1 to 5, or say why they were not asked.",
    }


def test_closure_of_social_care_does_not_close_early_help(office):
    said = refused(office, WORKER, planned(office), "close", closure="RC8", family_rating=3)
    assert list(said) == ["no_closure"]


def test_stepping_up_opens_social_care_with_clocks_of_its_own(office):
    case = accepted(office, "early_help")
    assert list(refused(office, WORKER, case, "step_up")) == ["no_reason"]
    office.clock.at += timedelta(hours=1)
    act(office, WORKER, case, "step_up", reason="A bruise was seen")
    following = case.enquiry.referrals[-1]
    assert (case.state, case.closure) == ("closed", "stepped_up")
    assert (following.service, following.state, following.level, following.source) == (
        "social_care",
        "requested",
        4,
        "5D",
    )
    assert {clock.started_at for clock in following.clocks} == {office.clock.now()}
    assert clocks_by(following) == {"allocation", "assessment"}
    assert last_event(office, case, "referral_stepped_up").data["followed_by"] == following.reference


@pytest.mark.parametrize("consent", ["refused", "not_asked", "not_safe_to_ask"])
def test_early_help_without_consent_is_refused_and_says_what_else_can_be_done(office, consent):
    enquiry = an_enquiry(office, indicators=("C3_SUBSTANCE",))
    screen(office, enquiry)
    with pytest.raises(Conflict, match="Ask for it, or choose advice, or, if there is a risk, social care"):
        decide_as(office, "social_worker", enquiry, route="early_help", level=3, consent=consent)
    assert enquiry.referrals == []


def test_api_shows_rating_provider_and_who_leads(office, caller):
    case = act(office, UNIT, a_request(office), "allocate", provider_code="family_charity")
    walk(office, WORKER, case, "accept")
    act(office, WORKER, case, "close", closure="needs_partly_met", family_rating=4)
    shown = caller("mash_manager").get(f"/referrals/{case.id}").get_json()
    assert (shown["provider_code"], shown["family_rating"], shown["closure"]) == (
        "family_charity",
        4,
        "needs_partly_met",
    )


def test_open_case_stays_one_request(office):
    case = accepted(office, "early_help")
    office.clock.at += timedelta(days=1)
    again = an_enquiry(office, person_id=case.person_id, indicators=("C3_SUBSTANCE",), consent="given")
    screen(office, again)
    with pytest.raises(Conflict, match="has an open early help case"):
        decide_as(office, "social_worker", again, route="early_help", level=3)


def test_provider_stays_with_the_team_that_chose_it(office):
    case = a_request(office)
    act(office, UNIT, case, "allocate", provider_code="childrens_centre_west")
    act(office, UNIT, case, "reassign", team_code="early_help_north", reason="The family moved")
    assert (case.team_code, case.provider_code) == ("early_help_north", None)
