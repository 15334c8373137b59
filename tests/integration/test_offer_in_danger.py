"""A child in immediate danger is on offer to nobody, however the danger is declared and by whomever."""

import pytest

from tests.acting import a_referral, accepted, act, clock_of, events_of, last_event, refused, walk
from tests.making import an_enquiry, screen, view_first

WEST, NORTH, SOUTH = "locality_worker:west", "locality_worker:north", "locality_worker:south"
MOVED = {"reason": "They moved to Worksop"}
DANGER = {"reason": "He came to the new house"}


@pytest.fixture
def case(office):
    """A case that the west's team works on."""
    return walk(office, WEST, accepted(office), "claim", "start_assessment")


def offer(office, case, to="social_care_north"):
    act(office, WEST, case, "offer_transfer", transfer_to=to, **MOVED)
    return case.transfers[-1]


def on_the_case(office, case):
    return case


def on_an_enquiry(office, case):
    return an_enquiry(office, person_id=case.person_id)


def on_a_check(office, case):
    enquiry = an_enquiry(office, person_id=case.person_id)
    screen(office, enquiry, ask="police", finish=False)
    return enquiry.checks[0]


def on_a_late_check(office, case):
    check = on_a_check(office, case)
    view_first(office, "mash_manager", check.enquiry)
    act(office, "mash_manager", check.enquiry, "withdraw", reason="Another county's child")
    return check


def on_early_help(office, case):
    referral = a_referral(office, "early_help", person_id=case.person_id)
    return act(office, "mash_manager", referral, "allocate", team_code="early_help_south")


@pytest.mark.parametrize("to", ["social_care_north", "Derbyshire"])
@pytest.mark.parametrize(
    ("declared", "who"),
    [
        *((on_the_case, who) for who in (WEST, NORTH, "mash_officer", "emergency_duty_team")),
        *((way, "social_worker") for way in (on_an_enquiry, on_a_check, on_a_late_check)),
        (on_early_help, SOUTH),
    ],
)
def test_immediate_danger_takes_the_offer_back_however_it_is_declared(office, case, declared, who, to):
    offered, row = offer(office, case, to), declared(office, case)
    act(office, who, row, "immediate_danger", **DANGER)
    assert (offered.state, offered.answer_reason) == ("revoked", DANGER["reason"])
    assert (offered.ended_at, offered.ended_by_id) == (office.clock.now(), office.actor(who).id)
    assert (clock_of(case, "transfer").state, case.state, case.section_47) == ("cancelled", "section_47", True)
    taken_back = last_event(office, case, "transfer_revoked")
    assert (taken_back.data, taken_back.actor_id) == ({"to": to, **DANGER}, office.actor(who).id)
    assert (case.team_code, case.offer) == ("social_care_west", None)


def test_offer_stands_while_danger_is_declared_without_saying_what(office, case):
    offered = offer(office, case)
    assert list(refused(office, WEST, case, "immediate_danger")) == ["no_reason"]
    assert (offered.state, clock_of(case, "transfer").state) == ("offered", "running")


def test_offer_that_was_answered_already_stays_so_when_danger_comes(office, case):
    offered = offer(office, case)
    act(office, NORTH, offered, "reject_transfer", reason="No room")
    act(office, WEST, case, "immediate_danger", **DANGER)
    assert (offered.state, offered.answer_reason) == ("rejected", "No room")
    assert [each.type for each in events_of(office, case)].count("transfer_revoked") == 0


def test_case_is_offered_anew_once_danger_took_it_back(office, case):
    offer(office, case)
    act(office, WEST, case, "immediate_danger", **DANGER)
    assert offer(office, case).state == "offered"


def test_locality_that_declares_danger_on_what_it_is_offered_is_told_no_more_than_what_became_of_it(
    office, case, caller
):
    offered = offer(office, case)
    north, at = caller(NORTH), f"/referrals/{case.id}"
    assert north.get(at).status_code == 200
    told = north.post(f"{at}/actions/immediate_danger", DANGER)
    assert (told.status_code, told.headers.get("ETag")) == (200, None)
    assert told.get_json() == {"id": str(case.id), "reference": case.reference, "state": "section_47"}
    assert north.get(at).status_code == 404
    office.session.refresh(offered)
    assert (offered.state, offered.ended_by_id) == ("revoked", office.actor(NORTH).id)


@pytest.mark.parametrize("who", [WEST, "mash_officer", "social_worker", "mash_manager", "emergency_duty_team"])
def test_whoever_may_declare_danger_takes_an_offer_back_by_it_though_they_answer_none(office, case, caller, who):
    offered = offer(office, case, "Derbyshire")
    system, at = caller(who), f"/referrals/{case.id}"
    etag = system.get(at).headers["ETag"]
    told = system.post(f"{at}/actions/immediate_danger", DANGER, If_Match=etag)
    assert (told.status_code, told.get_json()["transfers"][0]["state"]) == (200, "revoked")
    office.session.refresh(offered)
    assert (offered.answer_reason, offered.ended_by_id) == (DANGER["reason"], office.actor(who).id)


def test_danger_to_a_child_in_early_help_reaches_what_another_locality_has_on_offer(office, case, caller):
    offered, helped = offer(office, case), on_early_help(office, case)
    south = caller(SOUTH)
    etag = south.get(f"/referrals/{helped.id}").headers["ETag"]
    told = south.post(f"/referrals/{helped.id}/actions/immediate_danger", DANGER, If_Match=etag)
    assert (told.status_code, told.get_json()["state"]) == (200, "closed")
    office.session.refresh(offered)
    assert (offered.state, offered.ended_by_id) == ("revoked", office.actor(SOUTH).id)
    assert caller(WEST).get(f"/referrals/{case.id}").get_json()["state"] == "section_47"
