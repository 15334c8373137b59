"""Fires a second, beside the bare state machine library: what refusing with reasons costs.

Run: `python -m bench.engine`. Prints one line a case: fires a second on one core, best of five.
"""

import sys
from collections.abc import Callable
from timeit import repeat

from transitions import Machine

from workflows.engine import Refused, fire, permitted
from workflows.enquiry import ENQUIRY, Choice, EnquiryContext

TIMES = 20_000
CHOICE = Choice(
    route="social_care",
    level=4,
    section_47=True,
    recommended_route="social_care",
    recommended_level=4,
    section_47_recommended=True,
    consent="not_safe_to_ask",
    why_not=frozenset(),
    reason="Injury",
)
RATED = EnquiryContext(role="social_worker", current_rag="red", subjects=1)
CHOSEN = EnquiryContext(role="social_worker", current_rag="red", subjects=1, choices=(CHOICE,))


class Subject:
    """The least that a machine can move."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def shared_machine() -> Callable[[], object]:
    """The library alone: one machine, no guard, a new subject each time."""
    machine = Machine(model=None, states=list(ENQUIRY.states), initial=None, auto_transitions=False, queued=False)
    machine.add_transition("finish_screening", "screening", "awaiting_decision")
    trigger = machine.events["finish_screening"].trigger
    return lambda: trigger(Subject("screening"))


def machine_a_row() -> object:
    """The library as its first page shows it: a machine for each row."""
    return Machine(states=list(ENQUIRY.states), initial="screening", auto_transitions=False)


def refused() -> None:
    """A fire that is refused."""
    try:
        fire(ENQUIRY, "closed", "decide", "social_worker", CHOSEN)
    except Refused:
        return
    raise AssertionError("a closed enquiry was decided")


CASES: dict[str, tuple[Callable[[], object], int]] = {
    "transitions, one shared machine": (shared_machine(), TIMES),
    "transitions, a machine a row": (machine_a_row, TIMES // 50),
    "fire, one guard": (lambda: fire(ENQUIRY, "screening", "finish_screening", "social_worker", RATED), TIMES),
    "fire, five guards": (lambda: fire(ENQUIRY, "awaiting_decision", "decide", "social_worker", CHOSEN), TIMES),
    "fire, refused": (refused, TIMES),
    "permitted, a whole state": (lambda: permitted(ENQUIRY, "screening", "social_worker", RATED), TIMES),
}


def main() -> None:
    """Measure each case and print it."""
    for name, (call, times) in CASES.items():
        best = min(repeat(call, number=times, repeat=5))
        sys.stdout.write(f"{name:<34}{times / best:>10,.0f} a second\n")


if __name__ == "__main__":
    main()
