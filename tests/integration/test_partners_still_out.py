"""Partners who have not answered are waited for wherever their question goes: joined, split, decided and reopened."""

from datetime import timedelta

import pytest

from tests.acting import act, clock_of, clocks_by, refused, two_children, walk
from tests.making import an_enquiry, decide_as, screen
from tests.reading import main_of
from triage.models import Enquiry
from triage.services.sweep import sweep

USUAL = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
WHY = {"reason": "The child is safe at her aunt's"}


def ask_police(office, enquiry):
    act(office, "social_worker", enquiry, "request_check", **USUAL)
    return enquiry.checks[-1]


def test_enquiry_that_waits_for_a_decision_waits_for_the_partners_of_what_is_joined_to_it(office):
    earlier = an_enquiry(office, indicators=())
    screen(office, earlier)
    later = an_enquiry(office, given_name="Ben", indicators=())
    screen(office, later, finish=False)
    check = ask_police(office, later)
    act(office, "social_worker", later, "join", reason="The same family", into_reference=earlier.reference)
    assert (check.enquiry, earlier.state) == (earlier, "checking")
    assert "checks_outstanding" in refused(office, "social_worker", earlier, "finish_screening")
    act(office, "social_worker", earlier, "finish_screening", **WHY)
    assert (earlier.state, check.gone_without) == ("awaiting_decision", WHY["reason"])


def test_enquiry_that_nobody_waits_for_stays_where_it_was_when_another_is_joined(office):
    earlier = an_enquiry(office, indicators=())
    screen(office, earlier)
    later = an_enquiry(office, given_name="Ben", indicators=())
    act(office, "social_worker", later, "join", reason="The same family", into_reference=earlier.reference)
    assert earlier.state == "awaiting_decision"


@pytest.fixture
def split_off(office):
    """Ben, split off while the police were asked about his sister and him."""
    enquiry = two_children(office, indicators=())
    screen(office, enquiry, finish=False)
    ask_police(office, enquiry)
    act(office, "social_worker", enquiry, "split", subject_ids=(enquiry.subjects[1].id,), reason="They live apart")
    return office.session.query(Enquiry).filter_by(split_from_id=enquiry.id).one()


def test_child_who_was_split_off_is_not_decided_before_the_partners_answered_about_both(office, split_off, sign_in):
    told = refused(office, "social_worker", split_off, "finish_screening")
    assert "Nottinghamshire Police" in told["checks_outstanding"]
    page = main_of(sign_in("social_worker").get(f"/enquiries/{split_off.id}").text)
    first = office.session.get_one(Enquiry, split_off.split_from_id)
    assert "Still out: Nottinghamshire Police." in page
    assert f"Asked for {first.reference}, 10:00 today. The answer will come there." in page
    act(office, "social_worker", split_off, "finish_screening", **WHY)
    assert split_off.state == "awaiting_decision"


def test_child_who_was_split_off_waits_for_nobody_once_the_partners_answered(office, split_off, sign_in):
    first = office.session.get_one(Enquiry, split_off.split_from_id)
    act(office, "mash_officer", first.checks[0], "answer", answer="Known since March")
    office.clock.at += timedelta(minutes=1)
    ask_police(office, first)  # of the sister alone, for she is alone there now
    walk(office, "social_worker", split_off, "finish_screening")
    page = main_of(sign_in("social_worker").get(f"/enquiries/{split_off.id}").text)
    assert "What they said: Known since March" in page
    assert "Nobody is still out." in page


def test_partner_who_is_out_when_an_enquiry_is_reopened_is_timed_chased_and_escalated_again(office):
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry, finish=False)
    check = ask_police(office, enquiry)
    act(office, "social_worker", enquiry, "finish_screening", **WHY)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    assert clock_of(enquiry, "agency_check").state == "cancelled"
    office.clock.at += timedelta(days=1)
    act(office, "social_worker", enquiry, "reopen", reason="News")
    clock = clock_of(enquiry, "agency_check")
    assert (clock.agency_check, clock.variant, clock.started_at) == (check, "amber", office.clock.now())
    office.clock.at = clock.due_at + timedelta(minutes=1)
    sweep(office.desk("system"))
    assert (check.state, check.chased_at is None, check.escalated_at is None) == ("overdue", False, False)


def test_partner_who_answered_is_not_timed_again_by_a_reopening(office):
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry, ask="police")
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    act(office, "social_worker", enquiry, "reopen", reason="News")
    assert "agency_check" not in clocks_by(enquiry)


def test_partner_who_is_asked_before_anybody_rated_it_has_the_time_of_the_colour_that_is_recommended(office):
    enquiry = walk(office, "social_worker", an_enquiry(office, indicators=("C4_NAI",)), "start_screening")
    ask_police(office, enquiry)
    assert (enquiry.rag, clock_of(enquiry, "agency_check").variant) == (None, "red")
