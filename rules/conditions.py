"""What a rule may ask, as a tree of plain values: it is interpreted, compiled, put in words and hashed by others."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rules.facts import FACTS, CodeFact, CountFact, Fact, YesNoFact
from rules.indicators import INDICATORS

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


@dataclass(frozen=True, slots=True)
class Seen:
    """At least `count` of these indicators, in `domains` or more domains. `says` puts it in words."""

    codes: frozenset[str]
    says: str
    count: int = 1
    domains: int = 1


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


Condition = Always | Compare | Seen | All | AnyOf | NoneOf


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and every part of it, from the top."""
    yield condition
    if isinstance(condition, All | AnyOf | NoneOf):
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
        case Seen():
            return condition.says
        case Compare():
            return _say_compare(condition)
        case All():
            return " and ".join(say(part) for part in condition.parts)
        case AnyOf():
            return " or ".join(say(part) for part in condition.parts)
        case NoneOf():
            return f"it is not so that {' or '.join(say(part) for part in condition.parts)}"


@lru_cache(maxsize=1024)  # the same few, for ever: no policy asks for more
def _say_compare(asked: Compare) -> str:
    if asked.fact == LEVEL:
        return f"the level {_OPERATOR_WORDS[asked.operator]} {_join(_several(asked.wanted))}"
    return say_fact(FACTS[asked.fact], asked.operator, asked.wanted)


def say_fact(fact: Fact, operator: str, wanted: Any) -> str:
    """What it means that a fact compares so, in plain words with its unit."""
    match fact:
        case YesNoFact():
            return " or ".join(fact.yes if value else fact.no for value in _several(wanted))
        case CodeFact():
            return f"{fact.subject} {_join(tuple(fact.codes[code] for code in _several(wanted)))}"
        case CountFact():
            unit = f" {fact.unit}" if fact.unit == "days" else ""
            return f"{fact.subject} {_OPERATOR_WORDS[operator]} {_join(_several(wanted))}{unit}"


_OPERATOR_WORDS = {"is": "is", "in": "is", "below": "is below", "at_least": "is at least"}


def _several(wanted: Any) -> tuple[Any, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _join(values: tuple[Any, ...]) -> str:
    return " or ".join(map(str, values))


def words_seen(condition: Seen, seen: frozenset[str]) -> tuple[str, ...]:
    """The plain words of what was seen of what it asks for, in the order of the alphabet."""
    return tuple(sorted(INDICATORS[code].words for code in condition.codes & seen))
