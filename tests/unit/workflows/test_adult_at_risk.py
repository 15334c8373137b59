"""An adult at risk: handed over, acknowledged, and what came of it recorded."""

from dataclasses import replace
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals
from workflows.adult_at_risk import ADULT_AT_RISK, CLOSURES, OPEN
from workflows.engine import fire
from workflows.referral import ReferralContext

NOTHING = ReferralContext(closures=CLOSURES)
asked = partial(refusals, ADULT_AT_RISK)


def test_the_handover_starts_both_clocks_and_acknowledging_meets_one() -> None:
    assert ADULT_AT_RISK.opens == ("adult_acknowledgement", "adult_outcome")
    fired = fire(ADULT_AT_RISK, "handed_over", "acknowledge", "locality_worker", NOTHING)
    assert (fired.target, fired.row.stops) == ("acknowledged", ("adult_acknowledgement",))


@pytest.mark.parametrize("closure", CLOSURES)
def test_the_outcome_is_recorded_with_a_reason_and_meets_its_clock(closure: str) -> None:
    ready = replace(NOTHING, closure=closure, reason="Seen at home")
    fired = fire(ADULT_AT_RISK, "acknowledged", "record_outcome", "locality_worker", ready)
    assert (fired.target, fired.row.stops) == ("closed", ("adult_outcome",))
    assert asked("acknowledged", "record_outcome", "locality_worker", NOTHING) == ["no_closure", "no_reason"]


def test_there_is_no_outcome_before_it_is_acknowledged() -> None:
    ready = replace(NOTHING, closure="not_at_risk", reason="Seen at home")
    assert asked("handed_over", "record_outcome", "locality_worker", ready) == ["not_in_this_state"]


@pytest.mark.parametrize("state", OPEN)
def test_chasing_leaves_everything_as_it_is(state: str) -> None:
    fired = fire(ADULT_AT_RISK, state, "chase", "mash_officer", NOTHING)
    assert (fired.target, fired.row.stops, fired.row.starts) == (state, (), ())


def test_it_is_about_no_child_so_nothing_leads_to_section_47() -> None:
    assert not any(each.section_47 for each in ADULT_AT_RISK.transitions)
