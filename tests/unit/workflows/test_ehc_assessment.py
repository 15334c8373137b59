"""An EHC needs assessment: decided in 6 weeks, planned in 20, reviewed every year; danger changes none of it."""

from functools import partial

import pytest

from tests.unit.workflows.firing import refusals, states_without_danger
from workflows.ehc_assessment import EHC_ASSESSMENT, OPEN
from workflows.engine import Fired, fire
from workflows.referral import ANYBODY, ReferralContext

NOTHING = ReferralContext()
REASONED = ReferralContext(reason="Needs can be met at school")
asked = partial(refusals, EHC_ASSESSMENT)


def work(state: str, action: str, context: ReferralContext = NOTHING) -> Fired:
    return fire(EHC_ASSESSMENT, state, action, "early_help_unit", context)


def test_the_request_starts_both_clocks() -> None:
    assert EHC_ASSESSMENT.opens == ("ehc_decision", "ehc_plan")


def test_agreeing_to_assess_meets_the_decisions_clock_and_the_plans_runs_on() -> None:
    fired = work("requested", "agree")
    assert (fired.target, fired.row.stops, fired.row.cancels) == ("assessment", ("ehc_decision",), ())


def test_refusing_to_assess_needs_a_reason_and_leaves_no_plan_to_wait_for() -> None:
    assert asked("requested", "refuse", "early_help_unit", NOTHING) == ["no_reason"]
    fired = work("requested", "refuse", REASONED)
    assert (fired.target, fired.row.stops, fired.row.cancels) == ("refused", ("ehc_decision",), ("ehc_plan",))


@pytest.mark.parametrize(
    ("action", "context", "target", "starts"),
    [("issue_plan", NOTHING, "plan", ("ehc_review",)), ("refuse_plan", REASONED, "refused", ())],
)
def test_the_assessment_ends_in_a_plan_or_a_reasoned_refusal(
    action: str, context: ReferralContext, target: str, starts: tuple[str, ...]
) -> None:
    fired = work("assessment", action, context)
    assert (fired.target, fired.row.stops, fired.row.starts) == (target, ("ehc_plan",), starts)


def test_a_refusal_stands_or_is_looked_at_again_with_a_plans_clock_of_its_own() -> None:
    assert work("refused", "accept_refusal").target == "closed"
    assert asked("refused", "reconsider", "early_help_unit", NOTHING) == ["no_reason"]
    fired = work("refused", "reconsider", REASONED)
    assert (fired.target, fired.row.starts) == ("assessment", ("ehc_plan",))


def test_a_plan_is_reviewed_year_by_year_until_it_ceases() -> None:
    reviewed = work("plan", "review")
    assert (reviewed.target, reviewed.row.stops, reviewed.row.starts) == ("plan", ("ehc_review",), ("ehc_review",))
    assert work("plan", "cease", REASONED).target == "closed"


@pytest.mark.parametrize(
    ("state", "action"),
    [("assessment", "refuse_plan"), ("plan", "cease"), ("requested", "withdraw"), ("assessment", "withdraw")],
)
def test_giving_up_needs_a_reason(state: str, action: str) -> None:
    assert asked(state, action, "early_help_unit", NOTHING) == ["no_reason"]
    assert asked(state, action, "early_help_unit", REASONED) == []


@pytest.mark.parametrize("state", OPEN)
def test_immediate_danger_opens_social_care_beside_it_and_its_clocks_run_on(state: str) -> None:
    fired = work(state, "immediate_danger", REASONED)
    assert (fired.target, fired.row.section_47) == (state, True)
    assert (fired.row.stops, fired.row.cancels) == ((), ())


def test_immediate_danger_is_one_step_from_every_open_state_for_everybody() -> None:
    assert states_without_danger(EHC_ASSESSMENT, ANYBODY, REASONED) == []
