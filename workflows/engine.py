"""Firing actions. The only importer of `transitions`.

One Machine a table, without a model: a Machine a row costs a hundred times as much, and the library's automatic
transitions would walk past every guard.
"""

import logging
from dataclasses import dataclass
from typing import Any

from transitions import Machine

from workflows.definition import Table, Transition
from workflows.refusals import names_details, words

# It tells each state entered and left at INFO: twice a fire, where our own event log says it better.
logging.getLogger("transitions").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a code, and plain words that say what to do."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Fired:
    """What an action leads to: the new state, and the row of the table that says what else follows."""

    target: str
    row: Transition


@dataclass(frozen=True, slots=True)
class Permitted:
    """An action from the present state: allowed, or every reason why not.

    `says` is what a button would say; `asks` names what the actor may bring, and `needs` says what they must.
    """

    action: str
    says: str
    allowed: bool
    reasons: tuple[Reason, ...]
    needs: tuple[Reason, ...]
    asks: tuple[str, ...]


class Refused(Exception):
    """The action may not be done now."""

    def __init__(self, action: str, reasons: tuple[Reason, ...]) -> None:
        super().__init__(f"{action}: " + " ".join(reason.words for reason in reasons))
        self.action, self.reasons = action, reasons


class _Subject:
    """What the machine moves: thrown away after each fire."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def _build(table: Table) -> Machine:
    machine = Machine(model=None, states=list(table.states), initial=None, auto_transitions=False)
    for each in table.transitions:
        machine.add_transition(each.action, list(each.sources), each.target or "=")
    return machine


_MACHINES: dict[int, tuple[Table, Machine]] = {}


def _machine_of(table: Table) -> Machine:
    """The table's machine, built at its first use. The table is kept beside it, so that its id stays its own."""
    if id(table) not in _MACHINES:
        _MACHINES[id(table)] = (table, _build(table))
    return _MACHINES[id(table)][1]


def fire(table: Table, state: str, action: str, role: str, context: Any) -> Fired:
    """Where `action` leads from `state` for this role. Refused, with every reason, where it may not be done."""
    reasons = _refusals(table, state, action, role, context)
    if reasons:
        raise Refused(action, reasons)
    row = table.from_state[state, action]
    subject = _Subject(state)
    _machine_of(table).events[action].trigger(subject)
    return Fired(subject.state, row)


def permitted(table: Table, state: str, role: str, context: Any) -> tuple[Permitted, ...]:
    """Every action that leaves `state`: allowed, or why not, and what it needs."""
    return tuple(_permit(table, state, each, role, context) for each in table.transitions if state in each.sources)


def may(table: Table, state: str, action: str, role: str, context: Any) -> bool:
    """Whether `action` would be permitted: that alone, for whoever asks it of every line of a list."""
    return not _barred(table, state, action, role) and not _ask(table.from_state[state, action], context, brought=False)


def _permit(table: Table, state: str, row: Transition, role: str, context: Any) -> Permitted:
    reasons = _barred(table, state, row.action, role) or _ask(row, context, brought=False)
    needs = () if reasons else _ask(row, context, brought=True)
    return Permitted(row.action, row.says, not reasons, reasons, needs, row.asks)


def _refusals(table: Table, state: str, action: str, role: str, context: Any) -> tuple[Reason, ...]:
    barred = _barred(table, state, action, role)
    if barred:
        return barred
    row = table.from_state[state, action]
    if not any([guard(context) for guard in row.guards]):  # mostly: then each is asked once, and no order matters
        return ()
    return _ask(row, context, brought=False) + _ask(row, context, brought=True)


def _barred(table: Table, state: str, action: str, role: str) -> tuple[Reason, ...]:
    row = table.from_state.get((state, action))
    if row is None:
        code = "not_in_this_state" if action in table.actions else "unknown_action"
        return (Reason(code, words(code, state=state.replace("_", " "))),)
    if role not in row.by:
        roles = ", ".join(sorted(each.replace("_", " ") for each in row.by - {"system"}))
        return (Reason("not_your_role", words("not_your_role", roles=roles)),)
    return ()


def _ask(row: Transition, context: Any, *, brought: bool) -> tuple[Reason, ...]:
    codes = (guard(context) for guard in row.guards if bool(guard.brings) is brought)
    return tuple(Reason(code, words(code, **_details(code, context))) for code in codes if code)


def _details(code: str, context: Any) -> dict[str, str]:
    """What the plain words of a refusal may name, where they name anything: who has the case, who has not answered."""
    return context.details() if names_details(code) and hasattr(context, "details") else {}
