"""What a rule may ask, as a tree of plain values: it is interpreted, compiled, proved and hashed by others.

Each leaf keeps how it is said: a clause of plain English, without a capital or a full stop.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LEVEL = "level"
OPERATORS = ("is", "in", "below", "at_least")


@dataclass(frozen=True, slots=True)
class Always:
    """Holds whatever the facts."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact, or the level reached, against a value. `wanted` is a tuple for the operator `in`."""

    fact: str
    operator: str
    wanted: Any
    says: str = field(compare=False)

    @property
    def values(self) -> tuple[Any, ...]:
        """What it is compared with, one or several."""
        return self.wanted if isinstance(self.wanted, tuple) else (self.wanted,)


@dataclass(frozen=True, slots=True)
class Seen:
    """At least `count` of these indicators, in `domains` or more domains. `says` is how the document puts it."""

    codes: frozenset[str]
    count: int = 1
    domains: int = 1
    says: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds. With a part that is not known and none that holds, this is not known either."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`count` or more of the parts hold. Not known while parts that are not known could still make up the number."""

    count: int
    parts: tuple["Condition", ...]


Joined = All | AnyOf | NoneOf | AtLeast
Condition = Always | Compare | Seen | Joined


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and every part of it, from the top."""
    yield condition
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from walk(part)


def requirements(condition: Condition) -> tuple[Condition, ...]:
    """What must hold together: the parts of an `all`, taken apart as far as they go; else the condition itself."""
    if isinstance(condition, All):
        return tuple(each for part in condition.parts for each in requirements(part))
    return (condition,)


def names_level(condition: Condition) -> bool:
    """Whether it asks what level was reached."""
    return any(isinstance(each, Compare) and each.fact == LEVEL for each in walk(condition))


def facts_of(condition: Condition) -> frozenset[str]:
    """The facts that it asks for, indicators and the level apart."""
    return frozenset(each.fact for each in walk(condition) if isinstance(each, Compare) and each.fact != LEVEL)


def say(condition: Condition) -> str:
    """The condition as a clause of plain English, without a capital or a full stop."""
    match condition:
        case Always():
            return "nothing earlier holds"
        case Seen() | Compare():
            return condition.says
        case All():
            return " and ".join(_say_part(part) for part in condition.parts)
        case AnyOf():
            return " or ".join(_say_part(part) for part in condition.parts)
        case NoneOf(parts=(part,)):
            return f"it is not so that {_say_part(part)}"
        case NoneOf():
            return f"none of these holds: {'; '.join(_say_part(part) for part in condition.parts)}"
        case AtLeast():
            held = "; ".join(_say_part(part) for part in condition.parts)
            return f"at least {condition.count} of these hold: {held}"


def _say_part(part: Condition) -> str:
    """A part that joins others stands in brackets, so that no two conditions read the same."""
    alone = isinstance(part, All | AnyOf) and len(part.parts) == 1
    return f"({say(part)})" if isinstance(part, Joined) and not alone else say(part)
