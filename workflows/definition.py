"""What a workflow is: a table of states and transitions, checked when it is built."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.refusals import WORDS

Guard = Callable[[Any], str | None]
IMMEDIATE_DANGER = "immediate_danger"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: `action` leads from any of `sources` to `target` (None: stays), for the roles in `by`.

    A guard looks at the context and returns None or a refusal's code. `takes` names what the actor may bring besides
    what the guards ask for. `starts`, `stops` and `cancels` name clock kinds: what is stopped was met or missed, what
    is cancelled has nothing left to time, as has all that still runs when a case ends: missed, if it was past due.
    `section_47` sends the child to social care at once, as red, with section 47.
    """

    action: str
    says: str
    sources: tuple[str, ...]
    target: str | None
    by: frozenset[str]
    event: str
    guards: tuple[Guard, ...] = ()
    takes: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    section_47: bool = False

    @property
    def asks(self) -> tuple[str, ...]:
        """The names of what the actor brings with the action, in the order in which a page would ask."""
        named = (name for guard in self.guards for name in guard.brings)
        return tuple(dict.fromkeys((*self.takes, *named)))


class TableError(Exception):
    """A table that is not a sound workflow: its name, and every fault in plain words."""

    def __init__(self, name: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"{name}: " + "; ".join(faults))
        self.name, self.faults = name, faults


@dataclass(frozen=True, kw_only=True)
class Table:
    """A workflow. `begins` is the event that opens a case and `opens` the clocks that run from then.

    `section_47_opens` are those that run besides, where it is opened with section 47. `about_a_child`: immediate danger
    must lead to section 47 from every open state. `version` rises when states change; `moves` says, for each version
    before, where its states' running cases go ({1: {"in_progress": "assessment"}}).
    """

    name: str
    begins: str
    states: tuple[str, ...]
    initial: str
    final: tuple[str, ...]
    transitions: tuple[Transition, ...]
    about_a_child: bool
    opens: tuple[str, ...] = ()
    section_47_opens: tuple[str, ...] = ()
    version: int = 1
    moves: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    from_state: Mapping[tuple[str, str], Transition] = field(init=False, repr=False)
    actions: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faults = tuple(_faults(self))
        if faults:
            raise TableError(self.name, faults)
        by_state = {(source, each.action): each for each in self.transitions for source in each.sources}
        object.__setattr__(self, "from_state", by_state)
        names = dict.fromkeys(each.action for each in self.transitions)
        grouped = {name: tuple(each for each in self.transitions if each.action == name) for name in names}
        object.__setattr__(self, "actions", grouped)

    @property
    def open_states(self) -> tuple[str, ...]:
        """Every state in which there is still something to do."""
        return tuple(state for state in self.states if state not in self.final)


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
    yield from (f"{each.action} is for nobody" for each in table.transitions if not each.by)
    yield from _clock_faults(table)
    yield from _refusal_faults(table)
    yield from _danger_faults(table)
    yield from _version_faults(table)


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
    started = {kind for each in table.transitions for kind in each.starts} | {*table.opens, *table.section_47_opens}
    stopped = {kind for each in table.transitions for kind in each.stops}
    cancelled = {kind for each in table.transitions for kind in each.cancels}
    yield from (f"clock {kind} is started and never stopped" for kind in sorted(started - stopped))
    yield from (f"clock {kind} is stopped and never started" for kind in sorted(stopped - started))
    yield from (f"clock {kind} is cancelled and never started" for kind in sorted(cancelled - started))


def _refusal_faults(table: Table) -> Iterator[str]:
    for each in table.transitions:
        codes = {code for guard in each.guards for code in getattr(guard, "refusals", ("no declared refusal",))}
        yield from (f"{each.action}: {code} has no plain words" for code in sorted(codes - set(WORDS)))


def _danger_faults(table: Table) -> Iterator[str]:
    """Whoever works on a case may say what the danger is; that leads to section 47, and nothing forbids it."""
    if not table.about_a_child:
        return
    rows = [each for each in table.transitions if each.action == IMMEDIATE_DANGER]
    missing = set(table.open_states) - {state for each in rows for state in each.sources}
    yield from (f"{IMMEDIATE_DANGER} does not leave {state}" for state in sorted(missing))
    if not all(each.section_47 for each in rows):
        yield f"{IMMEDIATE_DANGER} does not lead to section 47"
    if table.section_47_opens and any(each.target in table.final for each in rows):
        yield f"{IMMEDIATE_DANGER} ends the case that section 47 is worked in"
    silent = {role for each in table.transitions for role in each.by if not all(role in row.by for row in rows)}
    yield from (f"{IMMEDIATE_DANGER} is not for {role}, who works here" for role in sorted(silent))
    guards = {guard for each in rows for guard in each.guards if not guard.brings}
    yield from (f"{IMMEDIATE_DANGER} may be forbidden by {guard.__name__}" for guard in guards)


def _version_faults(table: Table) -> Iterator[str]:
    for version in range(1, table.version):
        if version not in table.moves:
            yield f"cases of version {version} have nowhere to go"
    for version, moves in table.moves.items():
        lost = set(moves.values()) - set(table.states)
        yield from (f"version {version} would move to {state}, which is not a state" for state in sorted(lost))


def refuses(*codes: str, brings: tuple[str, ...] = ()) -> Callable[[Guard], Guard]:
    """Declare the codes that a guard may return, so that a table is checked for their plain words.

    `brings` names what the guard asks the actor to bring with the action (a reason, a team): until they do, it says
    what will be needed, not that the action is forbidden.
    """

    def declare(guard: Guard) -> Guard:
        guard.refusals, guard.brings = codes, brings
        return guard

    return declare
