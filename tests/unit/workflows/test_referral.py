"""A referral's guards: what each asks for, and whom."""

from dataclasses import replace

import pytest

from workflows.engine import Refused, fire
from workflows.referral import CLOSURES, REFERRAL, ReferralContext

CARE = ReferralContext(service="social_care")
HELP = ReferralContext(service="early_help")


def refusals(state: str, action: str, context: ReferralContext, role: str = "locality_manager") -> list[str]:
    """The codes with which the action is refused; none where it may be done."""
    try:
        fire(REFERRAL, state, action, role, context)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


@pytest.mark.parametrize("state", ["requested", "returned"])
def test_allocating_needs_a_team_and_starts_the_acceptance_clock(state: str) -> None:
    assert refusals(state, "allocate", CARE, "mash_officer") == ["no_team"]
    fired = fire(REFERRAL, state, "allocate", "system", replace(CARE, team_code="social_care_west"))
    assert (fired.target, fired.starts, fired.stops) == ("allocated", ("acceptance",), ("allocation", "reallocation"))


def test_accepting_starts_first_contact() -> None:
    fired = fire(REFERRAL, "allocated", "accept", "locality_worker", CARE)
    assert (fired.target, fired.starts, fired.stops) == ("accepted", ("first_contact",), ("acceptance",))


def test_returning_needs_a_reason_and_starts_reallocation() -> None:
    assert refusals("allocated", "return", CARE) == ["no_reason"]
    fired = fire(REFERRAL, "allocated", "return", "locality_worker", replace(CARE, reason="Lives in the south"))
    assert (fired.target, fired.starts, fired.stops) == ("returned", ("reallocation",), ("acceptance",))


@pytest.mark.parametrize("state", ["allocated", "accepted", "in_progress"])
def test_reassigning_needs_a_reason_and_somebody_and_stays(state: str) -> None:
    assert refusals(state, "reassign", CARE) == ["no_reason", "no_team_or_worker"]
    ready = replace(CARE, reason="On leave", worker_id="7")
    assert fire(REFERRAL, state, "reassign", "locality_manager", ready).target == state
    assert refusals(state, "reassign", ready, "locality_worker") == ["not_your_role"]


@pytest.mark.parametrize("service", CLOSURES)
def test_closing_takes_a_reason_of_that_service(service: str) -> None:
    other = next(each for each in CLOSURES if each != service)
    for closure in CLOSURES[service]:
        assert refusals("in_progress", "close", ReferralContext(service=service, closure=closure)) == []
    for closure in (None, "tired", *CLOSURES[other]):
        assert refusals("in_progress", "close", ReferralContext(service=service, closure=closure)) == ["no_closure"]


def test_a_refused_closing_lists_the_reasons_there_are() -> None:
    with pytest.raises(Refused, match="needs_met, needs_partly_met, disengaged, consent_withdrawn"):
        fire(REFERRAL, "accepted", "close", "locality_worker", HELP)


@pytest.mark.parametrize("state", ["accepted", "in_progress"])
def test_only_early_help_steps_up_and_says_why(state: str) -> None:
    assert refusals(state, "step_up", CARE) == ["not_early_help", "no_reason"]
    assert refusals(state, "step_up", HELP) == ["no_reason"]
    assert refusals(state, "step_up", replace(HELP, reason="Worse")) == []


def test_stepping_down_needs_consent_and_a_lead_practitioner() -> None:
    assert refusals("in_progress", "step_down", CARE) == ["consent_not_given", "no_lead_practitioner"]
    assert refusals("in_progress", "step_down", replace(CARE, consent="given", lead_practitioner="A. Reed")) == []
    assert "not_social_care" in refusals("in_progress", "step_down", HELP)


def test_a_child_on_a_protection_plan_does_not_step_down() -> None:
    protected = replace(CARE, consent="given", lead_practitioner="A. Reed", child_protection_plan=True)
    assert refusals("in_progress", "step_down", protected) == ["on_protection_plan"]


@pytest.mark.parametrize("state", REFERRAL.urgent_states)
def test_immediate_danger_leads_early_help_to_social_care_in_one_step(state: str) -> None:
    fired = fire(REFERRAL, state, "immediate_danger", "locality_worker", replace(HELP, reason="Found hurt"))
    assert fired.target == "closed"
    assert refusals(state, "immediate_danger", replace(CARE, reason="Found hurt")) == ["not_early_help"]


def test_ending_early_meets_no_clock_that_still_runs() -> None:
    for action in ("immediate_danger", "step_up", "step_down", "close"):
        assert {each.stops for each in REFERRAL.actions[action]} == {()}
