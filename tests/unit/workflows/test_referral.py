"""What the referrals of every service share: how one finds its worker, and how its clocks stand still for a while."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals, words_of_refusal
from workflows.adult_at_risk import ADULT_AT_RISK
from workflows.definition import Table
from workflows.early_help import EARLY_HELP, EarlyHelpContext
from workflows.ehc_assessment import EHC_ASSESSMENT
from workflows.engine import fire
from workflows.referral import ReferralContext
from workflows.social_care import SOCIAL_CARE, SocialCareContext

WORKED = (
    (SOCIAL_CARE, SocialCareContext, ("allocated", "accepted", "assessment", "section_47", "plan")),
    (EARLY_HELP, EarlyHelpContext, ("allocated", "waiting_list", "accepted", "contacted", "assessment", "plan")),
    (EHC_ASSESSMENT, ReferralContext, ("requested", "assessment", "refused", "plan")),
    (ADULT_AT_RISK, ReferralContext, ("handed_over", "acknowledged")),
)
HELD = [(table, context(), state) for table, context, states in WORKED for state in states]
held = pytest.mark.parametrize(("table", "nobodys", "state"), HELD, ids=lambda each: getattr(each, "name", None))


@held
def test_what_nobody_has_is_claimed_by_one_locality_worker(table: Table, nobodys: ReferralContext, state: str) -> None:
    assert fire(table, state, "claim", "locality_worker", nobodys).target == state
    taken = replace(nobodys, owner="A. Reed")
    assert words_of_refusal(table, state, "claim", "locality_worker", taken) == [
        "A. Reed has it. Ask them to hand it over, or ask a manager."
    ]


@held
def test_its_worker_or_a_manager_hands_it_over_with_a_reason(
    table: Table, nobodys: ReferralContext, state: str
) -> None:
    ready = replace(nobodys, owner="A. Reed", reason="On leave", to_worker="B. Lark")
    asked = partial(refusals, table, state, "hand_over")
    assert asked("locality_worker", ready) == ["not_yours"]
    for change in ({"is_owner": True}, {"is_manager": True}):
        assert asked("locality_worker", replace(ready, **change)) == []
        assert asked("locality_worker", replace(ready, to_worker=None, reason=None, **change)) == [
            "no_worker",
            "no_reason",
        ]


@held
def test_reassigning_is_a_managers_and_needs_a_reason_and_somebody(
    table: Table, nobodys: ReferralContext, state: str
) -> None:
    asked = partial(refusals, table, state, "reassign")
    assert asked("locality_manager", nobodys) == ["no_reason", "no_team_or_worker"]
    reasoned = replace(nobodys, reason="On leave")
    for brought in ({"team_code": "early_help_west"}, {"to_worker": "B. Lark"}):
        assert asked("locality_manager", replace(reasoned, **brought)) == []
    assert asked("locality_worker", replace(reasoned, to_worker="B. Lark")) == ["not_your_role"]


@held
def test_a_clock_is_paused_and_runs_on_by_a_managers_reasoned_choice(
    table: Table, nobodys: ReferralContext, state: str
) -> None:
    kinds = frozenset({"assessment"})
    running, standing = replace(nobodys, clocks=kinds), replace(nobodys, paused=kinds)
    brought = {"clock": "assessment", "reason": "The family is abroad", "until": date(2013, 5, 3)}
    unsaid = {
        "pause_clock": ["no_such_clock", "no_until", "no_reason"],
        "resume_clock": ["not_paused", "no_reason"],
    }
    for action, context, other in (("pause_clock", running, standing), ("resume_clock", standing, running)):
        asked = partial(refusals, table, state, action)
        for manager in ("locality_manager", "mash_manager"):
            assert asked(manager, replace(context, **brought)) == []
        for nobody in ("locality_worker", "early_help_unit", "social_worker"):
            assert asked(nobody, replace(context, **brought)) == ["not_your_role"]
        assert asked("locality_manager", context) == unsaid[action]
        assert asked("locality_manager", replace(other, **brought))[0] in ("no_clock_runs", "no_clock_paused")


def test_a_refused_closing_lists_the_reasons_there_are() -> None:
    context = EarlyHelpContext(closures=("needs_met", "disengaged"), family_rating=4)
    assert words_of_refusal(EARLY_HELP, "plan", "close", "locality_worker", context) == [
        "Choose why this closes: needs_met, disengaged."
    ]
