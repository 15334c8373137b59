"""What a workflow is: a table of states and transitions, checked when it is built."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.refusals import WORDS

Guard = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table: `action` leads from any of `sources` to `target` (None: stays), for the roles in `by`.

    A guard looks at the context and returns None or a refusal's code; `refusals` lists the codes they may return.
    `starts` and `stops` name clock kinds ("*" stops all). What is stopped was met or missed; what still runs when a
    case ends has nothing left to time, and is cancelled instead.
    """

    action: str
    says: str
    sources: tuple[str, ...]
    target: str | None
    by: frozenset[str]
    event: str
    guards: tuple[Guard, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


class TableError(Exception):
    """A table that is not a sound workflow."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A workflow. `opens` names the clocks that run from the first state; `urgent` must leave every open state."""

    name: str
    states: tuple[str, ...]
    initial: str
    final: tuple[str, ...]
    transitions: tuple[Transition, ...]
    opens: tuple[str, ...] = ()
    urgent: str | None = None
    urgent_states: tuple[str, ...] = ()
    from_state: Mapping[tuple[str, str], Transition] = field(init=False, repr=False)
    actions: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faults = tuple(_faults(self))
        if faults:
            raise TableError(f"{self.name}: " + "; ".join(faults))
        by_state = {(source, each.action): each for each in self.transitions for source in each.sources}
        object.__setattr__(self, "from_state", by_state)
        names = dict.fromkeys(each.action for each in self.transitions)
        grouped = {name: tuple(each for each in self.transitions if each.action == name) for name in names}
        object.__setattr__(self, "actions", grouped)


def _faults(table: Table) -> Iterator[str]:
    if len(set(table.states)) != len(table.states):
        yield "a state is named twice"
    named = {table.initial, *table.final, *_mentioned(table)}
    yield from (f"{state} is not a state" for state in sorted(named - set(table.states)))
    pairs = [(source, each.action) for each in table.transitions for source in each.sources]
    yield from (f"{action} leaves {state} twice" for state, action in sorted({p for p in pairs if pairs.count(p) > 1}))
    yield from (f"{state} cannot be reached" for state in sorted(set(table.states) - _reachable(table, table.initial)))
    stuck = [state for state in table.states if not _reachable(table, state) & set(table.final)]
    yield from (f"{state} has no way out" for state in sorted(stuck))
    yield from _clock_faults(table)
    yield from _refusal_faults(table)
    yield from (f"{each.action} is for nobody" for each in table.transitions if not each.by)
    if table.urgent and not table.urgent_states:
        yield f"{table.urgent} leaves no state"
    missing = [state for state in table.urgent_states if (state, table.urgent) not in pairs]
    yield from (f"{table.urgent} does not leave {state}" for state in missing)


def _mentioned(table: Table) -> Iterator[str]:
    for each in table.transitions:
        yield from each.sources
        if each.target:
            yield each.target


def _reachable(table: Table, state: str) -> set[str]:
    """The states to which `state` leads, itself among them."""
    seen, ahead = set(), [state]
    while ahead:
        state = ahead.pop()
        seen.add(state)
        leaving = (each.target for each in table.transitions if state in each.sources and each.target)
        ahead.extend(target for target in leaving if target not in seen)
    return seen


def _clock_faults(table: Table) -> Iterator[str]:
    started = {kind for each in table.transitions for kind in each.starts} | set(table.opens)
    stopped = {kind for each in table.transitions for kind in each.stops}
    if "*" not in stopped:
        yield from (f"clock {kind} is started and never stopped" for kind in sorted(started - stopped))


def _refusal_faults(table: Table) -> Iterator[str]:
    for each in table.transitions:
        codes = {code for guard in each.guards for code in getattr(guard, "refusals", ("no declared refusal",))}
        yield from (f"{each.action}: {code} has no plain words" for code in sorted(codes - set(WORDS)))


def refuses(*codes: str, brought: bool = False) -> Callable[[Guard], Guard]:
    """Declare the codes that a guard may return, so that a table is checked for their plain words.

    `brought` marks a guard that asks for what the actor brings with the action (a reason, a team): until then it says
    what will be needed, not that the action is forbidden.
    """

    def declare(guard: Guard) -> Guard:
        guard.refusals, guard.brought = codes, brought
        return guard

    return declare
