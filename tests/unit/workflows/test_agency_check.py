"""A partner's check: each way it ends stops its clock, it is chased and escalated, and danger needs no waiting."""

from functools import partial

import pytest

from tests.unit.workflows.firing import refusals, states_without_danger
from workflows.agency_check import AGENCY_CHECK, ANSWERED, HUB, WAITING, CheckContext
from workflows.engine import fire

NOTHING = CheckContext()
FULL = CheckContext(reason="No lawful basis", answer="Two call-outs in May")
asked = partial(refusals, AGENCY_CHECK)


@pytest.mark.parametrize("state", WAITING)
@pytest.mark.parametrize(
    ("action", "target", "needs"),
    [
        ("answer", "answered", ["no_answer"]),
        ("nothing_known", "nothing_known", []),
        ("decline", "declined", ["no_reason"]),
    ],
)
def test_each_answer_stops_the_clock_however_late(state: str, action: str, target: str, needs: list[str]) -> None:
    for role in ("partner_system", "mash_officer"):
        fired = fire(AGENCY_CHECK, state, action, role, FULL)
        assert (fired.target, fired.row.stops) == (target, ("agency_check",))
        assert asked(state, action, role, NOTHING) == needs


def test_what_is_acknowledged_is_not_answered_yet() -> None:
    fired = fire(AGENCY_CHECK, "requested", "acknowledge", "partner_system", NOTHING)
    assert (fired.target, fired.row.stops) == ("acknowledged", ())
    assert asked("acknowledged", "acknowledge", "partner_system", NOTHING) == ["not_in_this_state"]


@pytest.mark.parametrize("state", ["requested", "acknowledged"])
def test_only_the_service_says_that_it_is_overdue_and_the_clock_runs_on(state: str) -> None:
    assert asked(state, "pass_due", "mash_manager", NOTHING) == ["not_your_role"]
    fired = fire(AGENCY_CHECK, state, "pass_due", "system", NOTHING)
    assert (fired.target, fired.row.stops, fired.row.cancels) == ("overdue", (), ())


@pytest.mark.parametrize("state", WAITING)
@pytest.mark.parametrize("action", ["chase", "escalate"])
def test_chasing_and_escalating_leave_the_check_and_its_clock_as_they_are(state: str, action: str) -> None:
    fired = fire(AGENCY_CHECK, state, action, "mash_officer", NOTHING)
    assert (fired.target, fired.row.stops, fired.row.starts) == (state, (), ())
    assert asked(state, action, "partner_system", NOTHING) == ["not_your_role"]


@pytest.mark.parametrize("state", WAITING)
def test_what_is_no_longer_needed_is_withdrawn_with_a_reason_and_not_timed(state: str) -> None:
    assert asked(state, "withdraw", "social_worker", NOTHING) == ["no_reason"]
    assert asked(state, "withdraw", "mash_officer", FULL) == ["not_your_role"]
    fired = fire(AGENCY_CHECK, state, "withdraw", "social_worker", FULL)
    assert (fired.target, fired.row.cancels, fired.row.stops) == ("withdrawn", ("agency_check",), ())


@pytest.mark.parametrize("state", [*ANSWERED, "withdrawn"])
def test_what_has_ended_is_not_answered_again(state: str) -> None:
    for action in ("answer", "nothing_known", "decline", "chase", "immediate_danger"):
        assert asked(state, action, "mash_officer", FULL) == ["not_in_this_state"]


def test_immediate_danger_in_an_answer_is_one_step_for_the_partner_and_everybody_who_has_the_page() -> None:
    tellers = HUB | {"early_help_unit", "partner_system"}
    assert states_without_danger(AGENCY_CHECK, tellers, CheckContext(reason="He has a key")) == []
    for stranger in ("locality_worker", "analyst"):
        assert asked("requested", "immediate_danger", stranger, FULL) == ["not_your_role"]
    fired = fire(AGENCY_CHECK, "overdue", "immediate_danger", "mash_officer", FULL)
    assert (fired.target, fired.row.section_47, fired.row.stops) == ("answered", True, ("agency_check",))
