"""Fires a second, beside the bare state machine library: what refusing with reasons costs.

Run: `python -m bench.engine`. Prints one line a case: fires a second of one core's own time, best of five.
"""

from collections.abc import Callable, Iterator
from time import process_time
from timeit import repeat

from transitions import Machine

from bench.row import Row, show
from workflows.choice import Choice
from workflows.engine import Refused, fire, permitted
from workflows.enquiry import ENQUIRY, EnquiryContext

TIMES = 20_000
CHOICE = Choice(
    route="early_help",
    level=3,
    section_47=False,
    recommended_route="early_help",
    recommended_level=3,
    section_47_recommended=False,
    consent="given",
    why_not=frozenset({"social_care"}),
)
RATED = EnquiryContext(current_rag="red", subjects=1, reason="Known to nobody")
CHOSEN = EnquiryContext(current_rag="red", subjects=1, choices=(CHOICE,))


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


def fires(state: str, action: str, context: EnquiryContext) -> Callable[[], object]:
    """Our engine, with every guard of that row."""
    return lambda: fire(ENQUIRY, state, action, "social_worker", context)


def refused() -> None:
    """A fire that is refused."""
    try:
        fire(ENQUIRY, "closed", "decide", "social_worker", CHOSEN)
    except Refused:
        return
    raise AssertionError("a closed enquiry was decided")


ALONE = "transitions, one shared machine"
CASES: dict[str, tuple[Callable[[], object], int]] = {
    ALONE: (shared_machine(), TIMES),
    "transitions, a machine a row": (machine_a_row, TIMES // 50),
    "fire, no guard": (fires("on_hold", "resume", RATED), TIMES),
    "fire, one guard": (fires("received", "withdraw", RATED), TIMES),
    "fire, two guards": (fires("screening", "finish_screening", RATED), TIMES),
    "fire, six guards on a decision": (fires("awaiting_decision", "decide", CHOSEN), TIMES),
    "fire, refused": (refused, TIMES),
    "permitted, a whole state": (lambda: permitted(ENQUIRY, "screening", "social_worker", RATED), TIMES // 10),
}


def rows() -> Iterator[Row]:
    """Fires a second of each; the library alone stands beside all of them."""
    alone = None
    for name, (call, times) in CASES.items():
        rate = times / min(repeat(call, timer=process_time, number=times, repeat=5))
        alone = alone or rate
        yield Row(name, rate, "a second", ALONE, alone)


if __name__ == "__main__":
    show(rows())
