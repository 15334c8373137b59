"""The life of a policy: who may do what, on whose draft, and from which day on it may be in force."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from workflows.engine import Refused, fire, permitted
from workflows.policy import POLICY, PolicyContext

TODAY = date(2016, 1, 4)
OWN = PolicyContext(is_own=True, effective_from=date(2016, 2, 1), today=TODAY, newest_from=date(2015, 11, 1))
ANOTHERS = replace(OWN, is_own=False)
READY = replace(ANOTHERS, proved=True)


def refusals(state: str, action: str, context: PolicyContext, role: str = "mash_manager") -> list[str]:
    """The codes with which the action is refused; none where it may be done."""
    try:
        fire(POLICY, state, action, role, context)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def test_a_version_goes_from_draft_to_superseded() -> None:
    state = "draft"
    for action, role in (("review", "mash_manager"), ("publish", "mash_manager"), ("supersede", "system")):
        state = fire(POLICY, state, action, role, READY).target
    assert state == "superseded"


@pytest.mark.parametrize("role", ["mash_manager", "early_help_unit"])
def test_a_draft_is_changed_by_its_author_alone(role: str) -> None:
    assert refusals("draft", "revise", OWN, role) == ["no_text"]
    assert refusals("draft", "revise", replace(OWN, text="name: x"), role) == []
    assert refusals("draft", "revise", replace(ANOTHERS, text="name: x"), role) == ["not_own_draft"]


@pytest.mark.parametrize(("state", "action"), [("draft", "review"), ("reviewed", "publish")])
def test_its_author_neither_reviews_nor_publishes_it(state: str, action: str) -> None:
    assert refusals(state, action, replace(READY, is_own=True)) == ["own_draft"]
    assert refusals(state, action, READY) == []
    assert refusals(state, action, READY, "early_help_unit") == ["not_your_role"]


@pytest.mark.parametrize(("days", "codes"), [(-1, ["not_ahead"]), (0, ["not_ahead"]), (1, [])])
def test_its_first_day_is_tomorrow_or_later(days: int, codes: list[str]) -> None:
    assert refusals("reviewed", "publish", replace(READY, effective_from=TODAY + timedelta(days))) == codes


@pytest.mark.parametrize(("days", "codes"), [(731, []), (732, ["too_far_ahead"])])
def test_its_first_day_is_within_two_years(days: int, codes: list[str]) -> None:
    assert refusals("reviewed", "publish", replace(READY, effective_from=TODAY + timedelta(days))) == codes


@pytest.mark.parametrize(("days", "codes"), [(-1, []), (0, ["not_after_newest"]), (1, ["not_after_newest"])])
def test_its_first_day_is_after_that_of_the_newest(days: int, codes: list[str]) -> None:
    assert refusals("reviewed", "publish", replace(READY, newest_from=READY.effective_from + timedelta(days))) == codes


def test_the_first_version_of_all_follows_none() -> None:
    assert refusals("reviewed", "publish", replace(READY, newest_from=None)) == []


def test_nothing_is_published_unproved_and_that_is_said_beforehand() -> None:
    assert refusals("reviewed", "publish", ANOTHERS) == ["not_proved"]
    listed = {each.action: each for each in permitted(POLICY, "reviewed", "mash_manager", ANOTHERS)}
    assert (listed["publish"].allowed, [each.code for each in listed["publish"].needs]) == (True, ["not_proved"])


@pytest.mark.parametrize(
    ("state", "action"), [("reviewed", "send_back"), ("draft", "withdraw"), ("reviewed", "withdraw")]
)
def test_giving_it_back_or_up_needs_a_reason(state: str, action: str) -> None:
    assert refusals(state, action, OWN) == ["no_reason"]
    assert refusals(state, action, replace(ANOTHERS, is_manager=True)) == ["no_reason"]
    assert refusals(state, action, replace(OWN, reason="Page 12 is wrong")) == []


@pytest.mark.parametrize("state", ["published", "superseded", "withdrawn"])
@pytest.mark.parametrize("action", ["revise", "review", "send_back", "publish"])
def test_what_is_published_or_withdrawn_stays_as_it_is(state: str, action: str) -> None:
    ready = replace(READY, reason="Wrong", text="name: x")
    assert refusals(state, action, ready) == ["not_in_this_state"]


@pytest.mark.parametrize("state", ["draft", "reviewed"])
def test_what_is_on_its_way_is_withdrawn_by_its_author_or_a_manager(state: str) -> None:
    given = replace(ANOTHERS, reason="Too soon")
    assert refusals(state, "withdraw", given, "early_help_unit") == ["not_yours_to_withdraw"]
    assert refusals(state, "withdraw", replace(given, is_own=True), "early_help_unit") == []
    assert refusals(state, "withdraw", replace(given, is_manager=True)) == []


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"reason": None}, ["no_reason"]),
        ({"is_own": True}, ["author_withdraws"]),
        ({"is_shipped": True}, ["shipped"]),
        ({"effective_from": TODAY}, ["begun"]),
    ],
)
def test_what_is_published_is_withdrawn_before_its_first_day_by_another_manager(
    changed: dict[str, object], codes: list[str]
) -> None:
    given = replace(ANOTHERS, reason="The year is wrong", is_manager=True)
    assert refusals("published", "withdraw", replace(given, **changed)) == codes
    assert refusals("published", "withdraw", given, "early_help_unit") == ["not_your_role"]


@pytest.mark.parametrize("state", ["superseded", "withdrawn"])
def test_what_was_followed_or_given_up_is_not_withdrawn(state: str) -> None:
    assert refusals(state, "withdraw", replace(ANOTHERS, reason="Wrong", is_manager=True)) == ["not_in_this_state"]


@pytest.mark.parametrize(("state", "action"), [("published", "supersede"), ("superseded", "restore")])
def test_only_the_service_supersedes_and_restores(state: str, action: str) -> None:
    assert refusals(state, action, READY) == ["not_your_role"]
