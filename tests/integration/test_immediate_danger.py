"""Immediate danger is one step from wherever a child's case stands, by whoever sees it, and opens no second case."""

from datetime import timedelta

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
from tests.making import a_subject, an_enquiry, decide_as, screen
from triage.models import OutboxMessage, Referral
from triage.models.codes import TABLES
from workflows.early_help import EARLY_HELP
from workflows.ehc_assessment import EHC_ASSESSMENT
from workflows.enquiry import OPEN
from workflows.other_authority import OTHER_AUTHORITY
from workflows.social_care import HARM, SOCIAL_CARE

WORKER = "locality_worker:west"
DANGER = {"reason": "He is alone with her now"}


def allocated(office, route="social_care"):
    return act(office, "mash_manager", a_referral(office, route), "allocate", team_code=f"{route}_west")


def planned(office, route="social_care"):
    return walk(office, WORKER, accepted(office, route), *TO_PLAN[route])


TO_PLAN = {
    "social_care": ("start_assessment", "complete_assessment", "make_plan"),
    "early_help": ("contact_family", "start_assessment", "complete_assessment", "make_plan"),
}
SOCIAL_CARE_AT = {
    "requested": a_referral,
    "allocated": allocated,
    "returned": lambda office: act(office, WORKER, allocated(office), "return", reason="Moved"),
    "accepted": accepted,
    "assessment": lambda office: walk(office, WORKER, accepted(office), "start_assessment"),
    "strategy_discussion": lambda office: act(
        office, WORKER, accepted(office), "call_strategy_discussion", invited=EVERYBODY
    ),
    "section_47": at_section_47,
    "conference": lambda office: walk(office, WORKER, at_section_47(office), "call_conference"),
    "plan": planned,
}
EARLY_HELP_AT = {
    "requested": lambda office: a_referral(office, "early_help"),
    "allocated": lambda office: allocated(office, "early_help"),
    "returned": lambda office: act(office, WORKER, allocated(office, "early_help"), "return", reason="Moved"),
    "waiting_list": lambda office: act(
        office, WORKER, allocated(office, "early_help"), "put_on_waiting_list", reason="Full until June"
    ),
    "accepted": lambda office: accepted(office, "early_help"),
    "contacted": lambda office: walk(office, WORKER, accepted(office, "early_help"), "contact_family"),
    "assessment": lambda office: walk(
        office, WORKER, accepted(office, "early_help"), "contact_family", "start_assessment"
    ),
    "plan": lambda office: planned(office, "early_help"),
}
EHC_AT = {
    "requested": lambda office: a_referral(office, "ehc_pathway"),
    "assessment": lambda office: walk(office, "mash_manager", a_referral(office, "ehc_pathway"), "agree"),
    "refused": lambda office: act(office, "mash_manager", a_referral(office, "ehc_pathway"), "refuse", reason="x"),
    "plan": lambda office: walk(office, "mash_manager", a_referral(office, "ehc_pathway"), "agree", "issue_plan"),
}

ELSEWHERE_AT = {
    "handed_over": lambda office: a_referral(office, "other_authority", postcode="NG1 5DT"),
    "refused": lambda office: act(
        office, "mash_manager", a_referral(office, "other_authority", postcode="NG1 5DT"), "record_refusal", reason="x"
    ),
}


def all_cases(office):
    return office.session.scalars(select(Referral).order_by(Referral.requested_at, Referral.id)).all()


def alarms(office):
    return [row for row in office.session.scalars(select(OutboxMessage)) if row.task == "tell_danger"]


def test_every_open_state_is_tried():
    tried = (
        *((SOCIAL_CARE, SOCIAL_CARE_AT), (EARLY_HELP, EARLY_HELP_AT)),
        *((EHC_ASSESSMENT, EHC_AT), (OTHER_AUTHORITY, ELSEWHERE_AT)),
    )
    assert all(set(ways) == set(table.open_states) for table, ways in tried)
    assert {name for name, table in TABLES.items() if table.about_a_child} == {
        "social_care",
        "early_help",
        "ehc_assessment",
        "other_authority",
    }
    assert set(ENQUIRY_AT) == set(OPEN)


@pytest.mark.parametrize("state", SOCIAL_CARE_AT)
def test_social_care_case_in_any_open_state_becomes_section_47(office, state):
    case = SOCIAL_CARE_AT[state](office)
    assert case.state == state
    assert list(refused(office, "emergency_duty_team", case, "immediate_danger", reason=" ")) == ["no_reason"]
    act(office, "emergency_duty_team", case, "immediate_danger", **DANGER)
    assert case.state == (state if state in HARM else "section_47")
    assert (case.section_47, case.rag, len(all_cases(office)), len(alarms(office))) == (True, "red", 1, 1)
    assert clocks_by(case) & {"acceptance", "first_contact"} == set()
    assert last_event(office, case, "immediate_danger_declared").data == DANGER


