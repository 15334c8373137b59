"""A question put to a partner, however often it must be chased, and an answer that comes late."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.acting import act, clock_of, clocks_by, events_of, last_event, refused, walk
from tests.making import an_enquiry, approve_as, decide_as, screen, view_first
from tests.reading import main_of
from triage.models import OutboxMessage, Referral
from triage.services.sweep import sweep

DUE = timedelta(hours=6)  # amber: six working hours, within the same Tuesday


@pytest.fixture
def check(office):
    """The police are asked at ten in the morning."""
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry, rag="amber", finish=False)
    about = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given", "question": "Called out?"}
    act(office, "social_worker", enquiry, "request_check", **about)
    return enquiry.checks[0]


def promised(office, *tasks):
    rows = office.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    return [row.task for row in rows if row.task in (tasks or ("chase_check", "escalate_check", "escalate_breach"))]


def test_acknowledged_check_says_when_and_its_clock_runs_on(office, check):
    act(office, "partner_system", check, "acknowledge")
    assert (check.state, check.acknowledged_at, check.ended_at) == ("acknowledged", office.clock.now(), None)
    assert clock_of(check.enquiry, "agency_check").state == "running"
    assert list(refused(office, "partner_system", check, "acknowledge")) == ["not_in_this_state"]


def test_answer_says_what_they_know_and_stops_the_clock(office, check):
    assert refused(office, "partner_system", check, "answer", answer=" ") == {
        "no_answer": "Write down what is known. If nothing is, choose Nothing known instead."
    }
    act(office, "partner_system", check, "answer", answer="Called to the address twice in April")
    assert (check.state, check.answer) == ("answered", "Called to the address twice in April")
    assert (check.ended_at, clock_of(check.enquiry, "agency_check").state) == (office.clock.now(), "met")


def test_nothing_known_is_an_answer(office, check):
    act(office, "mash_officer", check, "nothing_known")
    assert (check.state, clock_of(check.enquiry, "agency_check").state) == ("nothing_known", "met")
    assert walk(office, "social_worker", check.enquiry, "finish_screening").state == "awaiting_decision"


def test_declined_check_keeps_the_reason(office, check):
    assert list(refused(office, "partner_system", check, "decline")) == ["no_reason"]
    act(office, "partner_system", check, "decline", reason="A criminal inquiry is under way")
    assert (check.state, check.answer) == ("declined", "A criminal inquiry is under way")
    assert last_event(office, check.enquiry, "check_declined").data["reason"] == "A criminal inquiry is under way"


def test_chased_and_escalated_by_hand_letters_are_promised(office, check):
    walk(office, "mash_officer", check, "chase", "escalate")
    assert (check.chased_at, check.escalated_at) == (office.clock.now(), office.clock.now())
    assert (check.state, promised(office)) == ("requested", ["chase_check", "escalate_check"])


def test_check_no_longer_needed_has_a_reason_and_a_clock_that_counts_for_nothing(office, check):
    assert list(refused(office, "mash_officer", check, "withdraw", reason="x")) == ["not_your_role"]
    assert list(refused(office, "social_worker", check, "withdraw")) == ["no_reason"]
    act(office, "social_worker", check, "withdraw", reason="The school said so already")
    assert (check.state, clock_of(check.enquiry, "agency_check").state) == ("withdrawn", "cancelled")
    assert (check.answer, check.ended_at) == ("", office.clock.now())  # nobody there said anything
    assert last_event(office, check.enquiry, "check_withdrawn").data["reason"] == "The school said so already"
    assert clocks_by(check.enquiry) == {"screening", "decision"}


def test_page_tells_why_a_check_is_no_longer_needed_and_not_that_the_partner_said_so(office, check, sign_in):
    act(office, "social_worker", check, "withdraw", reason="The school said so already")
    office.session.flush()
    page = main_of(sign_in("social_worker").get(f"/enquiries/{check.enquiry.id}").text)
    assert "No longer needed: The school said so already" in page
    assert "What they said" not in page


def test_sweep_chases_at_the_warning_and_escalates_to_the_lead_once_it_is_overdue(office, check):
    system, asked = office.desk("system"), check.requested_at
    clock = clock_of(check.enquiry, "agency_check")
    assert (clock.due_at, clock.warn_at) == (asked + DUE, asked + DUE * 0.75)
    office.clock.at = clock.warn_at - timedelta(minutes=1)
    sweep(system)
    assert (check.chased_at, promised(office)) == (None, [])
    office.clock.at = clock.warn_at
    sweep(system)
    sweep(system)
    assert (check.chased_at, check.state, promised(office)) == (clock.warn_at, "requested", ["chase_check"])
    office.clock.at = clock.due_at + timedelta(minutes=1)
    sweep(system)
    sweep(system)
    assert (check.state, check.escalated_at) == ("overdue", office.clock.now())
    assert promised(office, "escalate_check") == ["escalate_check"]
    assert promised(office, "chase_check") == ["chase_check"]
    types = [event.type for event in events_of(office, check.enquiry)]
    assert [types.count(each) for each in ("check_chased", "check_overdue", "check_escalated")] == [1, 1, 1]


def test_acknowledged_check_is_overdue_as_well_and_may_still_be_answered(office, check):
    act(office, "partner_system", check, "acknowledge")
    office.clock.at += DUE + timedelta(minutes=1)
    sweep(office.desk("system"))
    assert (check.state, check.acknowledged_at) == ("overdue", check.requested_at)
    act(office, "partner_system", check, "answer", answer="Nothing since 2011")
    assert (check.state, clock_of(check.enquiry, "agency_check").state) == ("answered", "missed")


def test_nobody_but_the_service_says_that_a_check_is_overdue(office, check):
    assert list(refused(office, "mash_manager", check, "pass_due")) == ["not_your_role"]


def decide_without(office, check):
    """Decided before the police have answered."""
    act(office, "social_worker", check.enquiry, "finish_screening", reason="The child is safe at her aunt's")
    decide_as(office, "social_worker", check.enquiry, route="no_further_action", level=1)
    office.session.flush()


def test_answer_after_the_decision_is_recorded_all_the_same(office, check):
    decide_without(office, check)
    walk(office, "mash_officer", check.enquiry, "close")
    office.clock.at += timedelta(days=2)
    assert sweep(office.desk("system")).breached == 0
    act(office, "partner_system", check, "answer", answer="He was arrested last night")
    assert (check.state, check.answer, check.ended_at) == (
        "answered",
        "He was arrested last night",
        office.clock.now(),
    )
    assert check.gone_without == "The child is safe at her aunt's"
    assert last_event(office, check.enquiry, "check_answered").data["agency"] == "police"
    assert check.enquiry.state == "closed"


def is_protected(case):
    return case.service, case.section_47, case.rag, case.level


def test_immediate_danger_in_an_answer_needs_no_second_step(office, check):
    assert list(refused(office, "mash_officer", check, "immediate_danger")) == ["no_reason"]
    act(office, "mash_officer", check, "immediate_danger", reason="He has been let out and is on his way there")
    assert (check.state, check.enquiry.state, check.enquiry.rag) == ("answered", "decided", "red")
    assert is_protected(check.enquiry.referrals[0]) == ("social_care", True, "red", 4)
    assert "tell_danger" in promised(office, "tell_danger")
    types = [event.type for event in events_of(office, check.enquiry)]
    assert types[-2:] == ["immediate_danger_answered", "immediate_danger_declared"]


def test_immediate_danger_is_declared_on_a_closed_enquiry_by_a_late_answer(office, check):
    decide_without(office, check)
    walk(office, "mash_officer", check.enquiry, "close")
    office.clock.at += timedelta(days=2)
    act(office, "social_worker", check, "immediate_danger", reason="He has been let out")
    (case,) = check.enquiry.referrals
    assert is_protected(case) == ("social_care", True, "red", 4)
    (first, now) = check.enquiry.subjects[0].decisions
    assert (first.route, first.superseded_at) == ("no_further_action", office.clock.now())
    assert (now.route, now.section_47, now.reason) == ("social_care", True, "He has been let out")
    assert check.enquiry.state == "closed"
    assert (check.enquiry.decided_at, check.enquiry.working_minutes_to_decision) == (first.decided_at, 0)
    assert now.decided_at == office.clock.now()
    assert last_event(office, check.enquiry, "immediate_danger_declared").data["decisions"][0]["section_47"]


def test_immediate_danger_is_declared_on_an_enquiry_that_was_withdrawn(office, check):
    view_first(office, "social_worker", check.enquiry)
    act(office, "social_worker", check.enquiry, "withdraw", reason="Rang the wrong county")
    act(office, "mash_manager", check, "immediate_danger", reason="He has been let out")
    assert is_protected(check.enquiry.referrals[0]) == ("social_care", True, "red", 4)


def test_immediate_danger_raises_the_case_that_the_closed_enquiry_led_to(office, check):
    enquiry = check.enquiry
    act(office, "social_worker", enquiry, "finish_screening", reason="He cannot wait")
    view_first(office, "social_worker", enquiry)
    decide_as(office, "social_worker", enquiry, approve=False, route="social_care", level=4)
    approve_as(office, "mash_manager", enquiry)
    act(office, "mash_manager", enquiry.referrals[0], "allocate", team_code="social_care_west")
    walk(office, "mash_officer", enquiry, "close")
    act(office, "mash_officer", check, "immediate_danger", reason="He has been let out")
    (case,) = office.session.scalars(select(Referral)).all()
    assert (case.state, *is_protected(case)) == ("section_47", "social_care", True, "red", 4)


def test_immediate_danger_follows_those_who_were_joined_to_another_enquiry(office, check):
    later = check.enquiry
    earlier = an_enquiry(office, given_name="Ben", indicators=(), received_at=office.clock.now() - timedelta(hours=1))
    act(office, "social_worker", later, "join", into_reference=earlier.reference, reason="Brother and sister")
    act(office, "mash_officer", check, "immediate_danger", reason="He has been let out")
    assert (later.state, earlier.state, earlier.rag) == ("closed", "decided", "red")
    assert [case.section_47 for case in earlier.referrals] == [True, True]


def test_answer_from_a_partner_comes_by_the_api_and_stops_nothing_else(office, check, caller):
    office.session.flush()
    partner = caller("partner_system")
    at, etag = f"/checks/{check.id}/actions", f'"{check.version}"'
    assert partner.post(f"{at}/answer", {}, If_Match=etag).get_json()["errors"][0]["code"] == "no_answer"
    assert partner.post(f"{at}/chase", {}, If_Match=etag).get_json()["errors"][0]["code"] == "not_your_role"
    told = partner.post(f"{at}/acknowledge", {}, If_Match=etag)
    answered = partner.post(f"{at}/answer", {"answer": "Known"}, If_Match=told.headers["ETag"]).get_json()
    assert (answered["state"], answered["answer"], answered["acknowledged_at"] is None) == ("answered", "Known", False)
    assert partner.post(f"{at}/decline", {"reason": "x"}, If_Match=etag).status_code == 412
