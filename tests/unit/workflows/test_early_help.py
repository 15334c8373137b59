"""Early help: allocated to a team or provider, the family contacted, assessed, planned with, reviewed, and asked."""

from dataclasses import replace
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals, states_without_danger
from workflows.early_help import CLOSURES, EARLY_HELP, HELD, WORKED, EarlyHelpContext
from workflows.engine import Fired, fire
from workflows.referral import ANYBODY

NOTHING = EarlyHelpContext(closures=CLOSURES)
REASONED = replace(NOTHING, reason="No room until May")
WORKERS = ("locality_worker", "locality_manager", "early_help_unit")
asked = partial(refusals, EARLY_HELP)


def work(state: str, action: str, context: EarlyHelpContext = NOTHING, role: str = "locality_worker") -> Fired:
    return fire(EARLY_HELP, state, action, role, context)


@pytest.mark.parametrize("state", ["requested", "returned"])
@pytest.mark.parametrize("taker", ["team_code", "provider_code"])
def test_allocating_to_a_team_or_a_provider_starts_the_familys_clocks(state: str, taker: str) -> None:
    assert asked(state, "allocate", "early_help_unit", NOTHING) == ["no_team_or_provider"]
    fired = work(state, "allocate", replace(NOTHING, **{taker: "newark"}), "early_help_unit")
    assert (fired.target, fired.row.stops) == ("allocated", ("allocation", "reallocation"))
    assert fired.row.starts == ("acceptance", "first_contact", "assessment")


@pytest.mark.parametrize("role", WORKERS)
def test_accepted_returned_or_put_on_the_waiting_list_is_an_answer_in_time(role: str) -> None:
    for action, target in (("accept", "accepted"), ("return", "returned"), ("put_on_waiting_list", "waiting_list")):
        fired = work("allocated", action, REASONED, role)
        assert (fired.target, fired.row.stops) == (target, ("acceptance",))


@pytest.mark.parametrize(
    ("state", "action"),
    [("allocated", "return"), ("waiting_list", "return"), ("allocated", "put_on_waiting_list"), ("plan", "step_up")],
)
def test_what_does_not_help_now_needs_a_reason(state: str, action: str) -> None:
    assert asked(state, action, "locality_worker", NOTHING) == ["no_reason"]


def test_the_waiting_list_ends_in_acceptance_or_return() -> None:
    assert work("waiting_list", "accept").target == "accepted"
    assert work("waiting_list", "return", REASONED).row.starts == ("reallocation",)


def test_the_family_is_contacted_before_it_is_assessed() -> None:
    assert asked("accepted", "start_assessment", "locality_worker", NOTHING) == ["not_in_this_state"]
    contacted = work("accepted", "contact_family")
    assert (contacted.target, contacted.row.stops) == ("contacted", ("first_contact",))
    started = work("contacted", "start_assessment")
    assert (started.target, started.row.starts, started.row.stops) == ("assessment", (), ())


def test_an_assessment_that_is_late_is_completed_with_a_reason() -> None:
    late = replace(NOTHING, is_late=True)
    assert asked("assessment", "complete_assessment", "locality_worker", late) == ["late_assessment"]
    assert asked("assessment", "complete_assessment", "locality_worker", replace(late, reason="Ill")) == []
    fired = work("assessment", "complete_assessment")
    assert (fired.target, fired.row.stops) == ("assessment", ("assessment",))


def test_a_plan_follows_the_assessment_and_is_reviewed_again_and_again() -> None:
    assert asked("assessment", "make_plan", "locality_worker", NOTHING) == ["not_assessed"]
    planned = work("assessment", "make_plan", replace(NOTHING, is_assessed=True))
    assert (planned.target, planned.row.starts) == ("plan", ("review",))
    reviewed = work("plan", "review")
    assert (reviewed.target, reviewed.row.stops, reviewed.row.starts) == ("plan", ("review",), ("review",))


@pytest.mark.parametrize("state", WORKED)
def test_closing_needs_a_reason_of_early_help_and_the_familys_rating(state: str) -> None:
    assert asked(state, "close", "locality_worker", NOTHING) == ["no_closure", "no_rating"]
    for closure in CLOSURES:
        assert asked(state, "close", "locality_worker", replace(NOTHING, closure=closure, family_rating=4)) == []
    assert asked(state, "close", "locality_worker", replace(NOTHING, closure="RC8", family_rating=4)) == ["no_closure"]


@pytest.mark.parametrize(
    ("rating", "reason", "codes"),
    [
        (1, None, []),
        (5, None, []),
        (0, None, ["no_rating"]),
        (6, None, ["no_rating"]),
        (None, None, ["no_rating"]),
        (None, "They moved away", []),
    ],
)
def test_the_family_rates_the_help_from_1_to_5_or_it_is_said_why_not(
    rating: int | None, reason: str | None, codes: list[str]
) -> None:
    context = replace(NOTHING, closure="needs_met", family_rating=rating, rating_reason=reason)
    assert asked("plan", "close", "locality_worker", context) == codes


@pytest.mark.parametrize("state", HELD)
def test_stepping_up_closes_it_from_wherever_somebody_has_it(state: str) -> None:
    fired = work(state, "step_up", REASONED)
    assert (fired.target, fired.row.section_47, fired.row.stops) == ("closed", False, ())


def test_what_nobody_has_is_not_stepped_up_but_danger_needs_nobody() -> None:
    assert asked("requested", "step_up", "early_help_unit", REASONED) == ["not_in_this_state"]
    assert states_without_danger(EARLY_HELP, ANYBODY, REASONED) == []


@pytest.mark.parametrize("state", EARLY_HELP.open_states)
def test_immediate_danger_ends_early_help_with_section_47_and_meets_no_clock(state: str) -> None:
    assert asked(state, "immediate_danger", "locality_worker", NOTHING) == ["no_reason"]
    fired = work(state, "immediate_danger", REASONED)
    assert (fired.target, fired.row.section_47, fired.row.stops) == ("closed", True, ())


def test_the_cases_of_the_first_version_are_assessed() -> None:
    assert (EARLY_HELP.version, EARLY_HELP.moves) == (2, {1: {"in_progress": "assessment"}})
