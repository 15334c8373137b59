"""Another authority: told of a child, and not done with until they say that they have taken the child on."""

from dataclasses import replace
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals
from workflows.engine import fire
from workflows.other_authority import CLOSURES, OPEN, OTHER_AUTHORITY, OtherAuthorityContext
from workflows.refusals import words

READY = OtherAuthorityContext(closures=CLOSURES, reason="B. Lark, duty social worker, at ten")
asked = partial(refusals, OTHER_AUTHORITY)


def test_telling_them_starts_the_clock_that_their_yes_meets() -> None:
    assert OTHER_AUTHORITY.opens == ("authority_acknowledgement",)
    fired = fire(OTHER_AUTHORITY, "handed_over", "record_acknowledgement", "mash_officer", READY)
    assert (fired.target, fired.row.stops) == ("closed", ("authority_acknowledgement",))


@pytest.mark.parametrize("answer", ["record_acknowledgement", "record_refusal"])
def test_an_answer_says_who_gave_it_and_is_a_named_authoritys(answer: str) -> None:
    said_by_nobody = replace(READY, reason=None)
    assert asked("handed_over", answer, "mash_officer", said_by_nobody) == ["no_reason"]
    unknown = replace(READY, has_authority=False)
    assert asked("handed_over", answer, "mash_officer", unknown) == ["authority_unnamed"]


def test_a_yes_is_recorded_by_another_and_under_section_47_by_the_hubs_manager() -> None:
    own = replace(READY, is_own_hand_over=True)
    assert asked("handed_over", "record_acknowledgement", "mash_manager", own) == ["own_hand_over"]
    harm = replace(READY, section_47=True)
    assert asked("handed_over", "record_acknowledgement", "mash_officer", harm) == ["manager_records"]
    assert asked("handed_over", "record_acknowledgement", "mash_manager", replace(harm, is_hub_manager=True)) == []


def test_chasing_is_a_call_of_which_it_is_said_whom_and_what() -> None:
    assert OTHER_AUTHORITY.actions["chase"][0].says == "Chased by telephone"
    assert asked("handed_over", "chase", "mash_officer", replace(READY, reason=None)) == ["no_reason"]


def test_a_refusal_leaves_the_case_open_with_a_clock_of_ours() -> None:
    fired = fire(OTHER_AUTHORITY, "handed_over", "record_refusal", "early_help_unit", READY)
    assert (fired.target, fired.row.stops) == ("refused", ("authority_acknowledgement",))
    assert fired.row.starts == ("authority_refusal",)
    assert "refused" in OTHER_AUTHORITY.open_states
    assert asked("refused", "record_acknowledgement", "mash_manager", READY) == ["not_in_this_state"]


@pytest.mark.parametrize("state", OPEN)
def test_it_is_handed_over_again_to_an_authority_that_is_named(state: str) -> None:
    assert asked(state, "hand_over_again", "mash_officer", READY) == ["no_authority"]
    named = replace(READY, has_authority=False, transfer_to="Leicester")
    fired = fire(OTHER_AUTHORITY, state, "hand_over_again", "mash_officer", named)
    assert (fired.target, fired.row.starts) == ("handed_over", ("authority_acknowledgement",))


@pytest.mark.parametrize("state", OPEN)
def test_whoever_may_reopen_an_enquiry_takes_the_child_back(state: str) -> None:
    for role in ("social_worker", "mash_manager", "emergency_duty_team"):
        assert fire(OTHER_AUTHORITY, state, "take_back", role, READY).target == "closed"
    for role in ("mash_officer", "early_help_unit", "locality_manager"):
        assert asked(state, "take_back", role, READY) == ["not_your_role"]


@pytest.mark.parametrize("action", ["record_acknowledgement", "record_refusal", "hand_over_again", "chase"])
def test_it_is_the_hubs_by_day_and_by_night_and_no_localitys(action: str) -> None:
    ready = replace(READY, transfer_to="Leicester")
    assert asked("handed_over", action, "locality_worker", ready) == ["not_your_role"]
    assert fire(OTHER_AUTHORITY, "handed_over", action, "emergency_duty_team", ready)


def test_its_clocks_are_not_paused() -> None:
    assert {"pause_clock", "resume_clock"} & set(OTHER_AUTHORITY.actions) == set()


def test_an_enquiry_that_waits_for_them_is_told_so() -> None:
    assert "another authority has not taken the child on" in words("referrals_pending")
