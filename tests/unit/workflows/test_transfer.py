"""The offer of an open case: answered by those who are asked, taken back by those who have it, timed until then."""

from dataclasses import replace
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals
from workflows.engine import fire
from workflows.transfer import TRANSFER, TransferContext

BOTH = TransferContext(reason="The family moved back")
asked = partial(refusals, TRANSFER, "offered")


@pytest.mark.parametrize(
    ("action", "target", "stops", "cancels"),
    [
        ("accept_transfer", "accepted", ("transfer",), ()),
        ("reject_transfer", "rejected", ("transfer",), ()),
        ("revoke_transfer", "revoked", (), ("transfer",)),
    ],
)
def test_an_answer_meets_the_clock_and_an_offer_taken_back_has_nothing_to_time(
    action: str, target: str, stops: tuple[str, ...], cancels: tuple[str, ...]
) -> None:
    fired = fire(TRANSFER, "offered", action, "locality_manager", BOTH)
    assert (fired.target, fired.row.stops, fired.row.cancels) == (target, stops, cancels)


@pytest.mark.parametrize("action", ["reject_transfer", "revoke_transfer"])
def test_saying_no_and_taking_back_need_a_reason(action: str) -> None:
    assert asked(action, "locality_manager", TransferContext()) == ["no_reason"]
    assert asked("accept_transfer", "locality_manager", TransferContext()) == []


@pytest.mark.parametrize("action", ["accept_transfer", "reject_transfer"])
def test_only_those_who_are_asked_answer(action: str) -> None:
    assert asked(action, "locality_worker", replace(BOTH, is_asked=False)) == ["not_asked"]
    assert asked(action, "locality_worker", replace(BOTH, is_offering=False)) == []


def test_only_those_who_have_the_case_take_it_back() -> None:
    assert asked("revoke_transfer", "locality_worker", replace(BOTH, is_offering=False)) == ["not_offering"]
    assert asked("revoke_transfer", "locality_worker", replace(BOTH, is_asked=False)) == []


@pytest.mark.parametrize("role", ["mash_officer", "social_worker", "analyst", "partner_system", "system"])
def test_nobody_answers_for_a_locality(role: str) -> None:
    for action in TRANSFER.actions:
        assert asked(action, role, BOTH) == ["not_your_role"]


@pytest.mark.parametrize("state", ["accepted", "rejected", "revoked"])
def test_what_is_answered_is_answered(state: str) -> None:
    for action in TRANSFER.actions:
        assert refusals(TRANSFER, state, action, "locality_manager", BOTH) == ["not_in_this_state"]
