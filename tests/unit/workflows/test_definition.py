"""A table with a fault is refused when it is built, and says which."""

from dataclasses import replace
from typing import Any

import pytest

from workflows.definition import IMMEDIATE_DANGER, Table, TableError, Transition, refuses


@refuses("no_reason", brings=("reason",))
def brings_reason(context: object) -> None:
    return None


@refuses("no_team", "no_reason", brings=("team_code", "reason"))
def brings_team(context: object) -> None:
    return None


@refuses("no_words_for_this")
def lacks_words(context: object) -> None:
    return None


@refuses("claimed")
def looks_only(context: object) -> None:
    return None


def declares_nothing(context: object) -> None:
    return None


GUIDE = frozenset({"guide"})
GO = Transition("go", "Go", ("here",), "there", GUIDE, "gone", (looks_only,))
STOP = Transition("stop", "Stop", ("there",), "end", GUIDE, "stopped")
CRY = Transition(IMMEDIATE_DANGER, "Cry", ("here", "there"), "end", GUIDE, "cried", (brings_reason,), section_47=True)
CHILD = {"about_a_child": True}
MOVES = {1: {"start": "here"}, 2: {}}


def build(*transitions: Transition, **changes: Any) -> Table:
    plan = {"states": ("here", "there", "end"), "initial": "here", "final": ("end",), "transitions": transitions}
    return Table(name="Walk", begins="set_out", **{"about_a_child": False, **plan, **changes})


def test_a_sound_table_is_built() -> None:
    stops = replace(STOP, stops=("hours",), cancels=("days",))
    starts = replace(GO, starts=("days",), stops=("days",))
    table = build(starts, stops, CRY, opens=("hours",), about_a_child=True, version=3, moves=MOVES)
    assert table.from_state["here", "go"] is starts
    assert table.open_states == ("here", "there")


def test_the_rows_of_one_action_are_kept_together() -> None:
    again = replace(GO, sources=("there",), target=None, event="went_on")
    table = build(GO, STOP, again)
    assert table.actions == {"go": (GO, again), "stop": (STOP,)}
    assert table.from_state["there", "go"] is again


def test_an_action_asks_once_for_what_it_takes_and_what_its_guards_ask_for() -> None:
    row = replace(GO, takes=("question", "reason"), guards=(brings_team, looks_only, brings_reason))
    assert row.asks == ("question", "reason", "team_code")
    assert GO.asks == ()


def test_a_guard_says_what_it_may_refuse_and_what_it_asks_for() -> None:
    asks = refuses("no_reason", "no_team", brings=("reason",))(lambda context: None)
    assert (asks.refusals, asks.brings) == (("no_reason", "no_team"), ("reason",))
    assert refuses("claimed")(lambda context: None).brings == ()


FAULTS = {
    "a state is named twice": ((GO, STOP), {"states": ("here", "there", "end", "here")}),
    "nowhere is not a state": ((GO, STOP, replace(GO, action="leap", target="nowhere")), {}),
    "elsewhere is not a state": ((GO, STOP, replace(GO, action="leap", sources=("elsewhere",))), {}),
    "start is not a state": ((GO, STOP), {"initial": "start"}),
    "gone is not a state": ((GO, STOP), {"final": ("end", "gone")}),
    "go leaves here twice": ((GO, STOP, replace(GO, target="end")), {}),
    "attic cannot be reached": (
        (GO, STOP, replace(GO, action="fall", sources=("attic",))),
        {"states": ("here", "there", "end", "attic")},
    ),
    "there has no way out": ((GO, replace(GO, action="end", target="end")), {}),
    "here has no way out": ((GO, replace(GO, action="wait", sources=("there",), target=None)), {}),
    "clock hours is started and never stopped": ((GO, STOP), {"opens": ("hours",)}),
    "clock days is started and never stopped": ((replace(GO, starts=("days",)), replace(STOP, cancels=("days",))), {}),
    "clock days is stopped and never started": ((GO, replace(STOP, stops=("days",))), {}),
    "clock days is cancelled and never started": ((GO, replace(STOP, cancels=("days",))), {}),
    "go: no_words_for_this has no plain words": ((replace(GO, guards=(lacks_words,)), STOP), {}),
    "go: no declared refusal has no plain words": ((replace(GO, guards=(declares_nothing,)), STOP), {}),
    "go is for nobody": ((replace(GO, by=frozenset()), STOP), {}),
    "immediate_danger does not leave there": ((GO, STOP, replace(CRY, sources=("here",))), CHILD),
    "immediate_danger does not leave here": ((GO, STOP), CHILD),
    "immediate_danger does not lead to section 47": ((GO, STOP, replace(CRY, section_47=False)), CHILD),
    "immediate_danger may be forbidden by looks_only": ((GO, STOP, replace(CRY, guards=(looks_only,))), CHILD),
    "immediate_danger is not for porter, who works here": (
        (GO, replace(STOP, by=GUIDE | {"porter"}), CRY),
        CHILD,
    ),
    "immediate_danger ends the case that section 47 is worked in": (
        (GO, replace(STOP, stops=("hours",)), CRY),
        {**CHILD, "section_47_opens": ("hours",)},
    ),
    "cases of version 1 have nowhere to go": ((GO, STOP), {"version": 2}),
    "version 1 would move to attic, which is not a state": ((GO, STOP), {"version": 2, "moves": {1: {"a": "attic"}}}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_when_a_table_is_built(fault: str) -> None:
    transitions, changes = FAULTS[fault]
    with pytest.raises(TableError) as caught:
        build(*transitions, **changes)
    assert fault in caught.value.faults
    assert caught.value.name == "Walk"


def test_every_row_of_immediate_danger_leads_to_section_47() -> None:
    later = replace(CRY, sources=("there",), section_47=False)
    with pytest.raises(TableError, match="immediate_danger does not lead to section 47"):
        build(GO, STOP, replace(CRY, sources=("here",)), later, about_a_child=True)


def test_a_table_that_is_about_no_child_needs_no_immediate_danger() -> None:
    assert IMMEDIATE_DANGER not in build(GO, STOP).actions


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(TableError, match=r"Walk: .*cannot be reached.*; .*for nobody"):
        build(replace(GO, target="end", by=frozenset()), STOP)
