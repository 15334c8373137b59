"""A social care referral from the hub's request to its closing: allocated, accepted, assessed, closed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.acting import (
    EVERYBODY,
    FOUND,
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
from triage.models import Referral

WORKER = "locality_worker:west"
BEFORE_SINGLE = datetime(2013, 4, 12, 9, 0, tzinfo=UTC)  # the last working day of initial and core assessments


def assessed(office, **details):
    return walk(office, WORKER, accepted(office, **details), "start_assessment", "complete_assessment")


def test_referral_goes_from_request_to_closing_with_each_clock_met(office):
    case = a_referral(office)
    assert (case.state, case.queue, clocks_by(case)) == ("requested", "hub", {"allocation", "assessment"})
    act(office, "mash_officer", case, "allocate", team_code="social_care_west")
    assert (case.state, case.queue, clocks_by(case)) == (
        "allocated",
        "social_care_west",
        {"acceptance", "assessment"},
    )
    walk(office, WORKER, case, "accept")
    assert (case.accepted_at, clocks_by(case)) == (office.clock.now(), {"first_contact", "assessment"})
    walk(office, WORKER, case, "start_assessment")
    assert (case.started_at, clocks_by(case)) == (office.clock.now(), {"assessment"})
    walk(office, WORKER, case, "complete_assessment", "make_plan")
    assert (case.state, case.assessed_at, clocks_by(case)) == ("plan", office.clock.now(), {"plan_review"})
    act(office, WORKER, case, "close", closure="RC7")
    assert (case.state, case.closure, case.closed_at, case.queue) == ("closed", "RC7", office.clock.now(), None)
    assert {clock.state for clock in case.clocks if clock.kind != "plan_review"} == {"met"}
    assert clock_of(case, "plan_review").state == "cancelled"
    assert [event.type for event in events_of(office, case)] == [
        "referral_requested",
        "referral_allocated",
        "referral_accepted",
        "assessment_started",
        "assessment_completed",
        "plan_made",
        "referral_closed",
    ]


def test_returned_referral_waits_in_the_hub_and_is_allocated_again(office):
    case = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_west")
    assert list(refused(office, WORKER, case, "return")) == ["no_reason"]
    act(office, WORKER, case, "return", reason="Moved to Worksop")
    assert (case.state, case.queue, case.team_code, clocks_by(case)) == (
        "returned",
        "hub",
        None,
        {"reallocation", "assessment"},
    )
    act(office, "mash_manager", case, "allocate", team_code="social_care_north")
    assert (case.state, case.locality_code, clocks_by(case)) == ("allocated", "north", {"acceptance", "assessment"})
    assert [each.superseded_at is None for each in case.assignments] == [False, True]


@pytest.mark.parametrize("closure", ["RC1", "RC2", "RC3", "RC4", "RC6"])
def test_case_may_be_closed_before_it_is_assessed_for_what_ends_any_case(office, closure):
    case = act(office, WORKER, accepted(office), "close", closure=closure)
    assert (case.state, case.closure, clocks_by(case, "cancelled")) == (
        "closed",
        closure,
        {"first_contact", "assessment"},
    )


@pytest.mark.parametrize("closure", ["RC8", "RC9"])
def test_closing_after_assessment_needs_one(office, closure):
    case = accepted(office)
    early_help_beside(office, case)
    assert list(refused(office, WORKER, case, "close", closure=closure)) == ["not_assessed"]
    walk(office, WORKER, case, "start_assessment", "complete_assessment")
    assert act(office, WORKER, case, "close", closure=closure).closure == closure


@pytest.mark.parametrize("closure", [None, "RC10", "needs_met"])
def test_closing_takes_one_of_the_census_reasons(office, closure):
    refusal = refused(office, WORKER, assessed(office), "close", closure=closure)
    assert refusal == {"no_closure": "Choose why this closes: RC1, RC2, RC3, RC4, RC6, RC7, RC8, RC9."}


def test_before_15_april_2013_there_is_an_initial_and_then_a_core_assessment(office):
    office.clock.at = BEFORE_SINGLE
    case = accepted(office)
    initial = clock_of(case, "assessment")
    assert (initial.variant, initial.due_at) == ("initial", BEFORE_SINGLE + timedelta(days=14))
    office.clock.at = BEFORE_SINGLE + timedelta(days=10)  # after the change: it goes on as it was begun
    walk(office, WORKER, case, "start_assessment")
    assert list(refused(office, WORKER, case, "start_core_assessment")) == ["not_assessed"]
    walk(office, WORKER, case, "complete_assessment", "start_core_assessment")
    core = clock_of(case, "core_assessment")
    assert (initial.state, core.state, core.started_at) == ("met", "running", office.clock.now())
    assert core.due_at.date() == date(2013, 6, 12)  # 35 working days, over two bank holidays
    walk(office, WORKER, case, "complete_assessment")
    assert core.state == "met"


def test_from_15_april_2013_there_is_one_assessment(office):
    office.clock.at = datetime(2013, 4, 15, 8, 0, tzinfo=UTC)
    case = walk(office, WORKER, accepted(office), "start_assessment", "complete_assessment")
    clock = clock_of(case, "assessment")
    assert (clock.variant, clock.due_at.date()) == ("single", date(2013, 6, 19))  # 45 working days
    assert list(refused(office, WORKER, case, "start_core_assessment")) == ["initial_and_core_only"]


def late(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    office.clock.at = clock_of(case, "assessment").due_at + timedelta(minutes=1)
    return case


def test_late_assessment_is_completed_only_with_a_reason(office):
    case = late(office)
    assert list(refused(office, WORKER, case, "complete_assessment", reason=" ")) == ["late_assessment"]
    act(office, WORKER, case, "complete_assessment", reason="The father was abroad until Monday")
    assert clock_of(case, "assessment").state == "missed"
    told = last_event(office, case, "assessment_completed").data
    assert told == {"reason": "The father was abroad until Monday", **FOUND, "factors": ["16A"]}


def test_assessment_at_its_last_minute_is_in_time(office):
    case = late(office)
    office.clock.at -= timedelta(minutes=1)
    walk(office, WORKER, case, "complete_assessment")
    assert clock_of(case, "assessment").state == "met"


def test_extended_assessment_has_said_why_already_and_is_late_all_the_same(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    office.clock.at = clock_of(case, "assessment").due_at - timedelta(hours=1)
    until = date(2013, 8, 1)
    assert list(refused(office, WORKER, case, "extend_assessment")) == ["no_reason", "no_new_date"]
    assert list(refused(office, WORKER, case, "extend_assessment", expected_on=until)) == ["no_reason"]
    act(office, WORKER, case, "extend_assessment", expected_on=until, reason="A report by the hospital")
    due = clock_of(case, "assessment").due_at
    told = last_event(office, case, "assessment_extended").data
    assert told == {"expected_on": "2013-08-01", "reason": "A report by the hospital"}
    office.clock.at = due + timedelta(minutes=1)
    walk(office, WORKER, case, "complete_assessment")
    assert (clock_of(case, "assessment").state, clock_of(case, "assessment").due_at) == ("missed", due)


def test_extension_answers_for_lateness_up_to_the_day_that_it_names_and_no_longer(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    due = clock_of(case, "assessment").due_at
    office.clock.at = due - timedelta(hours=1)
    until = due.date() + timedelta(days=14)
    act(office, WORKER, case, "extend_assessment", expected_on=until, reason="A report by the hospital")
    office.clock.at = datetime.combine(until, time(22, 59), UTC)  # a minute to midnight in summer
    with office.session.begin_nested() as tried:
        walk(office, WORKER, case, "complete_assessment")
        tried.rollback()
    office.clock.at += timedelta(minutes=1)
    assert refused(office, WORKER, case, "complete_assessment") == {
        "late_assessment": "The assessment is past its time. Give the reason.",
    }
    act(office, WORKER, case, "complete_assessment", reason="The report came late")
    assert clock_of(case, "assessment").state == "missed"


def test_assessment_is_not_extended_to_a_day_that_is_past(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    with pytest.raises(Invalid, match="That day is past"):
        act(office, WORKER, case, "extend_assessment", expected_on=date(2013, 5, 6), reason="x")


def test_extension_names_a_day_no_more_than_twenty_working_days_ahead_and_another_may_follow(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    furthest = date(2013, 6, 5)  # from Tuesday 7 May, over a bank holiday
    for day in (furthest + timedelta(days=1), date(2099, 1, 1)):
        assert refused(office, WORKER, case, "extend_assessment", expected_on=day, reason="x") == {
            "new_date_too_far": "An extension is twenty working days at most. Choose a day up to Wednesday 5 June 2013."
        }
    assert case.assessment_expected_on is None
    act(office, WORKER, case, "extend_assessment", expected_on=furthest, reason="A report by the hospital")
    office.clock.at += timedelta(days=20)
    later = furthest + timedelta(days=14)
    act(office, WORKER, case, "extend_assessment", expected_on=later, reason="The report is late")
    assert case.assessment_expected_on == later


def test_plan_needs_an_assessment(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    assert list(refused(office, WORKER, case, "make_plan")) == ["not_assessed"]


def test_step_down_needs_assessment_consent_and_a_lead_practitioner(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    assert list(refused(office, WORKER, case, "step_down", consent="refused")) == [
        "not_assessed",
        "consent_not_given",
        "no_lead_practitioner",
    ]
    walk(office, WORKER, case, "complete_assessment")
    agreed = {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    for missing, code in (("consent", "consent_not_given"), ("lead_practitioner", "no_lead_practitioner")):
        brought = {name: value for name, value in agreed.items() if name != missing}
        assert list(refused(office, WORKER, case, "step_down", **brought)) == [code]
    act(office, WORKER, case, "step_down", **agreed)
    following = case.enquiry.referrals[-1]
    assert (case.state, case.closure) == ("closed", "RC9")
    assert (following.service, following.state, following.lead_practitioner) == (
        "early_help",
        "requested",
        "Ms Made-Up",
    )
    assert (following.stepped_from, following.reference) == (case, case.reference + "B")
    told = last_event(office, case, "referral_stepped_down").data
    assert (told["followed_by"], told["lead"]) == (following.reference, "Ms Made-Up")


def test_new_information_on_an_open_case_goes_to_its_log_and_is_no_referral(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    office.clock.at += timedelta(days=1)
    news = an_enquiry(office, person_id=case.person_id, indicators=("P4_UNSAFE",))
    screen(office, news)
    decide_as(office, "social_worker", news, route="existing_case", level=4)
    assert news.referrals == []
    told = last_event(office, case, "information_received").data
    assert told == {"enquiry": news.reference, "enquiry_id": str(news.id)}
    assert (case.state, case.section_47, clocks_by(case)) == ("assessment", False, {"assessment"})


def test_another_teams_worker_does_none_of_the_teams_work(office):
    case = accepted(office)
    act(office, "mash_manager", case, "reassign", team_code="social_care_south", reason="They moved")
    case.locality_code = "west"  # as where two teams serve one place
    assert refused(office, WORKER, case, "start_assessment") == {
        "another_team": "Another team has it. Somebody who works there does this."
    }
    assert act(office, "locality_manager:west", case, "start_assessment").state == "assessment"


def test_early_help_that_meets_an_open_case_does_not_step_up_into_a_second_one(office):
    case = accepted(office)
    news = an_enquiry(office, person_id=case.person_id, indicators=("C3_SUBSTANCE",), consent="given")
    screen(office, news)
    why_not = {"social_care": "It has the case already"}
    decide_as(office, "social_worker", news, route="early_help", level=3, why_not=why_not)
    (helped,) = news.referrals
    act(office, "mash_manager", helped, "allocate", team_code="early_help_west")
    assert list(refused(office, WORKER, helped, "step_up", reason="A bruise")) == ["case_open"]
    assert (helped.state, case.state) == ("allocated", "accepted")


def early_help_beside(office, case):
    """An early help case of the same child, in the south."""
    news = an_enquiry(office, person_id=case.person_id, indicators=("C3_SUBSTANCE",), consent="given")
    screen(office, news)
    why_not = {"social_care": "It has the case already"}
    decide_as(office, "social_worker", news, route="early_help", level=3, why_not=why_not)
    return act(office, "mash_manager", news.referrals[0], "allocate", team_code="early_help_south")


def test_step_down_beside_open_early_help_opens_no_second_case_and_says_what_to_do(office):
    case, agreed = assessed(office), {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    helped = early_help_beside(office, case)
    assert refused(office, WORKER, case, "step_down", **agreed) == {
        "case_open": "The child has an open early help case (Early help South): talk to its worker, and close this"
        ' referral as "Closed after assessment, referred to early help".'
    }
    assert (case.state, helped.state) == ("assessment", "allocated")
    act(office, WORKER, case, "close", closure="RC9")
    assert {each.state for each in office.session.query(Referral).filter_by(service="early_help")} == {"allocated"}


def test_step_down_is_refused_though_the_open_early_help_is_another_localitys(office, caller):
    case = assessed(office)
    early_help_beside(office, case).locality_code = "south"
    office.session.flush()
    worker, at = caller(WORKER), f"/referrals/{case.id}"
    agreed = {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    answer = worker.post(f"{at}/actions/step_down", agreed, If_Match=worker.get(at).headers["ETag"])
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (409, "case_open")
    assert office.session.query(Referral).filter_by(service="early_help").count() == 1


def test_case_is_closed_to_early_help_only_while_early_help_has_the_child(office):
    case = assessed(office)
    said = {"step_down_instead": "Step down instead, so that early help has the child."}
    assert refused(office, WORKER, case, "close", closure="RC9") == said
    helped = early_help_beside(office, case)
    helped.state, helped.closed_at = "closed", office.clock.now()
    office.session.flush()
    assert refused(office, WORKER, case, "close", closure="RC9") == said
    assert (case.state, office.session.query(Referral).filter_by(service="early_help").count()) == ("assessment", 1)


def test_case_is_closed_to_early_help_that_is_another_localitys(office, caller):
    case = assessed(office)
    early_help_beside(office, case).locality_code = "south"
    office.session.flush()
    worker, at = caller(WORKER), f"/referrals/{case.id}"
    answer = worker.post(f"{at}/actions/close", {"closure": "RC9"}, If_Match=worker.get(at).headers["ETag"])
    assert (answer.status_code, answer.get_json()["closure"]) == (200, "RC9")


def test_step_down_follows_early_help_that_has_closed(office):
    case, agreed = assessed(office), {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    helped = early_help_beside(office, case)
    helped.state, helped.closed_at = "closed", office.clock.now()
    office.session.flush()
    assert act(office, WORKER, case, "step_down", **agreed).closure == "RC9"


def test_closed_case_lets_the_next_referral_begin(office):
    first = act(office, WORKER, assessed(office), "close", closure="RC8")
    office.clock.at += timedelta(days=30)
    second = a_referral(office, person_id=first.person_id)
    assert (second.state, second.id == first.id) == ("requested", False)


def test_worker_takes_a_case_on_and_the_second_is_told_who(office):
    case = act(office, WORKER, accepted(office), "claim")
    assert case.worker_id == office.actor(WORKER).id
    assert refused(office, "locality_worker 2:west", case, "claim") == {
        "claimed": f"Made-up {WORKER} has it. Ask them to hand it over, or ask a manager.",
    }
    to = {"worker_id": office.actor("locality_worker 2:west").id, "reason": "On leave"}
    assert list(refused(office, "locality_worker 2:west", case, "hand_over", **to)) == ["not_yours"]
    act(office, WORKER, case, "hand_over", **to)
    assert case.worker_id == to["worker_id"]
    assert [each.worker_id for each in case.assignments if each.superseded_at is None] == [to["worker_id"]]


def test_reassigning_is_for_managers_with_a_reason(office):
    case = accepted(office)
    moved = {"team_code": "social_care_north", "reason": "They moved to Worksop"}
    assert list(refused(office, WORKER, case, "reassign", **moved)) == ["not_your_role"]
    assert list(refused(office, "mash_manager", case, "reassign")) == ["no_reason", "no_team_or_worker"]
    act(office, "mash_manager", case, "reassign", **moved)
    assert (case.team_code, case.locality_code, case.state) == ("social_care_north", "north", "accepted")


def test_assessment_that_is_complete_is_not_completed_again(office):
    case = walk(office, WORKER, accepted(office), "start_assessment", "complete_assessment")
    completed = case.assessed_at
    office.clock.at += timedelta(days=1)
    assert list(refused(office, WORKER, case, "complete_assessment")) == ["assessment_done"]
    assert case.assessed_at == completed


def test_something_follows_an_assessment_in_time(office):
    case = assessed(office)
    outcome = clock_of(case, "outcome")
    assert (clocks_by(case), outcome.due_at) == ({"outcome"}, datetime(2013, 5, 21, 9, 0, tzinfo=UTC))
    walk(office, WORKER, case, "make_plan")
    assert (outcome.state, clocks_by(case)) == ("met", {"plan_review"})


def test_what_follows_an_assessment_is_not_timed_before_there_is_one(office):
    case = act(office, WORKER, accepted(office), "call_strategy_discussion", invited=EVERYBODY)
    act(office, WORKER, case, "decline_section_47", came=EVERYBODY, reason="The bruise was explained")
    assert clocks_by(case) == {"assessment"}


def test_plan_of_a_child_in_need_is_reviewed_in_time_again_and_again(office):
    case = walk(office, WORKER, assessed(office), "make_plan")
    first = clock_of(case, "plan_review")
    assert (first.variant, first.due_at - office.clock.now()) == ("child_in_need", timedelta(weeks=25, hours=1))
    office.clock.at += timedelta(weeks=20)
    walk(office, WORKER, case, "review_plan")
    second = clock_of(case, "plan_review")
    assert (first.state, second.state, second.started_at) == ("met", "running", office.clock.now())


def test_child_protection_plan_is_reviewed_within_three_months_and_then_within_six(office):
    case = walk(office, WORKER, at_section_47(office), "call_conference", "make_protection_plan")
    first = clock_of(case, "plan_review")
    assert (first.variant, first.limit_text) == ("child_protection", "12 weeks")
    office.clock.at += timedelta(days=1)
    walk(office, WORKER, case, "review_plan")
    second = clock_of(case, "plan_review")
    assert (second.variant, second.limit_text) == ("child_protection_again", "25 weeks")
