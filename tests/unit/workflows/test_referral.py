"""What the referrals of every service share: how one finds its worker, and how its clocks stand still for a while."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.unit.workflows.firing import refusals, words_of_refusal
from workflows.adult_at_risk import ADULT_AT_RISK
from workflows.definition import Table, Transition
from workflows.diagram import page
from workflows.early_help import EARLY_HELP, EarlyHelpContext
from workflows.ehc_assessment import EHC_ASSESSMENT
from workflows.engine import fire
from workflows.guards import has_reason
from workflows.referral import ReferralContext, by_its_team, owned, works_there
from workflows.registry import tables
from workflows.social_care import SOCIAL_CARE, SocialCareContext

WORKED = (
    (SOCIAL_CARE, SocialCareContext, ("allocated", "accepted", "assessment", "section_47", "plan")),
    (EARLY_HELP, EarlyHelpContext, ("allocated", "waiting_list", "accepted", "contacted", "assessment", "plan")),
    (EHC_ASSESSMENT, ReferralContext, ("requested", "assessment", "refused", "plan")),
    (ADULT_AT_RISK, ReferralContext, ("handed_over", "acknowledged")),
)
PAGES = Path(__file__).parents[3] / "docs" / "workflows"
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


@pytest.mark.parametrize("table", [table for table, _context, _states in WORKED], ids=lambda table: table.name)
def test_every_services_page_says_the_same_of_how_a_case_finds_its_worker(table: Table) -> None:
    (module,) = (name for name, each in tables().items() if each is table)
    shared = {row.action: row for row in owned(table.actions["claim"][0].sources)}
    anew = replace(table, transitions=tuple(shared.get(row.action, row) for row in table.transitions))
    assert page(module, anew) == (PAGES / f"{module}.md").read_text(encoding="utf-8")
    assert len(shared) == 5


def test_a_teams_own_step_is_for_its_colleagues_and_a_manager_before_all_else() -> None:
    step = Transition("visit", "Visit", ("open",), None, frozenset({"locality_worker"}), "visited", (has_reason,))
    (own,) = by_its_team(step)
    assert own == replace(step, guards=(works_there, has_reason))
    assert [works_there(ReferralContext(is_colleague=False, is_manager=manager)) for manager in (False, True)] == [
        "another_team",
        None,
    ]


def test_a_refused_closing_lists_the_reasons_there_are() -> None:
    context = EarlyHelpContext(closures=("needs_met", "disengaged"), family_rating=4)
    assert words_of_refusal(EARLY_HELP, "plan", "close", "locality_worker", context) == [
        "Choose why this closes: needs_met, disengaged."
    ]
