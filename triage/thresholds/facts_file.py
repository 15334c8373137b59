"""Facts from a file: one person a line, as JSON."""

import json
from typing import Any

from rules.facts import FactError, Facts
from rules.policy import Policy

MOST_DIGITS = 12


class LineError(ValueError):
    """A line that is not one person's facts: says what is wrong, and with which fact if it is one."""


def read_facts_line(policy: Policy, line: str) -> Facts:
    """The facts on one line, in the words of a policy. LineError says what to put right."""
    return read_values(policy, read_object(line))


def read_object(line: str) -> dict[str, Any]:
    """What stands on one line. LineError where it is not one JSON object, or says something twice."""
    try:
        line.encode()
        values = json.loads(line, object_pairs_hook=_once, parse_constant=_refuse_constant, parse_int=_read_whole)
    except json.JSONDecodeError as error:
        raise LineError(f"this is not JSON ({error.msg} at column {error.colno}). Write one object a line.") from error
    except UnicodeEncodeError as error:
        raise LineError("this is not UTF-8 text. Save the file as UTF-8.") from error
    except RecursionError as error:
        raise LineError("this is nested too deep. Write one flat object a line.") from error
    if not isinstance(values, dict):
        raise LineError('this is not an object. Write the facts like {"kind": "child", "age_days": 400}.')
    return values


def read_values(policy: Policy, values: dict[str, Any]) -> Facts:
    """The facts that were read, in the words of a policy. LineError says what to put right."""
    try:
        return policy.read_facts(values)
    except FactError as error:
        raise LineError(str(error)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LineError(f"{twice}: this stands on the line twice. Keep one.")
    return values


def _read_whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise LineError(f"{digits[:MOST_DIGITS]}… is no number that a fact could have. Correct it.")
    return int(digits)


def _refuse_constant(name: str) -> Any:
    raise LineError(f"{name} is not a number. Leave out what is not known, or write null.")
