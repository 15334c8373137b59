"""What goes to the worker of an open case instead, and what the Emergency Duty Team has at night."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.acting import accepted, act, clock_of, clocks_by, last_event, refused, walk
from tests.making import a_subject, an_enquiry, decide_as, screen, view_first
from triage.errors import Conflict
from triage.models import Referral
from triage.services.choosing import compare_decision
from triage.services.permitted import permitted_on_enquiry

NIGHT = datetime(2013, 5, 7, 22, 0, tzinfo=UTC)  # Tuesday, eleven at night in Nottinghamshire
OPENS = datetime(2013, 5, 8, 7, 30, tzinfo=UTC)  # half past eight on Wednesday
WHY = {"reason": "Told to the worker who knows her"}


def news_of(office, case, **details):
    """Something new about a child whose case is open, a day later, of which an officer says what they think."""
    office.clock.at += timedelta(days=1)
    about = {"person_id": case.person_id, "indicators": ("C2_ABSENCE_PATTERN",)}
    return view_first(office, "mash_officer", an_enquiry(office, **(about | details)))


def test_new_information_is_given_to_the_worker_of_the_open_case_and_is_no_referral(office):
    case = accepted(office)
    news = news_of(office, case)
    assert list(refused(office, "mash_officer", news, "attach")) == ["no_reason"]
    act(office, "mash_officer", news, "attach", **WHY)
    assert (news.state, news.queue, news.closed_at, news.referrals) == ("closed", None, office.clock.now(), [])
    decision = news.subjects[0].decision
    assert (decision.route, decision.section_47, decision.reason) == ("existing_case", False, WHY["reason"])
    assert clocks_by(news, "met") == {"screening", "decision"}
    told = last_event(office, case, "information_received").data
    assert (told["enquiry"], told["enquiry_id"]) == (news.reference, str(news.id))
    assert last_event(office, news, "information_attached").data["reason"] == WHY["reason"]
    assert office.session.scalars(select(Referral)).all() == [case]


def test_nothing_is_attached_without_an_open_case(office):
    enquiry = view_first(office, "mash_officer", an_enquiry(office))
    assert refused(office, "mash_officer", enquiry, "attach", **WHY) == {
        "no_open_case": "No open case: Ava Testley. Decide the enquiry instead.",
    }
    assert (enquiry.state, enquiry.subjects[0].decisions) == ("received", [])


def test_nothing_is_attached_while_one_child_of_several_has_no_open_case(office):
    case = accepted(office)
    office.clock.at += timedelta(days=1)
    both = an_enquiry(office, subjects=(a_subject(person_id=case.person_id), a_subject(given_name="Ben")))
    view_first(office, "mash_officer", both)
    said = refused(office, "mash_officer", both, "attach", **WHY)
    assert said["no_open_case"].startswith("No open case: Ben Testley.")
    assert case.state == "accepted"


def test_case_that_opened_since_the_enquiry_came_takes_its_news(office):
    news = view_first(office, "mash_officer", an_enquiry(office))
    office.clock.at += timedelta(hours=1)
    case = accepted(office, person_id=news.subjects[0].person_id)
    act(office, "mash_officer", news, "attach", **WHY)
    assert last_event(office, case, "information_received").data["enquiry"] == news.reference


def test_case_that_closed_meanwhile_takes_nothing_more(office):
    case = accepted(office)
    news = news_of(office, case)
    act(office, "locality_worker:west", case, "close", closure="RC4")
    assert list(refused(office, "mash_officer", news, "attach", **WHY)) == ["no_open_case"]
    assert (news.state, news.subjects[0].decisions) == ("received", [])


def test_what_may_be_significant_harm_is_decided_and_not_attached(office):
    news = news_of(office, accepted(office), indicators=("C4_NAI",))
    assert list(refused(office, "mash_officer", news, "attach", **WHY)) == ["decide_section_47"]


def test_hand_over_to_the_duty_team_and_back_says_why(office):
    enquiry = an_enquiry(office)
    assert list(refused(office, "social_worker", enquiry, "hand_over_to_edt")) == ["no_reason"]
    act(office, "social_worker", enquiry, "hand_over_to_edt", reason="Somebody must see her tonight")
    assert (enquiry.with_edt, enquiry.queue, enquiry.state) == (True, "edt", "received")
    assert list(refused(office, "social_worker", enquiry, "hand_over_to_edt", reason="x")) == ["with_edt_already"]
    assert list(refused(office, "social_worker", enquiry, "hand_back", reason="x")) == ["not_your_role"]
    assert list(refused(office, "emergency_duty_team", enquiry, "hand_back")) == ["no_reason"]
    act(office, "emergency_duty_team", enquiry, "start_screening")
    act(office, "emergency_duty_team", enquiry, "hand_back", reason="Seen at home, safe with her aunt")
    assert (enquiry.with_edt, enquiry.queue) == (False, "screening")
    assert list(refused(office, "emergency_duty_team", enquiry, "hand_back", reason="x")) == ["not_with_edt"]
    told = [last_event(office, enquiry, type_) for type_ in ("handed_over_to_edt", "handed_back_by_edt")]
    assert [event.data["reason"] for event in told] == [
        "Somebody must see her tonight",
        "Seen at home, safe with her aunt",
    ]
    assert [event.actor_role for event in told] == ["social_worker", "emergency_duty_team"]


def test_duty_team_hands_over_to_nobody_and_decides_nothing(office):
    enquiry = an_enquiry(office)
    codes = refused(office, "emergency_duty_team", enquiry, "hand_over_to_edt", reason="x")
    assert list(codes) == ["not_your_role"]


def test_red_of_the_night_is_with_the_duty_team_at_once_and_its_clock_runs(office):
    office.clock.at = NIGHT
    red = an_enquiry(office, indicators=("C4_NAI",))
    screening = clock_of(red, "screening")
    assert (red.with_edt, red.queue, red.out_of_hours) == (True, "edt", True)
    assert (screening.variant, screening.started_at, screening.due_at) == ("red", NIGHT, NIGHT + timedelta(hours=4))


@pytest.mark.parametrize(
    ("indicators", "rag", "due"),
    [
        (("P4_UNSAFE",), "amber", OPENS + timedelta(days=1)),
        ((), "green", OPENS + timedelta(days=5)),  # three working days after it opens on Wednesday: Monday
    ],
)
def test_what_is_not_red_waits_for_the_office_to_open(office, indicators, rag, due):
    office.clock.at = NIGHT
    enquiry = an_enquiry(office, indicators=indicators)
    screening = clock_of(enquiry, "screening")
    assert (enquiry.with_edt, enquiry.queue) == (False, "received")
    assert (screening.variant, screening.started_at, screening.due_at) == (rag, NIGHT, due)


@pytest.mark.parametrize(
    "at", [NIGHT, datetime(2013, 5, 11, 11, 0, tzinfo=UTC), datetime(2013, 5, 6, 11, 0, tzinfo=UTC)]
)
def test_what_turns_red_while_the_office_is_closed_goes_to_the_duty_team(office, at):
    office.clock.at = at - timedelta(minutes=10)
    enquiry = walk(office, "emergency_duty_team", an_enquiry(office, indicators=()), "start_screening")
    act(office, "emergency_duty_team", enquiry, "set_rag", rag="amber")
    assert enquiry.queue == "screening"
    office.clock.at = at
    act(office, "emergency_duty_team", enquiry, "set_rag", rag="red", reason="The neighbour rang again")
    assert (enquiry.with_edt, enquiry.queue) == (True, "edt")


def test_what_turns_red_by_day_stays_in_the_hub(office):
    enquiry = walk(office, "social_worker", an_enquiry(office), "start_screening")
    act(office, "social_worker", enquiry, "set_rag", rag="red")
    assert (enquiry.with_edt, enquiry.queue) == (False, "screening")


def test_closed_enquiry_is_in_no_queue_though_the_duty_team_had_it(office):
    office.clock.at = NIGHT
    earlier = an_enquiry(office, given_name="Ben", indicators=())
    office.clock.at += timedelta(minutes=10)
    red = an_enquiry(office, indicators=("C4_NAI",))
    assert red.queue == "edt"
    view_first(office, "emergency_duty_team", red)
    act(office, "emergency_duty_team", red, "join", into_reference=earlier.reference, reason="Rung twice")
    assert (red.state, red.queue) == ("closed", None)


def test_news_of_a_family_in_early_help_goes_to_whoever_helps_them(office):
    case = accepted(office, "early_help")
    news = news_of(office, case)
    act(office, "mash_officer", news, "attach", **WHY)
    assert last_event(office, case, "information_received").data["enquiry"] == news.reference


def test_level_4_is_decided_and_not_given_to_early_help_alone(office):
    news = news_of(office, accepted(office, "early_help"), indicators=("P4_UNSAFE",))
    said = {"decide_level_4": "Level 4, and the only open case is early help: Ava Testley. Decide the enquiry instead."}
    assert refused(office, "mash_officer", news, "attach", **WHY) == said
    view_first(office, "mash_manager", news)
    (attach,) = (each for each in permitted_on_enquiry(office.desk("mash_manager"), news) if each.action == "attach")
    assert {reason.code: reason.words for reason in attach.reasons} == said
    assert (news.state, news.subjects[0].decisions) == ("received", [])


def test_level_4_is_given_to_social_care_beside_early_help_and_level_3_to_early_help_alone(office):
    helped = accepted(office, "early_help")
    level_3 = news_of(office, helped, indicators=("C3_SUBSTANCE",))
    act(office, "mash_officer", level_3, "attach", **WHY)
    assert last_event(office, helped, "information_received").data["enquiry"] == level_3.reference
    case = accepted(office, person_id=helped.person_id)
    level_4 = news_of(office, case, indicators=("P4_UNSAFE",))
    act(office, "mash_officer", level_4, "attach", **WHY)
    assert last_event(office, case, "information_received").data["enquiry"] == level_4.reference
    assert (level_3.subjects[0].decision.level, level_4.subjects[0].decision.level) == (3, 4)


def test_one_child_of_early_help_alone_holds_back_the_news_of_both(office):
    case = accepted(office)
    helped = accepted(office, "early_help", given_name="Ben")
    office.clock.at += timedelta(days=1)
    both = an_enquiry(
        office,
        subjects=(
            a_subject(person_id=case.person_id, indicators=("P4_UNSAFE",)),
            a_subject(person_id=helped.person_id, given_name="Ben", indicators=("P4_UNSAFE",)),
        ),
    )
    view_first(office, "mash_officer", both)
    said = refused(office, "mash_officer", both, "attach", **WHY)
    assert list(said) == ["decide_level_4"]
    assert "Ben Testley" in said["decide_level_4"]
    assert "Ava" not in said["decide_level_4"]


def test_section_47_on_a_child_with_early_help_alone_is_social_cares(office):
    case = accepted(office, "early_help")
    news = news_of(office, case, indicators=("C4_NAI",))
    screen(office, news)
    with pytest.raises(Conflict, match="no open case with social care"):
        decide_as(office, "social_worker", news, route="existing_case", level=4, section_47=True)


def test_news_given_to_early_help_alone_says_why_not_social_care(office, sign_in):
    helped = accepted(office, "early_help")
    refuses = {"indicators": ("C3_SUBSTANCE",), "consent": "refused", "consent_reason": "They want no more help"}
    news = news_of(office, helped, **refuses)
    assert (news.subjects[0].recommendation.route, news.subjects[0].recommendation.level) == ("social_care", 3)
    screen(office, news)
    chosen = {"route": "existing_case", "level": 3}
    view_first(office, "social_worker", news)
    office.session.flush()
    with pytest.raises(Conflict, match="Say why not each higher route: social care"), office.session.begin_nested():
        decide_as(office, "social_worker", news, why_not={}, **chosen)
    page = sign_in("social_worker").get(f"/enquiries/{news.id}/decide").text
    assert re.search(r'value="existing_case"[^>]*data-stands="early_help"', page), page
    decide_as(
        office, "social_worker", news, why_not={"social_care": "Made up: their worker sees them weekly"}, **chosen
    )
    assert (news.state, news.subjects[0].decision.why_not) == (
        "decided",
        {"social_care": "Made up: their worker sees them weekly"},
    )
    assert last_event(office, helped, "information_received").data["enquiry"] == news.reference
    helped.state, helped.closed_at = "closed", office.clock.now() + timedelta(days=1)
    office.session.flush()
    assert compare_decision(news.subjects[0].decision) == "less"  # as it stood when it was decided


def test_news_given_to_social_care_beside_early_help_needs_no_why_not(office):
    helped = accepted(office, "early_help")
    case = accepted(office, person_id=helped.person_id)
    news = news_of(office, case, indicators=("C3_SUBSTANCE",))
    screen(office, news)
    decide_as(office, "social_worker", news, route="existing_case", level=4, why_not={})
    assert last_event(office, case, "information_received").data["enquiry"] == news.reference
