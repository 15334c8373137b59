"""Whose a case is: it changes hands only where somebody has it, and one way at a time."""

import pytest

from tests.acting import a_referral, accepted, act, at_section_47, refused
from tests.making import a_subject, an_enquiry, approve_as, decide_as, screen
from triage.errors import Invalid

WEST, MANAGER = "locality_worker:west", "locality_manager:west"
WHY = {"reason": "Made up"}


@pytest.mark.parametrize("brought", [{"team_code": "social_care_south"}, {"team_code": "social_care_north"}])
def test_case_that_is_on_offer_is_not_given_to_somebody_else_meanwhile(office, brought):
    case = act(office, WEST, accepted(office), "offer_transfer", transfer_to="social_care_north", **WHY)
    assert list(refused(office, "mash_manager", case, "reassign", **brought, **WHY)) == ["transfer_offered"]
    act(office, WEST, case.transfers[0], "revoke_transfer", **WHY)
    act(office, "mash_manager", case, "reassign", **brought, **WHY)
    assert case.team_code == brought["team_code"]


def test_case_that_is_on_offer_is_not_returned_meanwhile(office):
    case = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_west")
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", **WHY)
    assert list(refused(office, WEST, case, "return", **WHY)) == ["transfer_offered"]


def test_locality_gives_its_cases_to_its_own_teams_and_offers_them_to_others(office):
    case = accepted(office)
    office.actor(MANAGER)
    with pytest.raises(Invalid, match="Offer them the case instead"), office.session.begin_nested():
        act(office, MANAGER, case, "reassign", team_code="social_care_north", **WHY)
    act(office, MANAGER, case, "reassign", worker_id=office.actor(WEST).id, **WHY)
    assert (case.team_code, case.worker_id) == ("social_care_west", office.actor(WEST).id)


@pytest.mark.parametrize(("who", "action"), [(WEST, "claim"), ("mash_manager", "hand_over")])
def test_case_that_no_team_has_yet_is_allocated_first(office, who, action):
    case = a_referral(office)
    act(office, "mash_officer", case, "immediate_danger", **WHY)
    brought = {"worker_id": office.actor("mash_manager").id} if action == "hand_over" else {}
    told = refused(office, who, case, action, **brought, **WHY)
    assert "No team has it yet. Have it allocated first." in told.values()


@pytest.mark.parametrize("who", [MANAGER, "mash_manager", "early_help_unit"])
def test_whoever_manages_referrals_hands_over_a_case_that_is_a_colleagues(office, who):
    case = act(office, WEST, accepted(office), "claim")
    colleague = {"worker_id": office.actor("locality_worker 2:west").id}
    assert list(refused(office, "locality_worker 2:west", case, "hand_over", **colleague, **WHY)) == ["not_yours"]
    act(office, who, case, "hand_over", **colleague, **WHY)
    assert case.worker_id == colleague["worker_id"]


def test_case_is_allocated_once_its_offer_has_been_answered(office):
    case = at_section_47(office)
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", **WHY)
    told = refused(office, "mash_manager", case, "allocate", team_code="social_care_south")
    assert set(told) == {"transfer_offered", "has_a_team"}


def test_child_who_takes_the_place_of_one_who_was_split_off_has_a_reference_of_their_own(office):
    enquiry = an_enquiry(office, subjects=(a_subject(given_name="Ava"), a_subject(given_name="Ben")))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    act(office, "social_worker", enquiry, "reopen", **WHY)
    act(office, "social_worker", enquiry, "split", subject_ids=(enquiry.subjects[1].id,), **WHY)
    office.session.expire_all()
    later = an_enquiry(office, subjects=(a_subject(given_name="Cy"),))
    act(office, "social_worker", later, "join", into_reference=enquiry.reference, **WHY)
    office.session.expire_all()
    ava, cy = enquiry.subjects
    act(office, "social_worker", enquiry, "finish_screening", **WHY)
    for case in enquiry.referrals:
        act(office, "mash_manager", case, "allocate", team_code="social_care_west")
        act(office, WEST, case, "accept")
        act(office, WEST, case, "close", closure="RC1")
    decide_as(office, "social_worker 2", enquiry, approve=False, route="social_care", level=4)
    approve_as(office, "mash_manager 3", enquiry)
    office.session.flush()
    first = enquiry.reference.replace("ENQ", "REF")
    assert (ava.ordinal, cy.ordinal) == (1, 2)
    assert sorted(each.reference for each in enquiry.referrals) == [f"{first}-{n}" for n in ("1", "1.2", "2", "2.2")]
