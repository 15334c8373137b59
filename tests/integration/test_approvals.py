"""What is grave takes two people: nothing follows from it until a manager other than the decider has agreed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.acting import act, clock_of, events_of, last_event, refused
from tests.making import an_enquiry, approve_as, decide_as, screen, view_first
from triage.errors import Conflict
from triage.insight.counting import refresh
from triage.insight.measures import measure
from triage.models import OutboxMessage
from triage.services.permitted import permitted_on_enquiry
from triage.store.enquiries import count_by_route
from triage.store.people import find_history

LEVEL_1, LEVEL_2, LEVEL_3, LEVEL_4 = (), ("C2_ABSENCE_PATTERN",), ("C3_SUBSTANCE",), ("P4_UNSAFE",)
SECTION_47 = ("C4_NAI",)
WHY_NOT = dict.fromkeys(("early_help", "social_care", "section_47"), "Made up")


def a_screened(office, indicators=LEVEL_4, **details):
    enquiry = an_enquiry(office, indicators=indicators, **details)
    screen(office, enquiry)
    return enquiry


def propose(office, enquiry, who="social_worker", **chosen):
    usual = {"route": "social_care", "level": 4, "why_not": WHY_NOT}
    decide_as(office, who, enquiry, approve=False, **(usual | chosen))
    office.session.flush()
    return enquiry


GRAVE = [
    pytest.param(LEVEL_4, {"level": 4, "route": "social_care"}, id="level 4"),
    pytest.param(LEVEL_2, {"level": 4, "route": "social_care"}, id="level 4 where less was recommended"),
    pytest.param(SECTION_47, {"level": 4, "route": "social_care", "section_47": True}, id="section 47"),
    pytest.param(LEVEL_3, {"level": 1, "route": "no_further_action"}, id="nothing after level 3"),
    pytest.param(LEVEL_3, {"level": 1, "route": "advice"}, id="advice after level 3"),
    pytest.param(LEVEL_4, {"level": 1, "route": "no_further_action"}, id="nothing after level 4"),
    pytest.param(LEVEL_4, {"level": 3, "route": "early_help", "consent": "given"}, id="less than level 4"),
    pytest.param(LEVEL_4, {"level": 3, "route": "social_care"}, id="level 3 with social care after level 4"),
    pytest.param(LEVEL_3, {"level": 3, "route": "ehc_pathway"}, id="schooling after level 3"),
    pytest.param(LEVEL_3, {"level": 3, "route": "adult_safeguarding"}, id="a child to the adults' service"),
    pytest.param(LEVEL_3, {"level": 3, "route": "other_authority"}, id="another authority after level 3"),
]


@pytest.mark.parametrize(("indicators", "chosen"), GRAVE)
def test_what_is_grave_waits_for_a_manager_and_opens_nothing_until_then(office, indicators, chosen):
    enquiry = propose(office, a_screened(office, indicators, referrer_email="teacher@school.example"), **chosen)
    (subject,) = enquiry.subjects
    assert (enquiry.state, enquiry.queue, enquiry.decided_at) == ("awaiting_approval", "awaiting_approval", None)
    assert (enquiry.referrals, subject.decision, clock_of(enquiry, "decision").state) == ([], None, "running")
    assert (subject.proposal.route, subject.proposal.took_effect_at) == (chosen["route"], None)
    assert "notify_outcome" not in [message.task for message in office.session.query(OutboxMessage)]
    approve_as(office, "mash_manager", enquiry)
    assert (enquiry.state, subject.proposal, clock_of(enquiry, "decision").state) == ("decided", None, "met")
    assert subject.decision.approved_by_id == office.actor("mash_manager").id
    assert subject.decision.took_effect_at == enquiry.decided_at == office.clock.now()


@pytest.mark.parametrize(
    ("indicators", "chosen"),
    [
        pytest.param(LEVEL_1, {"level": 1, "route": "no_further_action"}, id="nothing after level 1"),
        pytest.param(LEVEL_2, {"level": 2, "route": "advice"}, id="advice after level 2"),
        pytest.param(LEVEL_3, {"level": 3, "route": "early_help", "consent": "given"}, id="early help after level 3"),
    ],
)
def test_what_is_not_grave_is_decided_by_one(office, indicators, chosen):
    enquiry = propose(office, a_screened(office, indicators), **chosen)
    assert (enquiry.state, enquiry.subjects[0].decision.approved_by_id) == ("decided", None)


def test_nobody_approves_what_they_decided_whatever_their_rank(office):
    enquiry = propose(office, a_screened(office), who="mash_manager")
    assert refused(office, "mash_manager", enquiry, "approve") == {
        "own_proposal": "You decided this yourself. Another manager must look at it.",
    }
    assert list(refused(office, "social_worker", enquiry, "approve")) == ["not_your_role"]
    assert list(refused(office, "emergency_duty_team", enquiry, "approve")) == ["not_your_role"]
    approve_as(office, "mash_manager 2", enquiry)
    assert enquiry.state == "decided"


def test_manager_approves_only_after_their_own_first_view(office):
    enquiry = propose(office, a_screened(office))
    assert list(refused(office, "mash_manager", enquiry, "approve")) == ["no_first_view"]
    assert enquiry.state == "awaiting_approval"
    view_first(office, "mash_manager", enquiry)
    act(office, "mash_manager", enquiry, "approve")
    (told,) = last_event(office, enquiry, "decision_approved").data["decisions"]
    assert (told["route"], told["level"]) == ("social_care", 4)


@pytest.mark.parametrize("reason", ["", "Level 4 is too much here"])
def test_manager_sends_back_only_after_their_own_first_view_whatever_the_reason(office, reason):
    enquiry = propose(office, a_screened(office))
    told = refused(office, "mash_manager", enquiry, "send_back", reason=reason)
    assert told == {"no_first_view": "Record your own first view of Ava Testley first."}
    assert (enquiry.state, enquiry.subjects[0].proposal.superseded_at) == ("awaiting_approval", None)
    assert "decision_sent_back" not in [event.type for event in events_of(office, enquiry)]
    view_first(office, "mash_manager", enquiry)
    act(office, "mash_manager", enquiry, "send_back", reason="Ask the health visitor first")
    assert enquiry.state == "awaiting_decision"


def test_sent_back_with_a_reason_it_is_decided_again(office):
    enquiry = propose(office, a_screened(office))
    view_first(office, "mash_manager", enquiry)
    assert list(refused(office, "mash_manager", enquiry, "send_back")) == ["no_reason"]
    act(office, "mash_manager", enquiry, "send_back", reason="Ask the health visitor first")
    (first,) = enquiry.subjects[0].decisions
    assert (enquiry.state, first.superseded_at, first.took_effect_at) == (
        "awaiting_decision",
        office.clock.now(),
        None,
    )
    assert clock_of(enquiry, "decision").state == "running"
    assert last_event(office, enquiry, "decision_sent_back").data == {"reason": "Ask the health visitor first"}
    propose(office, enquiry, section_47=True)
    approve_as(office, "mash_manager", enquiry)
    assert [decision.section_47 for decision in enquiry.subjects[0].decisions] == [False, True]
    assert (enquiry.subjects[0].decision.section_47, enquiry.referrals[0].section_47) == (True, True)
    types = [event.type for event in events_of(office, enquiry) if event.type.startswith("decision_")]
    assert types == ["decision_proposed", "decision_sent_back", "decision_proposed", "decision_approved"]


def test_proposal_that_can_no_longer_be_done_stays_a_proposal(office):
    waits = propose(office, a_screened(office))
    child = waits.subjects[0].person_id
    other = an_enquiry(office, person_id=child)
    act(office, "mash_officer", other, "immediate_danger", reason="He is at the door")
    view_first(office, "mash_manager", waits)
    with pytest.raises(Conflict, match="open social care case"), office.session.begin_nested():
        act(office, "mash_manager", waits, "approve")
    assert (waits.state, waits.referrals) == ("awaiting_approval", [])
    assert len(other.referrals) == 1


def test_what_waits_for_approval_is_counted_as_decided_nowhere(office, pack):
    waits = propose(office, a_screened(office))
    day, tomorrow = date(2013, 5, 7), office.clock.now() + timedelta(days=1)

    def counted(name):
        refresh(office.session)
        whole = measure(office.session, pack, name, day, day).whole
        return whole.counted, whole.of

    before = counted("appropriate_action"), counted("decided_in_one_working_day"), count_by_route(office.session)
    assert before == ((0, 0), (0, 0), {})
    nfa = propose(office, a_screened(office), route="no_further_action", level=1)
    child = nfa.subjects[0].person_id
    assert find_history(office.session, child, waits.received_at, tomorrow).earlier_nfa_12m == 0
    approve_as(office, "mash_manager", waits)
    approve_as(office, "mash_manager", nfa)
    office.session.flush()
    assert (counted("appropriate_action"), counted("decided_in_one_working_day")) == ((1, 2), (2, 2))
    assert count_by_route(office.session) == {"social_care": 1, "no_further_action": 1}
    assert find_history(office.session, child, waits.received_at, tomorrow).earlier_nfa_12m == 1


ANSWERS = ("approve", "send_back")


def answers_in(shown):
    """Whether each action is permitted, and the codes of why not."""
    listed = shown["permitted_actions"]
    return {each["action"]: (each["allowed"], [why["code"] for why in each["reasons"]]) for each in listed}


def test_api_shows_what_waits_and_who_decided_it(office, caller):
    enquiry = propose(office, a_screened(office))
    shown = caller("mash_manager").get(f"/enquiries/{enquiry.id}").get_json()
    (subject,) = shown["subjects"]
    assert (shown["state"], subject["decision"]) == ("awaiting_approval", None)
    proposal = subject["proposal"]
    assert (proposal["route"], proposal["decided_by_id"]) == ("social_care", str(office.actor("social_worker").id))
    assert (proposal["approved_by_id"], proposal["took_effect_at"]) == (None, None)
    assert [answers_in(shown)[name] for name in ANSWERS] == [(False, ["no_first_view"])] * 2
    view_first(office, "mash_manager", enquiry)
    shown = caller("mash_manager").get(f"/enquiries/{enquiry.id}").get_json()
    assert [answers_in(shown)[name] for name in ANSWERS] == [(True, [])] * 2


def test_api_tells_the_decider_why_they_may_not_approve(office, caller):
    enquiry = propose(office, a_screened(office), who="mash_manager")
    decider = caller("mash_manager")
    shown = decider.get(f"/enquiries/{enquiry.id}")
    (approve,) = [each for each in shown.get_json()["permitted_actions"] if each["action"] == "approve"]
    assert [reason["code"] for reason in approve["reasons"]] == ["own_proposal"]
    answer = decider.post(f"/enquiries/{enquiry.id}/actions/approve", {}, If_Match=shown.headers["ETag"])
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (409, "own_proposal")


def test_database_refuses_a_decision_approved_by_its_decider(office):
    propose(office, a_screened(office))
    forged = text("UPDATE decisions SET approved_by_id = decided_by_id, approved_at = decided_at")
    with pytest.raises(IntegrityError, match="approved_by_another"), office.session.begin_nested():
        office.session.execute(forged)


def test_nothing_is_done_to_what_waits_but_what_cannot_wait(office):
    enquiry = propose(office, a_screened(office))
    assert list(refused(office, "social_worker", enquiry, "withdraw", reason="x")) == ["not_in_this_state"]
    assert list(refused(office, "social_worker", enquiry, "hold", reason="x")) == ["not_in_this_state"]
    act(office, "mash_officer", enquiry, "immediate_danger", reason="She rang: he is there now")
    (first, second) = enquiry.subjects[0].decisions
    assert (first.took_effect_at, second.section_47, enquiry.subjects[0].proposal) == (None, True, None)
    assert (enquiry.state, enquiry.rag, enquiry.referrals[0].section_47) == ("decided", "red", True)


@pytest.mark.parametrize("who", ["social_worker", "mash_manager", "emergency_duty_team"])
@pytest.mark.parametrize("indicators", [LEVEL_3, LEVEL_4, SECTION_47])
def test_withdrawing_is_no_way_round_a_second_person_for_anybody(office, who, indicators):
    enquiry = view_first(office, who, an_enquiry(office, indicators=indicators))
    assert list(refused(office, who, enquiry, "withdraw", reason="Rung by mistake")) == ["serious"]
    (withdraw,) = (each for each in permitted_on_enquiry(office.desk(who), enquiry) if each.action == "withdraw")
    assert (withdraw.allowed, enquiry.state) == (False, "received")


def test_serious_enquiry_that_was_rung_by_mistake_is_decided_by_two_and_closes(office):
    enquiry = propose(office, a_screened(office), level=1, route="no_further_action")
    approve_as(office, "mash_manager", enquiry)
    act(office, "mash_officer", enquiry, "close")
    assert (enquiry.state, enquiry.subjects[0].decision.approved_by_id) == ("closed", office.actor("mash_manager").id)
