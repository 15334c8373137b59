"""News of somebody with an open case reaches whoever has it, whatever was decided and however late it comes."""

from datetime import timedelta

import pytest

from tests.acting import a_referral, accepted, act, events_of, last_event, walk
from tests.making import an_enquiry, decide_as, screen
from triage.access.actor import SYSTEM
from triage.models import OutboxMessage
from triage.services.notices import deliver

WEST = "locality_worker:west"
ASKED = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
NOT_NEEDED = dict.fromkeys(("early_help", "social_care", "section_47"), "Made up")


def letters(office):
    """What was promised and is not done yet, sent: to whom and about what, in order."""
    sent = []
    office.session.flush()
    waiting = office.session.query(OutboxMessage).filter(OutboxMessage.done_at.is_(None)).order_by(OutboxMessage.id)
    for message in waiting.all():
        deliver(office.desk("mash_manager").with_actor(SYSTEM), message, "mash@triage.example", sent.append)
    return [(letter["To"], letter["Subject"]) for letter in sent]


def news(case):
    return f"New information: {case.reference}"


def asked_and_decided(office, enquiry, **chosen):
    """Decided without waiting for the police; the check."""
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", **ASKED)
    act(office, "social_worker", enquiry, "finish_screening", reason="It cannot wait")
    decide_as(office, "social_worker", enquiry, **chosen)
    office.session.flush()
    letters(office)
    return enquiry.checks[0]


@pytest.mark.parametrize("closed", [False, True], ids=["decided", "closed"])
@pytest.mark.parametrize(
    ("action", "said"),
    [("answer", {"answer": "Strangled her last week"}), ("nothing_known", {}), ("decline", {"reason": "A trial"})],
)
def test_answer_after_the_decision_goes_to_whoever_has_the_case(office, closed, action, said):
    enquiry = an_enquiry(office, consent="given", indicators=("C3_SUBSTANCE",))
    check = asked_and_decided(office, enquiry, route="early_help", level=3)
    (case,) = enquiry.referrals
    act(office, "mash_manager", case, "allocate", team_code="early_help_west")
    if closed:
        walk(office, "mash_officer", enquiry, "close")
    act(office, "partner_system", check, action, **said)
    assert [subject for _to, subject in letters(office)] == [news(case)]
    assert last_event(office, case, "information_received").data["enquiry"] == enquiry.reference


def test_answer_after_the_decision_goes_to_each_case_of_the_people_whatever_opened_it(office):
    case = walk(office, WEST, accepted(office), "claim")
    ehc = a_referral(office, "ehc_pathway", person_id=case.person_id)
    enquiry = an_enquiry(office, person_id=case.person_id, indicators=())
    check = asked_and_decided(office, enquiry, route="no_further_action", level=1, why_not=NOT_NEEDED)
    act(office, "partner_system", check, "answer", answer="Known")
    assert sorted(subject for _to, subject in letters(office)) == sorted((news(case), news(ehc)))


@pytest.mark.parametrize("reopened", [False, True])
def test_answer_after_the_decision_goes_to_a_manager_where_nobody_has_a_case(office, reopened):
    enquiry = an_enquiry(office, indicators=())
    check = asked_and_decided(office, enquiry, route="no_further_action", level=1)
    act(office, "partner_system", check, "answer", answer="Known")
    if reopened:
        act(office, "social_worker", enquiry, "reopen", reason="The police know them")
    told = [("mash_manager@triage.example", f"Answer after the decision: {enquiry.reference}")]
    assert letters(office) == ([] if reopened else told)


def test_answer_before_the_decision_is_read_by_whoever_decides(office):
    case = accepted(office)
    enquiry = an_enquiry(office, person_id=case.person_id, indicators=())
    screen(office, enquiry, ask="police")
    letters(office)
    assert (letters(office), "information_received" in {each.type for each in events_of(office, case)}) == ([], False)


@pytest.mark.parametrize("route", ["no_further_action", "advice", "ehc_pathway"])
def test_news_of_a_child_whose_case_is_open_reaches_its_worker_whatever_was_decided(office, route):
    case = walk(office, WEST, accepted(office), "claim")
    enquiry = an_enquiry(office, person_id=case.person_id, indicators=())
    screen(office, enquiry)
    letters(office)
    decide_as(office, "social_worker", enquiry, route=route, level=1, why_not=NOT_NEEDED)
    ((to, subject),) = [each for each in letters(office) if each[1].startswith("New")]
    assert (WEST in to, subject) == (True, news(case))
    assert last_event(office, case, "information_received").data == {
        "enquiry": enquiry.reference,
        "enquiry_id": str(enquiry.id),
    }


def test_news_reaches_social_care_and_early_help_once_each(office):
    helped = accepted(office, "early_help")
    case = a_referral(office, person_id=helped.person_id)
    letters(office)
    enquiry = an_enquiry(office, person_id=case.person_id, indicators=())
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="existing_case", level=2)
    told = [subject for _to, subject in letters(office)]
    assert sorted(told) == sorted((news(case), news(helped)))
    for each in (case, helped):
        received = [event.data for event in events_of(office, each) if event.type == "information_received"]
        assert [data["enquiry"] for data in received].count(enquiry.reference) == 1


def test_case_that_the_decision_opens_is_not_told_of_its_own_news(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    office.session.flush()
    (case,) = enquiry.referrals
    assert (letters(office), [event.type for event in events_of(office, case)]) == ([], ["referral_requested"])


def test_news_of_danger_reaches_early_help_beside_the_social_care_case(office):
    helped = accepted(office, "early_help")
    case = a_referral(office, person_id=helped.person_id)
    letters(office)
    office.clock.at += timedelta(hours=1)
    enquiry = an_enquiry(office, person_id=case.person_id, indicators=())
    act(office, "mash_officer", enquiry, "immediate_danger", reason="He is out")
    told = [subject for _to, subject in letters(office)]
    assert sorted(told) == sorted((f"Immediate danger: {case.reference}", news(case), news(helped)))
