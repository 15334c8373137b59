"""The offer of an open case: answered by those who are asked, taken back by those who have it, timed until then."""

from dataclasses import replace
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals, words_of_refusal
from workflows.engine import fire
from workflows.transfer import TRANSFER, TransferContext

BOTH = TransferContext(reason="The family moved back")
TO_AUTHORITY = TransferContext(reason="R. Made-Up, team manager, by telephone at 14:20", to_authority=True)
asked = partial(refusals, TRANSFER, "offered")
told = partial(words_of_refusal, TRANSFER, "offered")


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


@pytest.mark.parametrize("to_authority", [False, True])
@pytest.mark.parametrize("role", ["locality_worker", "locality_manager", "mash_manager", "early_help_unit"])
def test_whoever_offered_it_answers_for_nobody_and_takes_it_back(role: str, to_authority: bool) -> None:
    own = replace(BOTH, is_own_offer=True, is_manager=True, to_authority=to_authority)
    for action in ("accept_transfer", "reject_transfer"):
        assert told(action, role, own) == [
            "You offered it. Somebody else records the answer; you may take the offer back."
        ]
        assert asked(action, role, replace(own, is_own_offer=False)) == []
    assert asked("revoke_transfer", role, own) == []


def test_acceptance_by_an_authority_says_who_there_said_yes_and_one_by_a_team_need_not() -> None:
    assert told("accept_transfer", "locality_worker", replace(TO_AUTHORITY, reason=None)) == [
        "Say who there accepted it, and when."
    ]
    assert asked("accept_transfer", "locality_worker", TO_AUTHORITY) == []
    assert asked("accept_transfer", "locality_worker", replace(BOTH, reason=None)) == []


def test_only_a_manager_lets_a_child_leave_the_county_while_section_47_is_open() -> None:
    harm = replace(TO_AUTHORITY, section_47_open=True)
    assert asked("accept_transfer", "locality_worker", harm) == ["section_47_open"]
    assert asked("accept_transfer", "early_help_unit", harm) == ["section_47_open"]
    for role in ("locality_manager", "mash_manager"):
        assert asked("accept_transfer", role, replace(harm, is_manager=True)) == []
        assert asked("accept_transfer", role, replace(harm, is_manager=True, is_own_offer=True)) == ["own_offer"]


def test_another_team_takes_a_child_on_while_section_47_is_open_and_anybody_records_a_no() -> None:
    harm = replace(BOTH, section_47_open=True)
    assert asked("accept_transfer", "locality_worker", harm) == []
    assert asked("reject_transfer", "locality_worker", replace(harm, to_authority=True)) == []


def test_service_takes_an_offer_back_with_a_reason_and_answers_none() -> None:
    assert fire(TRANSFER, "offered", "revoke_transfer", "system", BOTH).target == "revoked"
    assert asked("revoke_transfer", "system", TransferContext()) == ["no_reason"]
    assert asked("accept_transfer", "system", BOTH) == asked("reject_transfer", "system", BOTH) == ["not_your_role"]


@pytest.mark.parametrize("role", ["mash_officer", "social_worker", "emergency_duty_team", "analyst", "partner_system"])
def test_nobody_answers_for_a_locality(role: str) -> None:
    for action in TRANSFER.actions:
        assert asked(action, role, BOTH) == ["not_your_role"]


@pytest.mark.parametrize("state", ["accepted", "rejected", "revoked"])
def test_what_is_answered_is_answered(state: str) -> None:
    for action in TRANSFER.actions:
        assert refusals(TRANSFER, state, action, "locality_manager", BOTH) == ["not_in_this_state"]
