"""An enquiry's guards outside the decision itself: what each action asks for, and whom."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.unit.workflows.firing import allowed, refusals, states_without_danger, words_of_refusal
from workflows.engine import fire
from workflows.enquiry import ASKS, ENQUIRY, HUB, OPEN, UNDECIDED, WEIGHS, EnquiryContext

NOTHING = EnquiryContext()
REASONED = EnquiryContext(reason="New facts")
DAY_ROLES = ("mash_officer", "social_worker", "mash_manager")
asked = partial(refusals, ENQUIRY)
told = partial(words_of_refusal, ENQUIRY)


@pytest.mark.parametrize("role", sorted(WEIGHS))
def test_screening_is_started_by_whoever_has_it_or_comes_first(role: str) -> None:
    another = EnquiryContext(owner="A. Reed")
    assert asked("received", "start_screening", role, NOTHING) == []
    assert asked("received", "start_screening", role, replace(another, is_owner=True)) == []
    assert told("received", "start_screening", role, another) == [
        "A. Reed has it. Ask them to hand it over, or ask a manager."
    ]


@pytest.mark.parametrize(
    ("rag", "current", "reason", "codes"),
    [
        ("amber", None, None, []),
        (None, None, None, ["rag_missing"]),
        ("purple", None, None, ["rag_missing"]),
        ("red", "amber", None, ["no_reason"]),
        ("red", "amber", "New bruise", []),
        ("red", "red", "New bruise", ["rag_unchanged"]),
        ("red", "red", None, ["rag_unchanged"]),
    ],
)
def test_a_changed_rag_needs_a_reason(
    rag: str | None, current: str | None, reason: str | None, codes: list[str]
) -> None:
    context = EnquiryContext(rag=rag, current_rag=current, reason=reason)
    assert asked("screening", "set_rag", "social_worker", context) == codes


@pytest.mark.parametrize(
    ("timed", "below"), [("red", ("amber", "green")), ("amber", ("green",)), ("green", ()), (None, ())]
)
def test_a_first_rag_below_the_colour_that_screening_runs_by_needs_a_reason(
    timed: str | None, below: tuple[str, ...]
) -> None:
    for rag in ("red", "amber", "green"):
        context = EnquiryContext(rag=rag, timed_rag=timed)
        assert asked("screening", "set_rag", "social_worker", context) == (["no_reason"] if rag in below else [])
        assert asked("screening", "set_rag", "social_worker", replace(context, reason="Seen by the GP")) == []
    assert asked("screening", "set_rag", "social_worker", EnquiryContext(timed_rag=timed)) == ["rag_missing"]


def test_a_changed_rag_needs_a_reason_whatever_the_clock_runs_by() -> None:
    for timed in ("red", "amber", "green"):
        context = EnquiryContext(rag="amber", current_rag="green", timed_rag=timed)
        assert asked("screening", "set_rag", "social_worker", context) == ["no_reason"]


@pytest.mark.parametrize("state", [*ASKS, "on_hold", "awaiting_approval"])
def test_a_rag_changes_wherever_information_may_still_arrive(state: str) -> None:
    assert fire(ENQUIRY, state, "set_rag", "social_worker", EnquiryContext(rag="red")).target == state


@pytest.mark.parametrize(
    ("brought", "codes"),
    [
        ({}, ["no_lawful_basis", "no_consent_to_ask"]),
        ({"lawful_basis": "public_task"}, ["no_consent_to_ask"]),
        ({"lawful_basis": "public_task", "consent": "refused"}, ["no_consent_to_ask"]),
        ({"lawful_basis": "public_task", "consent_reason": "Asking would raise the risk"}, ["no_consent_to_ask"]),
        ({"consent": "given"}, ["no_lawful_basis"]),
        ({"lawful_basis": "public_task", "consent": "given"}, []),
        (
            {"lawful_basis": "public_task", "consent": "not_safe_to_ask", "consent_reason": "Would raise the risk"},
            [],
        ),
    ],
)
def test_a_partner_is_asked_with_a_lawful_basis_and_consent_or_why_not(
    brought: dict[str, str], codes: list[str]
) -> None:
    assert asked("screening", "request_check", "social_worker", EnquiryContext(**brought)) == codes


@pytest.mark.parametrize("state", ASKS)
def test_asking_a_partner_leads_to_checking_from_wherever_it_may_be_asked(state: str) -> None:
    ready = EnquiryContext(lawful_basis="public_task", consent="given")
    assert fire(ENQUIRY, state, "request_check", "social_worker", ready).target == "checking"


@pytest.mark.parametrize("state", ["screening", "checking"])
def test_sending_for_decision_needs_a_rag_and_stops_the_screening_clock_alone(state: str) -> None:
    assert asked(state, "finish_screening", "social_worker", NOTHING) == ["no_rag"]
    fired = fire(ENQUIRY, state, "finish_screening", "social_worker", EnquiryContext(current_rag="green"))
    assert (fired.target, fired.row.stops) == ("awaiting_decision", ("screening",))


def test_going_on_without_answers_needs_a_reason_and_names_who_is_still_out() -> None:
    waiting = EnquiryContext(current_rag="red", out=("Police", "School"))
    assert told("checking", "finish_screening", "social_worker", waiting) == [
        "Not answered yet: Police, School. Wait, or give a reason for going on without."
    ]
    ready = replace(waiting, reason="The child goes home at three")
    assert asked("checking", "finish_screening", "social_worker", ready) == []


@pytest.mark.parametrize("state", ["received", *ASKS])
def test_holding_needs_a_reason_and_is_taken_up_as_screening(state: str) -> None:
    assert asked(state, "hold", "social_worker", NOTHING) == ["no_reason"]
    held = fire(ENQUIRY, state, "hold", "social_worker", REASONED)
    assert (held.target, held.row.stops, held.row.cancels) == ("on_hold", (), ())
    assert fire(ENQUIRY, "on_hold", "resume", "social_worker", NOTHING).target == "screening"


@pytest.mark.parametrize("state", UNDECIDED)
def test_new_information_goes_to_an_open_case_with_a_reason_unless_section_47_is_recommended(state: str) -> None:
    assert asked(state, "attach", "mash_officer", NOTHING) == ["no_reason"]
    fired = fire(ENQUIRY, state, "attach", "mash_officer", REASONED)
    assert (fired.target, fired.row.stops) == ("closed", ("screening", "decision"))
    grave = replace(REASONED, section_47_recommended=True)
    assert asked(state, "attach", "mash_officer", grave) == ["decide_section_47"]


@pytest.mark.parametrize("role", ["mash_officer", "social_worker", "mash_manager", "emergency_duty_team"])
def test_level_4_is_not_given_to_early_help_alone_by_anybody(role: str) -> None:
    context = replace(REASONED, early_help_alone=("Ada Fern", "Ben Fern"))
    assert told("checking", "attach", role, context) == [
        "Level 4, and the only open case is early help: Ada Fern, Ben Fern. Decide the enquiry instead."
    ]


def test_information_about_a_child_without_an_open_case_is_decided() -> None:
    context = replace(REASONED, without_case=("Ada Fern", "Ben Fern"))
    assert told("screening", "attach", "mash_officer", context) == [
        "No open case: Ada Fern, Ben Fern. Decide the enquiry instead."
    ]


@pytest.mark.parametrize(
    ("subjects", "moving", "codes"),
    [(1, 0, ["one_subject", "nobody_moves"]), (3, 0, ["nobody_moves"]), (3, 3, ["everybody_moves"]), (3, 2, [])],
)
def test_splitting_leaves_somebody_on_each_side(subjects: int, moving: int, codes: list[str]) -> None:
    context = replace(REASONED, subjects=subjects, moving=moving)
    assert asked("received", "split", "social_worker", context) == codes
    assert asked("received", "split", "social_worker", replace(context, reason=None)) == [*codes, "no_reason"]


@pytest.mark.parametrize(
    ("into", "codes"),
    [("earlier", []), ("later", ["join_the_earlier"]), ("decided", ["join_decided"]), (None, ["nothing_to_join"])],
)
def test_the_later_enquiry_joins_the_earlier(into: str | None, codes: list[str]) -> None:
    context = replace(REASONED, into=into)
    assert asked("on_hold", "join", "social_worker", context) == codes
    assert asked("on_hold", "join", "social_worker", replace(context, reason=None)) == [*codes, "no_reason"]


def test_what_is_joined_has_nothing_left_to_time() -> None:
    fired = fire(ENQUIRY, "screening", "join", "social_worker", replace(REASONED, into="earlier"))
    assert (fired.target, fired.row.cancels, fired.row.stops) == ("closed", ("screening", "decision"), ())


@pytest.mark.parametrize("state", UNDECIDED)
def test_withdrawing_needs_a_reason_and_meets_no_clock(state: str) -> None:
    assert asked(state, "withdraw", "social_worker", NOTHING) == ["no_reason"]
    fired = fire(ENQUIRY, state, "withdraw", "social_worker", REASONED)
    assert (fired.target, fired.row.stops) == ("closed", ())


@pytest.mark.parametrize("role", ["social_worker", "mash_manager", "emergency_duty_team"])
def test_what_may_be_serious_is_withdrawn_by_nobody(role: str) -> None:
    context = replace(REASONED, is_serious=True, is_manager=role == "mash_manager")
    assert told("received", "withdraw", role, context) == [
        "This may be serious, so nobody withdraws it. Decide it, or join it to an earlier enquiry."
    ]


def test_an_enquiry_closes_only_when_each_referral_is_handed_over() -> None:
    assert asked("decided", "close", "mash_officer", EnquiryContext(referrals_pending=1)) == ["referrals_pending"]
    assert asked("decided", "close", "mash_officer", NOTHING) == []


@pytest.mark.parametrize("state", ["decided", "closed"])
def test_reopening_needs_a_reason_and_times_screening_and_the_decision_anew(state: str) -> None:
    assert asked(state, "reopen", "mash_manager", NOTHING) == ["no_reason"]
    fired = fire(ENQUIRY, state, "reopen", "mash_manager", REASONED)
    assert (fired.target, fired.row.starts) == ("screening", ("screening", "decision"))


def test_what_was_joined_to_another_is_not_reopened() -> None:
    joined = replace(REASONED, joined_into="ENQ-2013-0007")
    assert told("closed", "reopen", "social_worker", joined) == [
        "It was joined to ENQ-2013-0007. Act on that one, or split it."
    ]


def test_immediate_danger_is_one_step_from_every_open_state_for_everybody_who_opens_its_page() -> None:
    seers = HUB | {"early_help_unit", "locality_worker", "locality_manager"}
    assert states_without_danger(ENQUIRY, seers, REASONED) == []
    for stranger in ("partner_system", "analyst"):
        assert asked("received", "immediate_danger", stranger, REASONED) == ["not_your_role"]
    assert asked("received", "immediate_danger", "mash_officer", NOTHING) == ["no_reason"]


@pytest.mark.parametrize("state", OPEN)
def test_immediate_danger_decides_with_section_47_and_stops_both_clocks(state: str) -> None:
    fired = fire(ENQUIRY, state, "immediate_danger", "mash_officer", REASONED)
    assert (fired.target, fired.row.section_47, fired.row.stops) == ("decided", True, ("screening", "decision"))


@pytest.mark.parametrize("state", OPEN)
def test_the_emergency_duty_team_is_handed_it_once_and_hands_it_back(state: str) -> None:
    night = replace(REASONED, with_edt=True)
    for role in DAY_ROLES:
        assert asked(state, "hand_over_to_edt", role, NOTHING) == ["no_reason"]
        assert asked(state, "hand_over_to_edt", role, REASONED) == []
        assert asked(state, "hand_over_to_edt", role, night) == ["with_edt_already"]
    assert asked(state, "hand_over_to_edt", "emergency_duty_team", REASONED) == ["not_your_role"]
    for role in ("emergency_duty_team", "mash_manager"):
        assert asked(state, "hand_back", role, night) == []
        assert asked(state, "hand_back", role, REASONED) == ["not_with_edt"]
    assert asked(state, "hand_back", "social_worker", night) == ["not_your_role"]


@pytest.mark.parametrize("state", OPEN)
def test_one_person_has_it_and_hands_it_to_another_with_a_reason(state: str) -> None:
    ready = replace(REASONED, to_worker="B. Lark", owner="A. Reed")
    assert asked(state, "claim", "mash_officer", ready) == ["claimed"]
    assert asked(state, "hand_over", "mash_officer", ready) == ["not_yours"]
    for change in ({"is_owner": True}, {"is_manager": True}):
        able = replace(ready, **change)
        assert asked(state, "hand_over", "mash_officer", able) == []
        assert asked(state, "hand_over", "mash_officer", replace(able, to_worker=None, reason=None)) == [
            "no_worker",
            "no_reason",
        ]


def test_a_clock_is_paused_by_a_manager_with_a_reason_unless_it_must_run_on() -> None:
    running = replace(REASONED, clocks=frozenset({"decision"}), clock="decision", until=date(2013, 5, 3))
    assert asked("screening", "pause_clock", "mash_manager", running) == []
    assert asked("screening", "pause_clock", "social_worker", running) == ["not_your_role"]
    assert asked("screening", "pause_clock", "mash_manager", replace(running, reason=None)) == ["no_reason"]
    red = replace(running, unpausable=frozenset({"decision"}))
    assert told("screening", "pause_clock", "mash_manager", red) == [
        "It cannot be paused. A red, a strategy discussion and a conference run on until they are done,"
        " and what is past due stays so."
    ]


def test_an_officer_neither_screens_nor_decides() -> None:
    everyday = {"immediate_danger", "claim", "hand_over_to_edt"}
    for state in UNDECIDED:
        assert allowed(ENQUIRY, state, "mash_officer", NOTHING) == {*everyday, "attach"}
    assert allowed(ENQUIRY, "awaiting_approval", "mash_officer", NOTHING) == everyday
    assert allowed(ENQUIRY, "decided", "mash_officer", NOTHING) == {*everyday, "close"}


@pytest.mark.parametrize("role", ["analyst", "partner_system"])
def test_nobody_outside_the_hub_may_do_anything(role: str) -> None:
    assert [state for state in ENQUIRY.states if allowed(ENQUIRY, state, role, REASONED)] == []


@pytest.mark.parametrize("role", ["early_help_unit", "locality_worker", "locality_manager"])
def test_whoever_else_opens_its_page_may_declare_danger_and_nothing_more(role: str) -> None:
    found = {state: allowed(ENQUIRY, state, role, REASONED) for state in ENQUIRY.states}
    assert found == {**{state: {"immediate_danger"} for state in OPEN}, "closed": set()}
