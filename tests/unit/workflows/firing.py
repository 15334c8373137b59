"""Trying an action on a table, for the tests of every one of them."""

from typing import Any

from workflows.definition import IMMEDIATE_DANGER, Table
from workflows.engine import Refused, fire, permitted


def refusals(table: Table, state: str, action: str, role: str, context: Any) -> list[str]:
    """The codes with which the action is refused; none where it may be done."""
    try:
        fire(table, state, action, role, context)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def words_of_refusal(table: Table, state: str, action: str, role: str, context: Any) -> list[str]:
    """What the actor is told, sentence by sentence; nothing where it may be done."""
    try:
        fire(table, state, action, role, context)
    except Refused as refused:
        return [reason.words for reason in refused.reasons]
    return []


def allowed(table: Table, state: str, role: str, context: Any) -> set[str]:
    """The actions that may be done now, once what they ask for is brought."""
    return {each.action for each in permitted(table, state, role, context) if each.allowed}


def states_without_danger(table: Table, roles: frozenset[str], context: Any) -> list[tuple[str, str]]:
    """The open states from which one of these roles cannot declare immediate danger, bringing nothing but a reason."""
    tries = ((state, role) for state in table.open_states for role in sorted(roles))
    return [(state, role) for state, role in tries if refusals(table, state, IMMEDIATE_DANGER, role, context)]