def test_case_without_a_team_is_allocated_after_immediate_danger_and_stays_where_it_is(office):
    case = act(office, "mash_officer", a_referral(office), "immediate_danger", **DANGER)
    assert (case.state, case.queue, clock_of(case, "allocation").state) == ("section_47", "hub", "running")
    act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    assert (case.state, case.queue, clock_of(case, "allocation").state) == ("section_47", "social_care_west", "met")
    again = refused(office, "mash_manager", case, "allocate", team_code="social_care_north")
    assert list(again) == ["has_a_team"]


@pytest.mark.parametrize("state", EARLY_HELP_AT)
def test_early_help_in_any_open_state_ends_and_social_care_begins(office, state):
    helped = EARLY_HELP_AT[state](office)
    assert helped.state == state
    act(office, WORKER, helped, "immediate_danger", **DANGER)
    case = all_cases(office)[-1]
    assert (helped.state, helped.closure, clocks_by(helped)) == ("closed", "stepped_up", set())
    assert (case.service, case.state, case.section_47, case.rag) == ("social_care", "requested", True, "red")
    assert (case.stepped_from, case.reference) == (helped, helped.reference + "B")
    assert last_event(office, helped, "immediate_danger_declared").data["followed_by"] == case.reference
    assert len(alarms(office)) == 1


@pytest.mark.parametrize("state", EHC_AT)
def test_assessment_of_special_needs_goes_on_beside_the_social_care_case(office, state):
    ehc = EHC_AT[state](office)
    clocks = clocks_by(ehc)
    act(office, "mash_officer", ehc, "immediate_danger", **DANGER)
    (_ehc, case) = all_cases(office)
    assert (ehc.state, ehc.closed_at, clocks_by(ehc)) == (state, None, clocks)
    assert (case.service, case.section_47, case.rag, case.level) == ("social_care", True, "red", 4)
    assert case.reference == ehc.reference + "-47"


@pytest.mark.parametrize("state", ELSEWHERE_AT)
def test_child_told_to_another_authority_is_protected_here_and_they_are_still_asked(office, state):
    told = ELSEWHERE_AT[state](office)
    assert told.state == state
    running = clocks_by(told)
    act(office, "emergency_duty_team", told, "immediate_danger", **DANGER)
    case = all_cases(office)[-1]
    assert (told.state, clocks_by(told), len(running)) == (state, running, 1)
    assert (case.service, case.state, case.section_47, case.rag) == ("social_care", "requested", True, "red")
    assert (case.stepped_from, case.reference, case.queue) == (told, told.reference + "-47", "hub")
    assert last_event(office, told, "immediate_danger_declared").data["followed_by"] == case.reference
    assert len(alarms(office)) == 1


def test_immediate_danger_twice_in_a_row_raises_the_same_case(office):
    ehc = EHC_AT["assessment"](office)
    act(office, "mash_officer", ehc, "immediate_danger", **DANGER)
    act(office, "mash_officer", ehc, "immediate_danger", reason="He is back")
    (_ehc, case) = all_cases(office)
    assert (case.state, len(alarms(office))) == ("section_47", 2)
    told = last_event(office, case, "immediate_danger_declared").data
    assert told == {"reason": "He is back", "told_by": ehc.reference}


def test_immediate_danger_after_the_first_case_has_closed_opens_another(office):
    ehc = EHC_AT["assessment"](office)
    act(office, "mash_officer", ehc, "immediate_danger", **DANGER)
    case = all_cases(office)[-1]
    act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    walk(office, WORKER, case, "accept")
    act(office, WORKER, case, "close", closure="RC4")
    act(office, "mash_officer", ehc, "immediate_danger", reason="His sister")
    assert [each.reference for each in all_cases(office)] == [
        ehc.reference,
        f"{ehc.reference}-47",
        f"{ehc.reference}-47.2",
    ]


ENQUIRY_AT = {
    "received": lambda office, enquiry: enquiry,
    "screening": lambda office, enquiry: walk(office, "social_worker", enquiry, "start_screening"),
    "checking": lambda office, enquiry: screen(office, enquiry, ask="police", finish=False),
    "awaiting_decision": lambda office, enquiry: screen(office, enquiry),
    "on_hold": lambda office, enquiry: act(office, "social_worker", enquiry, "hold", reason="x"),
    "awaiting_approval": lambda office, enquiry: (
        screen(office, enquiry),
        decide_as(office, "social_worker", enquiry, approve=False, route="other_authority", level=4),
    ),
    "decided": lambda office, enquiry: (
        screen(office, enquiry),
        decide_as(office, "social_worker", enquiry, route="no_further_action", level=1),
    ),
}


