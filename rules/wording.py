"""How what a policy asks of a fact, and what it answers, is said to a person."""

from typing import Any

from rules.durations import say_days
from rules.facts import NEVER, CodeFact, CountFact, Fact, YesNoFact
from rules.policy import Verdict

_OPERATORS = {"is": "is", "in": "is", "below": "is below", "at_least": "is at least"}


def say_comparison(fact: Fact, operator: str, wanted: Any) -> str:
    """What it means that a fact compares so, as a clause with its unit."""
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    match fact:
        case YesNoFact():
            return " or ".join(fact.yes if value else fact.no for value in values)
        case CodeFact():
            return f"{fact.subject} {join_or(fact.codes[code] for code in values)}"
        case CountFact():
            return f"{fact.subject} {_OPERATORS[operator]} {join_or(say_count(fact, value) for value in values)}"


def say_count(fact: CountFact, value: int) -> str:
    """A number with what it counts, or "never"."""
    if fact.unit != "days":
        return str(value)
    return "never" if value == NEVER and fact.may_be_never else say_days(value)


def say_level(operator: str, wanted: Any) -> str:
    """What it means that the level compares so."""
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    return f"the level {_OPERATORS[operator]} {join_or(map(str, values))}"


def join_or(values: Any) -> str:
    """ "one", "one or two"."""
    return " or ".join(values)


def say_answer(verdict: Verdict) -> str:
    """An answer in a few words: "level 3, early help, amber"."""
    words = f"level {verdict.level}, {verdict.route.replace('_', ' ')}, {verdict.rag}"
    return words + (", section 47" if verdict.section_47 else "")
