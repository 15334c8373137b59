"""Conditions as Python expressions over what `rules.facts.view` gives.

A rule fires only where it holds for certain, so each condition is written twice over: as an expression that is true
exactly when the condition holds, and as one that is true exactly when it fails. Where neither is, it is not known.
"""

from collections.abc import Iterable
from typing import Any

from rules.conditions import LEVEL, All, Always, AnyOf, Compare, Condition, NoneOf, Seen, facts_of
from rules.facts import FACTS, CodeFact, Fact
from rules.indicators import DOMAINS, INDICATORS, as_bits

_PLACE = {name: place for place, name in enumerate(FACTS)}


class Writer:
    """Writes conditions as expressions, where the level lies from what is called `low` to what is called `high`."""

    def __init__(self, low: str, high: str) -> None:
        self.low, self.high = low, high

    def holds(self, condition: Condition) -> str:
        """An expression that is true exactly when the condition is known to hold."""
        match condition:
            case Always():
                return "True"
            case Seen():
                return write_seen(condition)
            case Compare():
                return self._compare(condition, wanted=True)
            case All():
                return _join("and", map(self.holds, condition.parts))
            case AnyOf():
                return _join("or", map(self.holds, condition.parts))
            case NoneOf():
                return _join("and", map(self.fails, condition.parts))

    def fails(self, condition: Condition) -> str:
        """An expression that is true exactly when the condition is known not to hold."""
        match condition:
            case Always():
                return "False"
            case Seen():
                return f"(not {write_seen(condition)})"
            case Compare():
                return self._compare(condition, wanted=False)
            case All():
                return _join("or", map(self.fails, condition.parts))
            case AnyOf():
                return _join("and", map(self.fails, condition.parts))
            case NoneOf():
                return _join("or", map(self.holds, condition.parts))

    def _compare(self, asked: Compare, *, wanted: bool) -> str:
        if asked.fact == LEVEL:
            return self._level(asked.operator, asked.wanted, wanted)
        test = _write_test(asked.fact, asked.operator, asked.wanted, wanted)
        # Nothing is equal to None, so only an order and a denial must ask whether there is a value at all.
        guarded = may_be_unknown(FACTS[asked.fact]) and not (wanted and asked.operator in ("is", "in"))
        return f"({asked.fact} is not None and {test})" if guarded else f"({test})"

    def _level(self, operator: str, value: Any, wanted: bool) -> str:
        values = value if isinstance(value, tuple) else (value,)
        if operator == "at_least":
            return f"({self.low} >= {value})" if wanted else f"({self.high} < {value})"
        if operator == "below":
            return f"({self.high} < {value})" if wanted else f"({self.low} >= {value})"
        if wanted:
            return f"({self.low} == {self.high} and {self.low} in {values!r})"
        return _join("and", (f"not {self.low} <= {each} <= {self.high}" for each in values))


def _write_test(name: str, operator: str, value: Any, wanted: bool) -> str:
    if isinstance(value, bool):
        return f"{name} is {value is wanted}"
    symbols = {"is": ("==", "!="), "in": ("in", "not in"), "below": ("<", ">="), "at_least": (">=", "<")}
    return f"{name} {symbols[operator][not wanted]} {value!r}"


def write_seen(asked: Seen) -> str:
    """An expression that is true exactly when enough was seen; that is always known."""
    if asked.count == asked.domains == 1:
        return f"(seen & {as_bits(asked.codes)} != 0)"
    enough = f"(seen & {as_bits(asked.codes)}).bit_count() >= {asked.count}"
    places = (f"(seen & {_bits_of_domain(asked, domain)} != 0)" for domain in DOMAINS)
    return f"({enough} and {' + '.join(places)} >= {asked.domains})" if asked.domains > 1 else f"({enough})"


def _bits_of_domain(asked: Seen, domain: str) -> int:
    return as_bits(code for code in asked.codes if domain in INDICATORS[code].domains)


def _join(word: str, parts: Iterable[str]) -> str:
    return f"({f' {word} '.join(parts)})"


def asks_for(condition: Condition) -> int:
    """A bit for each of FACTS (in their order) that a condition asks for and that may be unknown."""
    return sum(1 << _PLACE[name] for name in facts_of(condition) if may_be_unknown(FACTS[name]))


def may_be_unknown(fact: Fact) -> bool:
    """Whether there may be no value for it, or one that asking would change."""
    return bool(fact.unknown or fact.unasked) if isinstance(fact, CodeFact) else fact.may_be_unknown