@pytest.mark.parametrize("state", ENQUIRY_AT)
@pytest.mark.parametrize("has_case", [False, True], ids=["new child", "child with an open case"])
def test_enquiry_in_any_open_state_leads_to_one_case_in_section_47(office, state, has_case):
    known = {"person_id": accepted(office).person_id} if has_case else {}
    enquiry = an_enquiry(office, indicators=(), **known)
    ENQUIRY_AT[state](office, enquiry)
    assert enquiry.state == state
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    (case,) = all_cases(office)
    assert (enquiry.state, enquiry.rag, clocks_by(enquiry)) == ("decided", "red", set())
    assert (case.state, case.section_47, case.rag) == ("section_47" if has_case else "requested", True, "red")
    decision = enquiry.subjects[0].decision
    assert (decision.section_47, decision.reason) == (True, DANGER["reason"])
    assert len(alarms(office)) == 1
    if has_case:
        assert last_event(office, case, "immediate_danger_declared").data["told_by"] == enquiry.reference


def test_immediate_danger_needs_nobodys_view_or_approval_before(office):
    enquiry = an_enquiry(office, indicators=())
    act(office, "emergency_duty_team", enquiry, "immediate_danger", **DANGER)
    assert [event.type for event in events_of(office, enquiry)][-1] == "immediate_danger_declared"
    decision = enquiry.subjects[0].decision
    assert (decision.took_effect_at, decision.approved_by_id) == (office.clock.now(), None)


def test_danger_declared_after_the_decision_leaves_when_it_was_first_decided_as_it_was(office):
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry)
    office.clock.at += timedelta(hours=2)
    decide_as(office, "social_worker", enquiry, route="advice", level=2)
    first = office.clock.now()
    office.clock.at += timedelta(days=3)
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    assert (enquiry.decided_at, enquiry.working_minutes_to_decision) == (first, 120)
    assert enquiry.subjects[0].decision.decided_at == office.clock.now()
    act(office, "social_worker", enquiry, "reopen", reason="He was not there after all")
    assert (enquiry.decided_at, enquiry.working_minutes_to_decision) == (None, None)
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    assert (enquiry.decided_at, enquiry.working_minutes_to_decision > 120) == (office.clock.now(), True)


def test_enquiry_declared_twice_opens_one_case_a_child_and_hands_an_adult_over_once(office):
    both = (a_subject(given_name="Ava"), a_subject(given_name="Old", kind="adult_at_risk", birth_date=None))
    enquiry = an_enquiry(office, subjects=both)
    for _ in range(2):
        act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    assert sorted(each.service for each in all_cases(office)) == ["adult_at_risk", "social_care"]


@pytest.fixture
def case_elsewhere(office):
    """A child whom the west gives early help, and whose social care case the north has: the west cannot see it."""
    helped = accepted(office, "early_help")
    case = a_referral(office, person_id=helped.person_id)
    act(office, "mash_manager", case, "allocate", team_code="social_care_north")
    office.actor(WORKER)
    return helped, case


def test_case_of_another_locality_is_raised_by_whoever_sees_the_danger(office, case_elsewhere, caller):
    helped, case = case_elsewhere
    worker, at = caller(WORKER), f"/referrals/{helped.id}"
    assert worker.get(f"/referrals/{case.id}").status_code == 404
    etag = worker.get(at).headers["ETag"]
    answer = worker.post(f"{at}/actions/immediate_danger", DANGER, If_Match=etag)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "closed")
    assert worker.get(f"/referrals/{case.id}").status_code == 404
    assert [each.service for each in all_cases(office)] == ["early_help", "social_care"]
    assert (case.state, case.rag, case.section_47) == ("section_47", "red", True)
    told = last_event(office, case, "immediate_danger_declared")
    assert (told.data["told_by"], told.actor_id) == (helped.reference, office.actor(WORKER).id)


def test_early_help_does_not_step_up_beside_another_localitys_case(office, case_elsewhere, caller):
    helped, _case = case_elsewhere
    worker, at = caller(WORKER), f"/referrals/{helped.id}"
    etag = worker.get(at).headers["ETag"]
    answer = worker.post(f"{at}/actions/step_up", DANGER, If_Match=etag)
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (409, "case_open")
    assert len(all_cases(office)) == 2


def test_reassigning_a_case_that_no_team_had_ends_its_wait_for_one(office):
    case = act(office, "mash_manager", a_referral(office), "immediate_danger", reason="He is in the house")
    assert (case.queue, clock_of(case, "allocation").state) == ("hub", "running")
    act(office, "mash_manager", case, "reassign", team_code="social_care_west", reason="They are nearest")
    assert (case.queue, clock_of(case, "allocation").state) == ("social_care_west", "met")
