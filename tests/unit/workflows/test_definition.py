"""A table with a fault is refused when it is built, and says which."""

from dataclasses import replace
from typing import Any

import pytest

from workflows.definition import Table, TableError, Transition, refuses


@refuses("no_reason")
def knows_its_words(context: object) -> None:
    return None


@refuses("no_words_for_this")
def lacks_words(context: object) -> None:
    return None


def declares_nothing(context: object) -> None:
    return None


GO = Transition(
    action="go",
    says="Go",
    sources=("here",),
    target="there",
    by=frozenset({"guide"}),
    event="gone",
    guards=(knows_its_words,),
)
STOP = replace(GO, action="stop", sources=("there",), target="end", event="stopped")


def build(*transitions: Transition, **changes: Any) -> Table:
    plan = {"states": ("here", "there", "end"), "initial": "here", "final": ("end",), "transitions": transitions}
    return Table(name="Walk", **{**plan, **changes})


def test_a_sound_table_is_built() -> None:
    table = build(GO, replace(STOP, stops=("hours",)), opens=("hours",), urgent="go", urgent_states=("here",))
    assert table.from_state["here", "go"] is GO
    assert set(table.actions) == {"go", "stop"}


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
    "clock days is started and never stopped": ((replace(GO, starts=("days",)), STOP), {}),
    "go: no_words_for_this has no plain words": ((replace(GO, guards=(lacks_words,)), STOP), {}),
    "go: no declared refusal has no plain words": ((replace(GO, guards=(declares_nothing,)), STOP), {}),
    "go is for nobody": ((replace(GO, by=frozenset()), STOP), {}),
    "stop does not leave here": ((GO, STOP), {"urgent": "stop", "urgent_states": ("here", "there")}),
    "stop leaves no state": ((GO, STOP), {"urgent": "stop"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_when_a_table_is_built(fault: str) -> None:
    transitions, changes = FAULTS[fault]
    with pytest.raises(TableError) as caught:
        build(*transitions, **changes)
    assert fault in str(caught.value).removeprefix("Walk: ").split("; ")


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(TableError, match=r"Walk: .*cannot be reached.*; .*for nobody"):
        build(replace(GO, target="end", by=frozenset()), STOP)
