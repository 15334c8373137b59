"""A social care referral: allocated, assessed, discussed, planned for, closed; what each step asks for."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.unit.workflows.firing import allowed, refusals, states_without_danger, words_of_refusal
from workflows.engine import Fired, fire
from workflows.referral import ANYBODY
from workflows.social_care import ASSESSED, CALLS_FROM, CLOSURES, HARM, HELD, OPEN, SOCIAL_CARE, SocialCareContext

NOTHING = SocialCareContext(closures=CLOSURES)
REASONED = replace(NOTHING, reason="Found hurt")
ASSESSED_CHILD = replace(NOTHING, is_assessed=True)
FOUND = replace(NOTHING, child_seen=False, primary_need="N1", factors=("16A",))
HELPED_CHILD = replace(ASSESSED_CHILD, early_help_open=True)
EVERYBODY = frozenset({"police", "health", "social_care", "school"})
asked = partial(refusals, SOCIAL_CARE)
told = partial(words_of_refusal, SOCIAL_CARE)


def work(state: str, action: str, context: SocialCareContext, role: str = "locality_worker") -> Fired:
    return fire(SOCIAL_CARE, state, action, role, context)


@pytest.mark.parametrize("state", ["requested", "returned"])
def test_allocating_needs_a_team_and_starts_the_acceptance_clock(state: str) -> None:
    assert asked(state, "allocate", "mash_officer", NOTHING) == ["no_team"]
    fired = work(state, "allocate", replace(NOTHING, team_code="social_care_west"), "system")
    assert (fired.target, fired.row.starts) == ("allocated", ("acceptance",))
    assert fired.row.stops == ("allocation", "reallocation")


@pytest.mark.parametrize("state", ASSESSED)
def test_a_child_in_danger_before_any_team_had_the_case_is_given_one_later(state: str) -> None:
    ready = replace(NOTHING, team_code="social_care_west", has_team=False)
    fired = work(state, "allocate", ready, "mash_officer")
    assert (fired.target, fired.row.starts, fired.row.stops) == (state, (), ("allocation", "reallocation"))
    assert asked(state, "allocate", "mash_officer", replace(ready, has_team=True)) == ["has_a_team"]
    assert asked(state, "allocate", "mash_officer", replace(ready, team_code=None)) == ["no_team"]


def test_accepting_starts_first_contact() -> None:
    fired = work("allocated", "accept", NOTHING)
    assert (fired.target, fired.row.starts, fired.row.stops) == ("accepted", ("first_contact",), ("acceptance",))


def test_returning_needs_a_reason_and_starts_reallocation() -> None:
    assert asked("allocated", "return", "locality_worker", NOTHING) == ["no_reason"]
    fired = work("allocated", "return", REASONED)
    assert (fired.target, fired.row.starts, fired.row.stops) == ("returned", ("reallocation",), ("acceptance",))


def test_starting_the_assessment_meets_first_contact_and_not_the_assessments_own_clock() -> None:
    fired = work("accepted", "start_assessment", NOTHING)
    assert (fired.target, fired.row.stops, fired.row.starts) == ("assessment", ("first_contact",), ())


@pytest.mark.parametrize("state", ASSESSED)
def test_an_assessment_is_extended_only_with_a_reason_and_a_new_date(state: str) -> None:
    assert asked(state, "extend_assessment", "locality_worker", NOTHING) == ["no_reason", "no_new_date"]
    ready = replace(REASONED, expected_on=date(2013, 9, 2))
    assert asked(state, "extend_assessment", "locality_worker", ready) == []
    assert work(state, "extend_assessment", ready).row.stops == ()
    assert told(state, "extend_assessment", "locality_worker", replace(ready, latest_expected_on=date(2013, 9, 1))) == [
        "An extension is twenty working days at most. Choose a day up to Sunday 1 September 2013."
    ]
    assert (
        asked(state, "extend_assessment", "locality_worker", replace(ready, latest_expected_on=date(2013, 9, 2))) == []
    )


@pytest.mark.parametrize("state", ASSESSED)
def test_an_assessment_that_is_late_is_completed_with_a_reason(state: str) -> None:
    late = replace(FOUND, is_late=True)
    assert asked(state, "complete_assessment", "locality_worker", late) == ["late_assessment"]
    assert asked(state, "complete_assessment", "locality_worker", replace(late, reason="Two homes")) == []
    fired = work(state, "complete_assessment", FOUND)
    assert (fired.target, fired.row.stops) == (state, ("assessment", "core_assessment"))


@pytest.mark.parametrize("state", ASSESSED)
def test_a_core_assessment_follows_an_initial_one_and_never_a_single_one(state: str) -> None:
    initial = replace(ASSESSED_CHILD, two_assessments=True)
    assert work(state, "start_core_assessment", initial).row.starts == ("core_assessment",)
    assert asked(state, "start_core_assessment", "locality_worker", ASSESSED_CHILD) == ["initial_and_core_only"]
    unfinished = replace(initial, is_assessed=False)
    assert asked(state, "start_core_assessment", "locality_worker", unfinished) == ["not_assessed"]


@pytest.mark.parametrize("state", CALLS_FROM)
def test_police_health_and_social_care_are_invited_to_every_strategy_discussion(state: str) -> None:
    two = replace(NOTHING, invited=frozenset({"police", "school"}))
    assert told(state, "call_strategy_discussion", "locality_worker", two) == [
        "Police, health and social care take part in every strategy discussion. Not invited: health, social care."
    ]
    fired = work(state, "call_strategy_discussion", replace(NOTHING, invited=EVERYBODY))
    assert (fired.target, fired.row.starts) == ("strategy_discussion", ("strategy_discussion",))


@pytest.mark.parametrize(
    ("action", "target"), [("open_section_47", "section_47"), ("decline_section_47", "assessment")]
)
def test_a_discussion_without_one_who_must_take_part_needs_a_reason(action: str, target: str) -> None:
    absent = replace(NOTHING, came=EVERYBODY - {"health"})
    assert "absent_unexplained" in asked("strategy_discussion", action, "locality_worker", absent)
    assert told("strategy_discussion", action, "locality_worker", absent)[-1] == (
        "Say who came. Missing: health. Wait for them, or give a reason for going ahead without."
    )
    fired = work("strategy_discussion", action, replace(absent, reason="The doctor was called away"))
    assert (fired.target, fired.row.stops) == (target, ("strategy_discussion",))


@pytest.mark.parametrize("action", ["open_section_47", "decline_section_47"])
@pytest.mark.parametrize("came", [(), ("social_care",), ("police", "health"), ("police", "health", "school")])
def test_a_discussion_is_not_held_by_one_alone_nor_without_social_care(action: str, came: tuple[str, ...]) -> None:
    explained = replace(REASONED, came=frozenset(came))
    assert told("strategy_discussion", action, "locality_worker", explained) == [
        "Say who came. A strategy discussion takes social care and at least one other agency: without them it was not"
        " held."
    ]


@pytest.mark.parametrize("other", ["police", "health", "school"])
def test_one_agency_beside_social_care_holds_a_discussion_and_the_reason_answers_for_the_others(other: str) -> None:
    came = replace(NOTHING, came=frozenset({"social_care", other}))
    assert asked("strategy_discussion", "open_section_47", "locality_worker", came) == ["absent_unexplained"]
    explained = replace(came, reason="They were rung, and could not come before tomorrow")
    assert work("strategy_discussion", "open_section_47", explained).target == "section_47"


def test_a_full_discussion_opens_section_47_at_once_but_its_refusal_is_explained() -> None:
    full = replace(NOTHING, came=EVERYBODY)
    assert work("strategy_discussion", "open_section_47", full).row.starts == ("conference",)
    assert asked("strategy_discussion", "decline_section_47", "locality_worker", full) == ["no_reason"]


@pytest.mark.parametrize(
    ("state", "action"), [("section_47", "end_section_47"), ("strategy_discussion", "decline_section_47")]
)
def test_no_conference_is_awaited_once_section_47_is_over(state: str, action: str) -> None:
    assert asked(state, action, "locality_worker", replace(NOTHING, came=EVERYBODY)) == ["no_reason"]
    fired = work(state, action, replace(REASONED, came=EVERYBODY))
    assert (fired.target, fired.row.cancels) == ("assessment", ("conference",))


@pytest.mark.parametrize("action", ["make_protection_plan", "make_plan"])
def test_a_conference_makes_a_plan_and_meets_its_clock(action: str) -> None:
    assert work("section_47", "call_conference", NOTHING).target == "conference"
    fired = work("conference", action, replace(NOTHING, category_of_abuse="NEG"))
    assert (fired.target, fired.row.stops) == ("plan", ("conference", "plan_review"))
    assert fired.row.starts == ("plan_review",)


def test_a_plan_follows_an_assessment_without_a_conference() -> None:
    assert asked("assessment", "make_plan", "locality_worker", NOTHING) == ["not_assessed"]
    assert work("assessment", "make_plan", ASSESSED_CHILD).target == "plan"


def test_a_protection_plan_is_ended_with_a_reason_where_there_is_one() -> None:
    protected = replace(NOTHING, child_protection_plan=True)
    assert asked("plan", "end_protection_plan", "locality_worker", NOTHING) == ["no_protection_plan", "no_reason"]
    assert asked("plan", "end_protection_plan", "locality_worker", protected) == ["no_reason"]
    assert work("plan", "end_protection_plan", replace(protected, reason="Safe for a year")).target == "plan"


@pytest.mark.parametrize("state", ["assessment", "plan"])
def test_stepping_down_needs_an_assessment_consent_and_a_lead_practitioner(state: str) -> None:
    assert asked(state, "step_down", "locality_worker", NOTHING) == [
        "not_assessed",
        "consent_not_given",
        "no_lead_practitioner",
    ]
    ready = replace(ASSESSED_CHILD, consent="given", lead_practitioner="A. Reed")
    assert work(state, "step_down", ready).target == "closed"
    assert asked(state, "step_down", "locality_worker", replace(ready, consent="refused")) == ["consent_not_given"]


@pytest.mark.parametrize("state", ["assessment", "plan"])
def test_a_child_on_a_protection_plan_does_not_step_down(state: str) -> None:
    ready = replace(ASSESSED_CHILD, consent="given", lead_practitioner="A. Reed", child_protection_plan=True)
    assert asked(state, "step_down", "locality_worker", ready) == ["on_protection_plan"]


@pytest.mark.parametrize("state", ["accepted", "assessment", "conference", "plan"])
def test_closing_takes_one_of_the_censuss_reasons(state: str) -> None:
    for closure in CLOSURES:
        assert asked(state, "close", "locality_worker", replace(HELPED_CHILD, closure=closure)) == []
    for closure in (None, "RC10", "needs_met"):
        assert asked(state, "close", "locality_worker", replace(ASSESSED_CHILD, closure=closure)) == ["no_closure"]
    moved = replace(ASSESSED_CHILD, closure="RC5")
    assert asked(state, "close", "locality_worker", moved) == ["no_closure", "offer_it_instead"]


@pytest.mark.parametrize("closure", ["RC8", "RC9"])
def test_closed_after_assessment_needs_one(closure: str) -> None:
    assert asked("plan", "close", "locality_worker", replace(NOTHING, closure=closure)) == ["not_assessed"]


@pytest.mark.parametrize("state", ["accepted", "assessment", "conference", "plan"])
def test_closed_to_early_help_only_where_early_help_has_the_child(state: str) -> None:
    assert told(state, "close", "locality_worker", replace(ASSESSED_CHILD, closure="RC9")) == [
        "Step down instead, so that early help has the child."
    ]
    assert asked(state, "close", "locality_worker", replace(HELPED_CHILD, closure="RC9")) == []
    assert asked(state, "close", "locality_worker", replace(ASSESSED_CHILD, closure="RC8")) == []


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_protection_plan_is_ended_before_the_child_is_no_longer_in_need(closure: str) -> None:
    protected = replace(HELPED_CHILD, child_protection_plan=True, closure=closure)
    barred = ["on_protection_plan"] if closure in ("RC7", "RC8", "RC9") else []
    assert asked("plan", "close", "locality_worker", protected) == barred


@pytest.mark.parametrize("state", HELD)
def test_one_offer_at_a_time_says_to_whom_and_why(state: str) -> None:
    assert asked(state, "offer_transfer", "locality_worker", NOTHING) == ["no_transfer_to", "no_reason"]
    ready = replace(REASONED, transfer_to="Leicestershire")
    fired = work(state, "offer_transfer", ready)
    assert (fired.target, fired.row.stops, fired.row.cancels) == (state, (), ())
    assert asked(state, "offer_transfer", "locality_worker", replace(ready, transfer_offered=True)) == [
        "transfer_offered"
    ]


def test_what_is_on_offer_is_neither_closed_nor_stepped_down() -> None:
    offered = replace(
        ASSESSED_CHILD, closure="RC8", consent="given", lead_practitioner="A. Reed", transfer_offered=True
    )
    for action in ("close", "step_down"):
        assert asked("plan", action, "locality_worker", offered) == ["transfer_offered"]


def test_immediate_danger_is_one_step_from_every_open_state_for_everybody() -> None:
    assert states_without_danger(SOCIAL_CARE, ANYBODY, REASONED) == []


@pytest.mark.parametrize("state", ["requested", "allocated", "returned", "accepted", "assessment", "plan"])
def test_immediate_danger_opens_section_47_and_drops_what_it_overtakes(state: str) -> None:
    fired = work(state, "immediate_danger", REASONED)
    assert (fired.target, fired.row.section_47) == ("section_47", True)
    assert (fired.row.cancels, fired.row.stops) == (("acceptance", "first_contact", "outcome"), ())
    assert fired.row.starts == ("strategy_discussion",)


@pytest.mark.parametrize("state", HARM)
def test_immediate_danger_leaves_the_protection_that_is_under_way_where_it_is(state: str) -> None:
    fired = work(state, "immediate_danger", REASONED)
    assert (fired.target, fired.row.section_47, fired.row.cancels) == (state, True, ())
    assert fired.row.starts == ("strategy_discussion",)


@pytest.mark.parametrize("state", OPEN)
def test_the_hub_asks_for_a_discussion_wherever_a_case_stands(state: str) -> None:
    fired = work(state, "ask_for_discussion", REASONED, "mash_officer")
    assert (fired.target, fired.row.starts) == (state, ("strategy_discussion",))
    assert asked(state, "ask_for_discussion", "mash_officer", NOTHING) == ["no_reason"]


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("section_47", "call_conference"),
        ("section_47", "end_section_47"),
        ("assessment", "make_plan"),
        ("conference", "make_plan"),
        ("plan", "end_protection_plan"),
        ("assessment", "step_down"),
    ],
)
def test_a_discussion_that_is_owed_comes_first(state: str, action: str) -> None:
    assert "no_discussion" in asked(state, action, "locality_worker", replace(ASSESSED_CHILD, discussion_owed=True))


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_child_whose_discussion_is_owed_is_not_called_no_longer_in_need(closure: str) -> None:
    owed = replace(HELPED_CHILD, discussion_owed=True, closure=closure)
    barred = ["no_discussion"] if closure in ("RC7", "RC8", "RC9") else []
    assert asked("plan", "close", "locality_worker", owed) == barred


@pytest.mark.parametrize("action", ["call_strategy_discussion", "open_section_47", "decline_section_47", "allocate"])
def test_the_emergency_duty_team_allocates_and_holds_discussions(action: str) -> None:
    rows = SOCIAL_CARE.actions[action]
    assert all("emergency_duty_team" in row.by for row in rows)


def test_only_the_team_that_has_a_case_or_a_manager_works_it() -> None:
    elsewhere = replace(NOTHING, is_colleague=False)
    assert asked("allocated", "accept", "locality_worker", elsewhere) == ["another_team"]
    assert asked("allocated", "accept", "locality_manager", replace(elsewhere, is_manager=True)) == []


def test_the_cases_of_the_first_version_are_assessed() -> None:
    assert (SOCIAL_CARE.version, SOCIAL_CARE.moves) == (2, {1: {"in_progress": "assessment"}})


@pytest.mark.parametrize("role", ["analyst", "partner_system"])
def test_nobody_else_may_do_anything(role: str) -> None:
    assert [state for state in SOCIAL_CARE.states if allowed(SOCIAL_CARE, state, role, REASONED)] == []


@pytest.mark.parametrize(
    ("factors", "refused"),
    [
        ((), ["no_factors"]),
        (("21",), []),
        (("21", "1A"), ["none_and_others"]),
        (("1A", "1A"), ["factor_twice"]),
        (("1A", "1B"), []),
    ],
)
def test_an_assessment_says_each_factor_once_and_none_alone(factors: tuple[str, ...], refused: list[str]) -> None:
    assert asked("assessment", "complete_assessment", "locality_worker", replace(FOUND, factors=factors)) == refused


def test_an_assessment_says_whether_the_child_was_seen() -> None:
    unsaid = replace(FOUND, child_seen=None)
    assert asked("assessment", "complete_assessment", "locality_worker", unsaid) == ["child_seen_unsaid"]


def test_the_primary_need_is_typed_once() -> None:
    unsaid = replace(FOUND, primary_need=None)
    assert asked("assessment", "complete_assessment", "locality_worker", unsaid) == ["no_primary_need"]
    assert asked("assessment", "complete_assessment", "locality_worker", replace(unsaid, need_known=True)) == []
    assert asked("plan", "say_primary_need", "locality_worker", replace(unsaid, need_known=True)) == ["no_primary_need"]


@pytest.mark.parametrize("closure", ["RC8", "RC9"])
def test_what_went_further_is_not_closed_as_after_assessment(closure: str) -> None:
    further = replace(HELPED_CHILD, closure=closure, went_further=True)
    assert asked("plan", "close", "locality_worker", further) == ["went_further"]
    assert asked("plan", "close", "locality_worker", replace(further, closure="RC7")) == []
