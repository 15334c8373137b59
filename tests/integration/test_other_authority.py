"""A child who lives elsewhere: the authority there is told, and the case stays in sight until they have taken it on."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.acting import a_referral, act, clock_of, clocks_by, decide_each, events_of, last_event, refused, walk
from tests.making import a_subject, an_enquiry, decide_as, screen
from tests.reading import plain
from triage.errors import Conflict
from triage.services.sweep import sweep
from triage.store.queues import count_referrals

HUB = "mash_officer"
ANOTHER = "mash_officer 2"
CITY = {"postcode": "NG1 5FS"}
YES = {"reason": "B. Lark, duty social worker, at 10:40"}
NO = {"reason": "B. Lark: the family moved out in March"}


@pytest.fixture
def told(office):
    """A child of Nottingham City, whose authority has been told on a Tuesday morning at ten."""
    return a_referral(office, "other_authority", **CITY)


def test_decision_opens_a_case_that_waits_for_them_a_working_day(office, told):
    assert (told.service, told.state, told.to_authority) == ("other_authority", "handed_over", "Nottingham City")
    assert (told.team_code, told.queue, clocks_by(told)) == (None, "other_authority", {"authority_acknowledgement"})
    clock = clock_of(told, "authority_acknowledgement")
    assert (clock.variant, clock.due_at) == (None, office.clock.now() + timedelta(days=1))
    assert last_event(office, told, "other_authority_told").data["to"] == "Nottingham City"


def test_their_yes_closes_it_with_who_said_so(office, told):
    assert list(refused(office, HUB, told, "record_acknowledgement", reason=" ")) == ["no_reason"]
    act(office, HUB, told, "record_acknowledgement", **YES)
    assert (told.state, told.closure, told.closed_at, told.queue) == ("closed", "taken_on", office.clock.now(), None)
    assert clock_of(told, "authority_acknowledgement").state == "met"
    assert last_event(office, told, "other_authority_acknowledged").data == {"closure": "taken_on", **YES}


def test_enquiry_stays_open_until_they_say_yes(office, told):
    assert list(refused(office, HUB, told.enquiry, "close")) == ["referrals_pending"]
    act(office, HUB, told, "record_refusal", **NO)
    assert list(refused(office, HUB, told.enquiry, "close")) == ["referrals_pending"]
    act(office, ANOTHER, told, "hand_over_again", transfer_to="Derby", reason="They live there now")
    act(office, HUB, told, "record_acknowledgement", **YES)
    assert walk(office, HUB, told.enquiry, "close").state == "closed"


def told_of_harm(office):
    """A child of the city, who may be suffering significant harm, handed over with section 47."""
    enquiry = an_enquiry(office, indicators=("C4_NAI",), **CITY)
    screen(office, enquiry, rag="red")
    decide_as(office, "social_worker", enquiry, route="other_authority", level=4, section_47=True)
    office.session.flush()
    (told,) = enquiry.referrals
    return told


def test_section_47_waits_an_hour_day_or_night(office):
    office.clock.at = datetime(2013, 5, 10, 22, 0, tzinfo=UTC)
    told = told_of_harm(office)
    clock = clock_of(told, "authority_acknowledgement")
    assert (told.section_47, clock.variant) == (True, "section_47")
    assert (clock.due_at, clock.escalate_to) == (office.clock.now() + timedelta(hours=1), "mash_manager")
    act(office, "emergency_duty_team", told, "record_refusal", **NO)
    after = clock_of(told, "authority_refusal")
    assert (after.variant, after.due_at) == ("section_47", office.clock.now() + timedelta(hours=1))
    assert list(refused(office, HUB, told.enquiry, "reopen", reason="x")) == ["not_your_role"]


def test_silence_is_told_to_a_manager_once_it_is_late(office, told):
    office.clock.at += timedelta(days=1, minutes=1)
    sweep(office.desk("mash_manager"))
    clock = clock_of(told, "authority_acknowledgement")
    assert (clock.state, clock.breached_at, clock.escalated_at) == ("running", office.clock.now(), office.clock.now())
    act(office, HUB, told, "record_acknowledgement", **YES)
    assert clock.state == "missed"


def test_refusal_is_ours_to_act_on_within_a_working_day(office, told):
    act(office, HUB, told, "record_refusal", **NO)
    assert (told.state, clocks_by(told)) == ("refused", {"authority_refusal"})
    assert clock_of(told, "authority_refusal").due_at == office.clock.now() + timedelta(days=1)
    assert list(refused(office, HUB, told, "hand_over_again", reason="x")) == ["no_authority"]
    office.clock.at += timedelta(hours=2)
    act(office, ANOTHER, told, "hand_over_again", transfer_to="Derby", reason="They live there now")
    assert (told.state, told.to_authority, clocks_by(told)) == ("handed_over", "Derby", {"authority_acknowledgement"})
    assert clock_of(told, "authority_acknowledgement").due_at == office.clock.now() + timedelta(days=1)
    assert clock_of(told, "authority_refusal").state == "met"
    assert last_event(office, told, "other_authority_told_again").data == {
        "to": "Derby",
        "before": "Nottingham City",
        "reason": "They live there now",
    }


def test_naming_another_authority_gives_no_new_time_to_a_silent_one(office, told):
    due = clock_of(told, "authority_acknowledgement").due_at
    office.clock.at += timedelta(hours=3)
    act(office, ANOTHER, told, "hand_over_again", transfer_to="Derby", reason="The wrong one was told")
    assert [(clock.kind, clock.state, clock.due_at) for clock in told.clocks] == [
        ("authority_acknowledgement", "running", due)
    ]


def test_authority_that_no_address_tells_must_be_named_before_it_answers(office):
    moved = a_referral(office, "other_authority")  # an address of ours, that the family has left
    assert moved.to_authority is None
    for answer in ("record_acknowledgement", "record_refusal"):
        assert list(refused(office, HUB, moved, answer, **YES)) == ["authority_unnamed"]
    act(office, ANOTHER, moved, "hand_over_again", transfer_to="Leicester", reason="The school knows")
    assert act(office, HUB, moved, "record_acknowledgement", **YES).closure == "taken_on"


def test_child_of_whom_no_address_is_known_goes_where_the_enquiry_was_placed(office):
    unknown = a_subject(given_name="Ben", postcode=None)
    enquiry = an_enquiry(office, subjects=(a_subject(given_name="Ava", **CITY), unknown))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="other_authority", level=2)
    office.session.flush()
    assert [each.to_authority for each in enquiry.referrals] == ["Nottingham City", "Nottingham City"]


@pytest.mark.parametrize("refuses_first", [False, True])
def test_taken_back_the_enquiry_is_decided_anew(office, told, refuses_first):
    if refuses_first:
        act(office, HUB, told, "record_refusal", **NO)
    act(office, "social_worker", told, "take_back", reason="She is with her father in Mansfield")
    enquiry = told.enquiry
    assert (told.state, told.closure, clocks_by(told)) == ("closed", "came_back", set())
    assert (enquiry.state, enquiry.subjects[0].decision, clocks_by(enquiry)) == (
        "screening",
        None,
        {"screening", "decision"},
    )
    assert clock_of(enquiry, "decision").variant == "reopened"
    reopened = last_event(office, enquiry, "enquiry_reopened")
    assert (reopened.actor_role, reopened.data) == ("social_worker", {"reason": "She is with her father in Mansfield"})
    answered = {"record_refusal": "met"}.get("record_refusal" if refuses_first else "", "cancelled")
    assert clock_of(told, "authority_acknowledgement").state == answered


def test_taken_back_after_somebody_reopened_leaves_the_enquiry_as_it_is(office, told):
    act(office, "mash_manager", told.enquiry, "reopen", reason="Her aunt rang")
    reopenings = [event.type for event in events_of(office, told.enquiry)].count("enquiry_reopened")
    assert told.state == "handed_over"  # a reopened enquiry takes nothing back by itself
    act(office, "social_worker", told, "take_back", reason="She is here")
    assert (told.state, told.enquiry.state) == ("closed", "screening")
    assert [event.type for event in events_of(office, told.enquiry)].count("enquiry_reopened") == reopenings == 1


def test_taken_back_after_it_was_decided_anew_leaves_that_decision_in_force(office, told):
    enquiry = told.enquiry
    act(office, "social_worker", enquiry, "reopen", reason="Her aunt rang")
    walk(office, "social_worker", enquiry, "finish_screening")
    office.clock.at += timedelta(hours=1)
    decide_as(office, "social_worker", enquiry, route="early_help", level=3)
    act(office, "social_worker", told, "take_back", reason="She is here")
    assert (told.state, enquiry.state, enquiry.subjects[0].decision.route) == ("closed", "decided", "early_help")


def test_brother_taken_back_after_his_sister_reopens_nothing_twice(office):
    pair = (a_subject(given_name="Ava", **CITY), a_subject(given_name="Ben", **CITY))
    enquiry = an_enquiry(office, subjects=pair)
    screen(office, enquiry)
    decide_each(office, "social_worker", enquiry, *[{"route": "other_authority", "level": 2}] * 2)
    ava, ben = enquiry.referrals
    act(office, "social_worker", ava, "take_back", reason="They are here")
    assert (ava.state, ben.state, clocks_by(ben)) == ("closed", "handed_over", {"authority_acknowledgement"})
    act(office, "social_worker", ben, "take_back", reason="They are here")
    assert (ben.closure, enquiry.state) == ("came_back", "screening")


def test_nothing_is_taken_back_where_the_enquiry_cannot_be_reopened(office, told):
    """Both, or neither: a child is never let go by one and not taken up by the other."""
    told.enquiry.workflow_version = 0  # a case of an earlier version is not worked until it is moved
    office.session.flush()
    with pytest.raises(Conflict, match="earlier version"), office.session.begin_nested():
        act(office, "social_worker", told, "take_back", reason="She is here")
    office.session.expire_all()
    assert (told.state, clocks_by(told)) == ("handed_over", {"authority_acknowledgement"})


def test_who_weighs_no_enquiry_takes_nothing_back(office):
    moved = a_referral(office, "other_authority")  # of Ashfield, so the west may read it
    for who in (HUB, "early_help_unit", "locality_manager:west"):
        assert list(refused(office, who, moved, "take_back", reason="x")) == ["not_your_role"]


def test_child_told_of_already_may_be_told_of_again(office, told):
    """New information about a child elsewhere is told there: it is no open case of ours."""
    again = a_referral(office, "other_authority", person_id=told.person_id)
    assert (again.to_authority, again.id == told.id) == ("Nottingham City", False)


def test_hub_sees_it_among_what_it_handed_over_and_a_locality_in_no_part_of_its_own(sign_in, office, told):
    moved = a_referral(office, "other_authority", given_name="Mo")  # of Ashfield, so the west may read it
    act(office, HUB, told, "record_refusal", **NO)
    for who in ("mash_officer", "mash_manager", "emergency_duty_team"):
        page = sign_in(who).get("/referrals").text
        part = plain(page.split("Handed over to another authority (2)")[1])
        for words in (told.reference, "Nottingham City Refused", moved.reference, "Not named yet"):
            assert words in part
        assert "Waiting for a team (0)" in plain(page)
    assert moved.reference not in sign_in("locality_worker:west").get("/referrals").text
    assert count_referrals(office.session) == {"other_authority": 2}


def test_page_says_that_nobody_has_the_child_and_whose_turn_it_is(sign_in, office, told):
    client, at = sign_in("mash_officer"), f"/referrals/{told.id}"
    page = client.get(at).text
    assert "Nottingham City has not said yet that it has the child." in plain(page)
    assert "Who said so there, and when for they have taken it on" in plain(page)
    sent = {"record_refusal.reason": "Not theirs", "version": told.version}
    assert client.post(f"{at}/actions/record_refusal", data=sent).status_code == 302
    assert "Nottingham City says that the child is not theirs." in plain(client.get(at).text)
    again = {"hand_over_again.other_authority": "Derby", "hand_over_again.reason": "They moved"}
    assert client.post(f"{at}/actions/hand_over_again", data=again | {"version": told.version}).status_code == 302
    assert "Derby has not said yet that it has the child." in plain(client.get(at).text)
    assert "You handed it over yourself. Somebody else records that they have taken it on." in plain(
        client.get(at).text
    )
    client = sign_in(ANOTHER)
    yes = {"record_acknowledgement.reason": "B. Lark", "version": told.version}
    assert client.post(f"{at}/actions/record_acknowledgement", data=yes).status_code == 302
    assert "Taken on by the other authority" in plain(client.get(at).text)
    enquiry = plain(client.get(f"/enquiries/{told.enquiry_id}").text)
    assert f"{told.reference} Another authority (Derby), closed" in enquiry


def test_page_leans_towards_none_of_what_may_become_of_the_child(sign_in, office, told):
    def buttons():
        page = sign_in("social_worker 2").get(f"/referrals/{told.id}").text
        found = re.findall(r'<button[^>]*govuk-button--(\w+)[^>]*actions/([a-z_]+)"', page)
        return [action for look, action in found if look == "secondary" and action != "chase"]

    assert buttons() == ["record_acknowledgement", "record_refusal", "hand_over_again", "take_back"]
    act(office, HUB, told, "record_refusal", **NO)
    assert buttons() == ["hand_over_again", "take_back"]


def test_page_asks_for_the_authority_that_nobody_named(sign_in, office):
    moved = a_referral(office, "other_authority")
    page = sign_in("mash_officer").get(f"/referrals/{moved.id}").text
    assert "It is not said which authority has the child." in plain(page)
    assert "record_acknowledgement.reason" not in page


def test_system_reads_which_authority_and_writes_its_answer(office, caller, told):
    hub = caller("mash_manager")
    shown = hub.get(f"/referrals/{told.id}")
    assert (shown.get_json()["to_authority"], shown.get_json()["queue"]) == ("Nottingham City", "other_authority")
    at = f"/referrals/{told.id}/actions/record_acknowledgement"
    done = hub.post(at, YES, If_Match=shown.headers["ETag"])
    assert (done.status_code, done.get_json()["closure"]) == (200, "taken_on")


def test_whoever_decided_so_does_not_record_that_they_have_the_child(office, told):
    own = {"own_hand_over": "You handed it over yourself. Somebody else records that they have taken it on."}
    assert refused(office, "social_worker", told, "record_acknowledgement", **YES) == own
    act(office, "social_worker 2", told, "hand_over_again", transfer_to="Derby", reason="They live there now")
    assert refused(office, "social_worker 2", told, "record_acknowledgement", **YES) == own
    assert act(office, "social_worker", told, "record_acknowledgement", **YES).closure == "taken_on"


def test_whoever_decided_what_another_approved_does_not_record_it_either(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",), **CITY)
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="other_authority", level=4)
    office.session.flush()
    (told,) = enquiry.referrals
    assert list(refused(office, "social_worker", told, "record_acknowledgement", **YES)) == ["own_hand_over"]
    assert act(office, "mash_manager 2", told, "record_acknowledgement", **YES).state == "closed"


def test_child_under_section_47_is_let_go_by_a_managers_hand(office):
    told = told_of_harm(office)
    said = "Section 47 is decided. A MASH manager, or at night the EDT, records that they have the child."
    for who in (HUB, "social_worker 2", "early_help_unit", "emergency_duty_team"):
        assert refused(office, who, told, "record_acknowledgement", **YES) == {"manager_records": said}
    assert act(office, "mash_manager", told, "record_acknowledgement", **YES).state == "closed"


def test_at_night_the_emergency_duty_team_hears_it_in_the_managers_stead(office):
    told = told_of_harm(office)
    office.clock.at = datetime(2013, 5, 10, 22, 0, tzinfo=UTC)
    assert act(office, "emergency_duty_team", told, "record_acknowledgement", **YES).state == "closed"


@pytest.mark.parametrize("named", ["Nottingham City", " nottingham CITY "])
def test_same_authority_told_again_has_no_more_time_than_at_first(office, told, named):
    due = clock_of(told, "authority_acknowledgement").due_at
    for _ in range(3):
        office.clock.at += timedelta(hours=5)
        act(office, HUB, told, "record_refusal", **NO)
        act(office, HUB, told, "hand_over_again", transfer_to=named, reason="It is theirs")
        assert clock_of(told, "authority_acknowledgement").due_at == due
    assert clocks_by(told) == {"authority_acknowledgement"}
    assert office.clock.now() < due
    office.clock.at = due + timedelta(minutes=1)
    act(office, ANOTHER, told, "record_acknowledgement", **YES)
    assert clock_of(told, "authority_acknowledgement").state == "missed"


def test_no_other_authority_between_gives_the_first_one_new_time(office, told):
    due = clock_of(told, "authority_acknowledgement").due_at
    for named in ("Derby", "Nottingham City"):
        office.clock.at += timedelta(hours=2)
        act(office, HUB, told, "record_refusal", **NO)
        act(office, HUB, told, "hand_over_again", transfer_to=named, reason="It is theirs")
    assert (told.to_authority, clock_of(told, "authority_acknowledgement").started_at) == (
        "Nottingham City",
        due - timedelta(days=1),
    )


def test_chasing_says_whom_and_what_they_said(office, told):
    assert list(refused(office, HUB, told, "chase")) == ["no_reason"]
    act(office, HUB, told, "chase", reason="B. Lark, duty desk: they will look at it by two")
    assert last_event(office, told, "other_authority_chased").data == {
        "reason": "B. Lark, duty desk: they will look at it by two"
    }


def test_page_asks_whom_was_rung(sign_in, office, told):
    page = plain(sign_in(HUB).get(f"/referrals/{told.id}").text)
    assert "Chased by telephone" in page
    assert "Whom you rang there, and what they said" in page
