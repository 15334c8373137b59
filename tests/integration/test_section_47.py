"""Where significant harm is suspected: strategy discussion, section 47, conference, a protection plan and its end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.acting import (
    EVERYBODY,
    a_referral,
    accepted,
    act,
    at_section_47,
    clock_of,
    clocks_by,
    events_of,
    last_event,
    refused,
    walk,
)
from tests.making import an_enquiry, decide_as, screen
from triage.errors import Invalid
from triage.models import OutboxMessage
from triage.services.duty import prepare_brief

WORKER = "locality_worker:west"


OWED = {"no_discussion": "A strategy discussion is owed for this child. Hold it first."}


def call(office, case, *invited):
    return act(office, WORKER, case, "call_strategy_discussion", invited=invited or EVERYBODY)


def at_conference(office):
    return walk(office, WORKER, at_section_47(office), "call_conference")


@pytest.mark.parametrize(
    ("invited", "missing"),
    [
        ((), "health, police, social care"),
        (("police", "health"), "social care"),
        (("police", "social_care", "school"), "health"),
        (("health", "social_care"), "police"),
    ],
)
def test_strategy_discussion_invites_police_health_and_social_care(office, invited, missing):
    case = accepted(office)
    said = refused(office, WORKER, case, "call_strategy_discussion", invited=invited)
    everybody = "Police, health and social care take part in every strategy discussion."
    assert said == {"not_invited": f"{everybody} Not invited: {missing}."}
    assert case.discussions == []


def test_strategy_discussion_is_called_with_others_too_and_has_a_clock_of_one_working_day(office):
    case = call(office, accepted(office), *EVERYBODY, "school", "school")
    (discussion,) = case.discussions
    assert discussion.invited == ["health", "police", "school", "social_care"]
    assert (discussion.called_at, discussion.called_by_id) == (office.clock.now(), office.actor(WORKER).id)
    assert (discussion.held_at, discussion.opened_section_47) == (None, None)
    assert clock_of(case, "strategy_discussion").due_at == office.clock.now() + timedelta(days=1)
    assert clock_of(case, "first_contact").state == "met"


def test_nobody_is_invited_who_is_no_agency(office):
    with pytest.raises(Invalid, match="There is no agency 'polic'"):
        call(office, accepted(office), *EVERYBODY, "polic")


@pytest.mark.parametrize("action", ["open_section_47", "decline_section_47"])
def test_discussion_without_somebody_who_must_take_part_needs_its_reason(office, action):
    case = call(office, accepted(office))
    came = ("police", "social_care")
    said = refused(office, WORKER, case, action, came=came)
    assert said["absent_unexplained"].startswith("Say who came. Missing: health.")
    act(office, WORKER, case, action, came=came, reason="Health were rung and could not come before tomorrow")
    (discussion,) = case.discussions
    assert (discussion.came, discussion.held_at) == (["police", "social_care"], office.clock.now())
    assert discussion.reason == "Health were rung and could not come before tomorrow"
    assert discussion.opened_section_47 == (action == "open_section_47")


def test_declining_section_47_needs_a_reason_though_everybody_came(office):
    case = call(office, accepted(office))
    assert list(refused(office, WORKER, case, "decline_section_47", came=EVERYBODY)) == ["no_reason"]
    act(office, WORKER, case, "decline_section_47", came=EVERYBODY, reason="An accident, as the hospital saw")
    assert (case.state, case.section_47, clock_of(case, "strategy_discussion").state) == ("assessment", False, "met")
    told = last_event(office, case, "section_47_declined").data
    assert told == {"came": sorted(EVERYBODY), "reason": "An accident, as the hospital saw"}


def test_conference_is_due_15_working_days_from_the_discussion_that_opened_section_47(office):
    case = call(office, accepted(office))
    office.clock.at += timedelta(hours=3)
    act(office, WORKER, case, "open_section_47", came=EVERYBODY)
    clock = clock_of(case, "conference")
    held = case.discussions[0].held_at
    assert (case.state, case.section_47, clock.started_at) == ("section_47", True, held)
    assert clock.due_at == held + timedelta(days=22)  # Tuesday 7 May to Wednesday 29 May, over a bank holiday
    assert clock.due_at.date() == date(2013, 5, 29)


def test_section_47_ends_with_a_reason_and_no_conference(office):
    case = at_section_47(office)
    assert list(refused(office, WORKER, case, "end_section_47")) == ["no_reason"]
    act(office, WORKER, case, "end_section_47", reason="Not found")
    assert (case.state, case.section_47, clocks_by(case, "cancelled")) == ("assessment", False, {"conference"})


@pytest.mark.parametrize("came", [(), ("social_care",), ("health", "police")])
@pytest.mark.parametrize("action", ["open_section_47", "decline_section_47"])
def test_discussion_that_nobody_came_to_is_owed_still_whatever_the_reason(office, action, came):
    case = act(office, "mash_officer", accepted(office), "ask_for_discussion", reason="A second bruise")
    call(office, case)
    told = refused(office, WORKER, case, action, came=came, reason="Nobody could be reached")
    assert list(told) == ["nobody_came"]
    assert (case.state, case.discussions[-1].held_at) == ("strategy_discussion", None)
    assert clock_of(case, "strategy_discussion").state == "running"


def test_second_discussion_of_a_case_keeps_the_first(office):
    case = at_section_47(office)
    act(office, WORKER, case, "end_section_47", reason="Not found")
    call(office, case)
    act(office, WORKER, case, "decline_section_47", came=EVERYBODY, reason="Nothing new")
    assert [each.opened_section_47 for each in case.discussions] == [True, False]


def test_conference_makes_a_protection_plan_which_must_end_before_the_child_is_no_longer_in_need(office):
    case = walk(office, WORKER, at_conference(office), "make_protection_plan", "complete_assessment")
    assert (case.state, case.child_protection_plan, clock_of(case, "conference").state) == ("plan", True, "met")
    agreed = {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    said = refused(office, WORKER, case, "step_down", **agreed)
    assert said == {"on_protection_plan": "The child is on a child protection plan. End the plan first."}
    for closure in ("RC7", "RC8", "RC9"):
        assert list(refused(office, WORKER, case, "close", closure=closure)) == ["on_protection_plan"]
    assert list(refused(office, WORKER, case, "end_protection_plan")) == ["no_reason"]
    office.clock.at += timedelta(days=1)
    act(office, WORKER, case, "end_protection_plan", reason="Two reviews found him safe")
    assert (case.state, case.child_protection_plan) == ("plan", False)
    assert list(refused(office, WORKER, case, "end_protection_plan", reason="x")) == ["no_protection_plan"]
    act(office, WORKER, case, "step_down", **agreed)
    assert (case.closure, case.enquiry.referrals[-1].service) == ("RC7", "early_help")


def has_moved(office, case, *, by):
    """The worker offers the child to Derbyshire; that member hears that it has them."""
    act(office, WORKER, case, "offer_transfer", transfer_to="Derbyshire", reason="The family has moved")
    said = refused(office, by, case.offer, "accept_transfer")
    act(office, by, case.offer, "accept_transfer", reason="R. Made-Up, at 14:20")
    return said


def test_nobody_closes_a_case_because_the_child_moved_away(office):
    case = walk(office, WORKER, accepted(office), "start_assessment", "complete_assessment")
    for who in (WORKER, "locality_manager:west"):
        said = refused(office, who, case, "close", closure="RC5")
        assert list(said) == ["no_closure", "offer_it_instead"]
    assert said["offer_it_instead"] == (
        "Offer the child to that authority. The case closes here when a colleague records their yes."
    )
    assert (case.state, case.closure) == ("assessment", None)


def test_child_on_a_protection_plan_moves_to_another_authority_by_two_peoples_word(office):
    case = walk(office, WORKER, at_conference(office), "make_protection_plan")
    assert "offer_it_instead" in refused(office, WORKER, case, "close", closure="RC5")
    assert list(has_moved(office, case, by="locality_manager:west")) == ["no_acceptance"]
    assert (case.state, case.closure, case.child_protection_plan) == ("closed", "RC5", True)


def test_child_in_need_plan_by_the_conference_needs_no_further_assessment(office):
    case = walk(office, WORKER, at_conference(office), "make_plan")
    assert (case.state, case.child_protection_plan, clock_of(case, "conference").state) == ("plan", False, "met")


def test_conference_may_find_that_the_case_closes(office):
    case = walk(office, WORKER, at_conference(office), "complete_assessment")
    act(office, WORKER, case, "close", closure="RC7")
    assert (case.state, case.closure, clock_of(case, "conference").state) == ("closed", "RC7", "met")


def test_plan_that_goes_wrong_leads_to_a_new_discussion(office):
    case = walk(office, WORKER, at_conference(office), "make_plan")
    assert call(office, case).state == "strategy_discussion"
    types = [event.type for event in events_of(office, case)]
    assert types.count("strategy_discussion_called") == 2


def test_api_shows_who_was_called_and_who_came(office, caller):
    case = at_section_47(office)
    shown = caller("locality_worker:west").get(f"/referrals/{case.id}").get_json()
    (discussion,) = shown["discussions"]
    assert (discussion["invited"], discussion["came"]) == (sorted(EVERYBODY), sorted(EVERYBODY))
    assert (discussion["opened_section_47"], shown["section_47"], shown["child_protection_plan"]) == (True, True, False)


def test_conference_after_immediate_danger_waits_for_the_discussion_that_it_is_timed_from(office):
    case = act(office, WORKER, accepted(office), "immediate_danger", reason="He is in the house")
    assert refused(office, WORKER, case, "call_conference") == OWED
    assert refused(office, WORKER, case, "end_section_47", reason="It was a mistake") == OWED
    act(office, WORKER, case, "call_strategy_discussion", invited=EVERYBODY)
    act(office, WORKER, case, "open_section_47", came=EVERYBODY)
    walk(office, WORKER, case, "call_conference")
    assert (case.state, clock_of(case, "conference").state) == ("conference", "running")


def test_second_discussion_that_declines_section_47_leaves_no_conference_to_wait_for(office):
    case = at_section_47(office)
    act(office, WORKER, case, "call_strategy_discussion", invited=EVERYBODY)
    act(office, WORKER, case, "decline_section_47", came=EVERYBODY, reason="The bruise was explained")
    assert (case.state, clock_of(case, "conference").state) == ("assessment", "cancelled")


def test_case_of_a_child_whose_discussion_is_owed_neither_closes_nor_steps_down(office):
    case = walk(office, WORKER, accepted(office), "start_assessment", "complete_assessment")
    act(office, "mash_officer", case, "ask_for_discussion", reason="A second bruise")
    assert (case.state, case.section_47, case.rag, clocks_by(case)) == (
        "assessment",
        True,
        "red",
        {"strategy_discussion", "outcome"},
    )
    agreed = {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    assert refused(office, WORKER, case, "step_down", **agreed) == OWED
    assert refused(office, WORKER, case, "make_plan") == OWED
    for closure in ("RC7", "RC8", "RC9"):
        assert refused(office, WORKER, case, "close", closure=closure) == OWED
    call(office, case)
    act(office, WORKER, case, "decline_section_47", came=EVERYBODY, reason="The bruise was explained")
    assert (case.section_47, clock_of(case, "strategy_discussion").state) == (False, "met")
    assert act(office, WORKER, case, "close", closure="RC8").state == "closed"


def test_child_who_moved_away_goes_by_two_peoples_word_though_a_discussion_is_owed(office):
    case = act(office, "mash_officer", accepted(office), "ask_for_discussion", reason="A second bruise")
    assert "offer_it_instead" in refused(office, WORKER, case, "close", closure="RC5")
    act(office, WORKER, case, "offer_transfer", transfer_to="Derbyshire", reason="The family has moved")
    assert "own_offer" in refused(office, WORKER, case.offer, "accept_transfer", reason="R. Made-Up, at 14:20")
    told = refused(office, "locality_worker 2:west", case.offer, "accept_transfer", reason="R. Made-Up, at 14:20")
    assert list(told) == ["section_47_open"]
    act(office, "mash_manager", case.offer, "accept_transfer", reason="R. Made-Up, at 14:20")
    assert (case.state, case.closure, clocks_by(case)) == ("closed", "RC5", set())


def test_danger_at_a_conference_is_discussed_and_the_conference_keeps_its_time(office):
    case = at_conference(office)
    due = clock_of(case, "conference").due_at
    office.clock.at += timedelta(days=1)
    act(office, WORKER, case, "immediate_danger", reason="He came back")
    assert clocks_by(case) >= {"conference", "strategy_discussion"}
    assert refused(office, WORKER, case, "make_plan") == OWED
    call(office, case)
    act(office, WORKER, case, "open_section_47", came=EVERYBODY)
    conferences = [clock for clock in case.clocks if clock.kind == "conference"]
    assert [(clock.state, clock.due_at) for clock in conferences] == [("running", due)]


def decided_on(office, **known):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",), **known)
    screen(office, enquiry)
    route = "existing_case" if known else "social_care"
    decide_as(office, "social_worker", enquiry, route=route, level=4, section_47=True)
    office.session.flush()
    return enquiry


def alarms(office):
    return [(row.task, row.payload) for row in office.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def test_section_47_that_is_decided_on_owes_a_discussion_from_then(office):
    (case,) = decided_on(office).referrals
    clock = clock_of(case, "strategy_discussion")
    assert (case.rag, clock.state, clock.due_at) == ("red", "running", office.clock.now() + timedelta(days=1))
    assert alarms(office) == [("tell_danger", {"referral_id": str(case.id), "danger": False})]


@pytest.mark.parametrize("to_plan", [False, True], ids=["being assessed", "with a plan"])
def test_section_47_that_is_decided_on_for_an_open_case_is_asked_of_its_worker(office, to_plan):
    case = walk(office, WORKER, accepted(office), "claim", "start_assessment", "complete_assessment")
    if to_plan:
        walk(office, WORKER, case, "make_plan")
    state = case.state
    news = decided_on(office, person_id=case.person_id)
    assert (case.state, case.section_47, case.rag) == (state, True, "red")
    assert clock_of(case, "strategy_discussion").due_at == office.clock.now() + timedelta(days=1)
    told = last_event(office, case, "strategy_discussion_asked").data
    assert told == {"reason": "Made up", "told_by": news.reference}
    assert alarms(office) == [
        ("tell_danger", {"referral_id": str(case.id), "danger": False}),
        ("tell_worker", {"referral_id": str(case.id), "enquiry_id": str(news.id)}),
    ]
    listed = prepare_brief(office.desk("mash_manager")).section_47.cases
    assert case in [each.case for each in listed]
    assert call(office, case).state == "strategy_discussion"


NIGHT = datetime(2013, 5, 4, 1, 30, tzinfo=UTC)  # a Saturday


def test_at_night_the_emergency_duty_team_does_what_cannot_wait(office):
    office.clock.at = NIGHT
    case = act(office, "emergency_duty_team", a_referral(office), "immediate_danger", reason="He is in the house")
    act(office, "emergency_duty_team", case, "allocate", team_code="social_care_west")
    act(office, "emergency_duty_team", case, "call_strategy_discussion", invited=EVERYBODY)
    act(office, "emergency_duty_team", case, "open_section_47", came=EVERYBODY)
    assert (case.state, case.queue, clocks_by(case)) == ("section_47", "social_care_west", {"assessment", "conference"})
    assert clock_of(case, "strategy_discussion").state == "met"


@pytest.mark.parametrize("state", ["requested", "allocated", "returned"])
def test_discussion_is_not_kept_waiting_for_a_team_to_accept(office, state):
    case = a_referral(office)
    if state != "requested":
        act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    if state == "returned":
        act(office, WORKER, case, "return", reason="Moved")
    act(office, "emergency_duty_team", case, "call_strategy_discussion", invited=EVERYBODY)
    waits = {"requested": {"allocation"}, "allocated": set(), "returned": {"reallocation"}}[state]
    assert clocks_by(case) == {"assessment", "strategy_discussion", *waits}
    act(office, "emergency_duty_team", case, "decline_section_47", came=EVERYBODY, reason="The bruise was explained")
    if waits:
        act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    assert (case.state, case.queue) == ("assessment", "social_care_west")
    assert act(office, WORKER, case, "complete_assessment").assessed_at == office.clock.now()


def test_section_47_that_begins_again_in_time_has_won_no_time_for_the_conference(office):
    case = at_section_47(office)
    due = clock_of(case, "conference").due_at
    office.clock.at += timedelta(days=10)
    call(office, case)
    act(office, WORKER, case, "decline_section_47", came=EVERYBODY, reason="It was explained")
    call(office, case)
    act(office, WORKER, case, "open_section_47", came=EVERYBODY)
    assert [(clock.state, clock.due_at) for clock in case.clocks if clock.kind == "conference"] == [
        ("cancelled", due),
        ("running", due),
    ]


def test_section_47_that_begins_again_later_has_a_conference_of_its_own_and_the_first_was_missed(office):
    case = at_section_47(office)
    office.clock.at = clock_of(case, "conference").due_at + timedelta(minutes=1)
    act(office, WORKER, case, "end_section_47", reason="It was explained")
    call(office, case)
    act(office, WORKER, case, "open_section_47", came=EVERYBODY)
    first, second = [clock for clock in case.clocks if clock.kind == "conference"]
    assert (first.state, second.started_at) == ("missed", office.clock.now())
