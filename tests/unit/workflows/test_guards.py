"""The guards that several tables share: each by itself, with the words in which it refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from workflows.guards import (
    Context,
    chooses_clock,
    chooses_paused_clock,
    has_clock,
    has_paused_clock,
    has_reason,
    has_worker,
    is_own_or_managed,
    is_unclaimed,
    is_unclaimed_or_own,
    say,
    says_until_when,
)
from workflows.refusals import words

NOBODYS = Context()
OWN = Context(owner="A. Reed", is_owner=True)
ANOTHERS = Context(owner="A. Reed")
MANAGED = Context(owner="A. Reed", is_manager=True)
TIMED = Context(clocks=frozenset({"decision", "first_contact"}), paused=frozenset({"review"}))


@pytest.mark.parametrize(
    ("guard", "nobodys", "own", "anothers", "managed"),
    [
        (is_unclaimed, None, "claimed", "claimed", "claimed"),
        (is_unclaimed_or_own, None, None, "claimed", "claimed"),
        (is_own_or_managed, "not_yours", None, "not_yours", None),
    ],
)
def test_who_has_a_case_decides_who_may_take_it_or_hand_it_on(
    guard: Callable[[Context], str | None],
    nobodys: str | None,
    own: str | None,
    anothers: str | None,
    managed: str | None,
) -> None:
    assert [guard(each) for each in (NOBODYS, OWN, ANOTHERS, MANAGED)] == [nobodys, own, anothers, managed]


def test_whoever_comes_second_is_told_who_came_first() -> None:
    told = words(is_unclaimed(ANOTHERS), **ANOTHERS.details())
    assert told == "A. Reed has it. Ask them to hand it over, or ask a manager."


@pytest.mark.parametrize("reason", [None, ""])
def test_an_empty_reason_is_none(reason: str | None) -> None:
    assert has_reason(Context(reason=reason)) == "no_reason"
    assert has_reason(Context(reason="On leave")) is None


def test_a_case_is_handed_to_somebody() -> None:
    assert has_worker(NOBODYS) == "no_worker"
    assert has_worker(Context(to_worker="B. Lark")) is None


def test_only_a_clock_that_runs_is_paused() -> None:
    assert (has_clock(TIMED), has_clock(NOBODYS)) == (None, "no_clock_runs")
    kinds = ("decision", "review", "tea_break", None)
    assert [chooses_clock(replace(TIMED, clock=kind)) for kind in kinds] == [None, *["no_such_clock"] * 3]
    assert words("no_such_clock", **TIMED.details()) == "Choose a clock that runs: decision, first contact."


def test_a_clock_that_must_run_on_is_not_paused() -> None:
    fixed = replace(TIMED, unpausable=frozenset({"decision"}))
    assert chooses_clock(replace(fixed, clock="decision")) == "clock_runs_on"
    assert chooses_clock(replace(fixed, clock="first_contact")) is None


def test_a_pause_ends_tomorrow_at_the_earliest_and_has_a_latest_day() -> None:
    asked = Context(today=date(2013, 4, 30), latest_until=date(2013, 5, 15))
    days = (None, date(2013, 4, 29), date(2013, 4, 30), date(2013, 5, 1), date(2013, 5, 15), date(2013, 5, 16))
    codes = ["no_until", "until_past", "until_past", None, None, "until_too_far"]
    assert [says_until_when(replace(asked, until=day)) for day in days] == codes
    assert words("until_too_far", **asked.details()) == (
        "A pause is ten working days at most. Choose a day up to Wednesday 15 May 2013."
    )


def test_only_a_paused_clock_runs_on() -> None:
    assert (has_paused_clock(TIMED), has_paused_clock(NOBODYS)) == (None, "no_clock_paused")
    kinds = ("review", "decision", None)
    assert [chooses_paused_clock(replace(TIMED, clock=kind)) for kind in kinds] == [None, "not_paused", "not_paused"]
    assert words("not_paused", **TIMED.details()) == "Choose a paused clock: review."


def test_codes_are_said_in_order_and_none_as_none() -> None:
    assert say(("screening", "first_contact")) == "first contact, screening"
    assert say(()) == "none"


@pytest.mark.parametrize(
    ("guard", "brings"),
    [
        (has_reason, ("reason",)),
        (has_worker, ("worker_id",)),
        (chooses_clock, ("clock",)),
        (says_until_when, ("until",)),
        (is_unclaimed, ()),
        (has_clock, ()),
    ],
)
def test_a_guard_says_what_it_asks_the_actor_to_bring(guard: Callable, brings: tuple[str, ...]) -> None:
    assert guard.brings == brings
