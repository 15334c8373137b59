"""Conditions of a rule, from a policy's YAML to functions of three values: true, false, or None for not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from rules.facts import Facts
from rules.indicators import INDICATORS

FACTS = {field.name for field in fields(Facts)} - {"indicators"}
Truth = bool | None
Test = Callable[[Facts, int], Truth]
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "below": lambda value, wanted: value < wanted,
    "at_least": lambda value, wanted: value >= wanted,
}
WORDS = {"is": "is", "in": "is one of", "below": "is below", "at_least": "is at least"}


class ConditionError(ValueError):
    """A condition that cannot be read: says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A test, what it asks in plain words, the parts it is made of, and the values of facts at which it may turn."""

    test: Test
    says: str
    parts: tuple["Condition", ...] = ()
    turns_at: tuple[tuple[str, Any], ...] = ()
    indicators: frozenset[str] = frozenset()

    def leaves(self) -> tuple["Condition", ...]:
        """The tests at the bottom, left to right."""
        return tuple(leaf for part in self.parts for leaf in part.leaves()) or (self,)

    def seen(self, facts: Facts) -> tuple[str, ...]:
        """What makes this hold, in plain words: the indicators seen where it asks for some, else what it says."""
        found = sorted(INDICATORS[code].words for code in self.indicators & facts.indicators)
        return tuple(found) or (self.says,)


def read_condition(document: Any) -> Condition:
    """The condition that one mapping of a policy's `when` states; several keys must all hold."""
    if not isinstance(document, Mapping) or not document:
        raise ConditionError("a condition is a mapping, like {consent: refused}")
    parts = tuple(_read_one(key, value) for key, value in document.items())
    return parts[0] if len(parts) == 1 else _all(parts)


def _read_one(key: str, value: Any) -> Condition:
    if key in JOINS:
        if not isinstance(value, list) or not value:
            raise ConditionError(f"{key} takes a list of conditions")
        return JOINS[key](tuple(read_condition(each) for each in value))
    if key == "indicator":
        return _indicator(value)
    if key == "indicators":
        return _indicators(value)
    if key == "level":
        return _level(value)
    if key not in FACTS:
        raise ConditionError(f"there is no fact {key!r}; use one of: {', '.join(sorted(FACTS))}")
    return _fact(key, value)


def _all(parts: tuple[Condition, ...]) -> Condition:
    def test(facts: Facts, level: int) -> Truth:
        answer: Truth = True
        for part in parts:
            truth = part.test(facts, level)
            if truth is False:
                return False
            answer = answer if truth else None
        return answer

    return Condition(test, " and ".join(part.says for part in parts), parts, _turns(parts))


def _any(parts: tuple[Condition, ...]) -> Condition:
    def test(facts: Facts, level: int) -> Truth:
        answer: Truth = False
        for part in parts:
            truth = part.test(facts, level)
            if truth:
                return True
            answer = None if truth is None else answer
        return answer

    indicators = frozenset().union(*(part.indicators for part in parts))
    return Condition(test, " or ".join(part.says for part in parts), (), _turns(parts), indicators)


def _none(parts: tuple[Condition, ...]) -> Condition:
    any_ = _any(parts)

    def test(facts: Facts, level: int) -> Truth:
        truth = any_.test(facts, level)
        return None if truth is None else not truth

    return Condition(test, f"not ({any_.says})", (), _turns(parts))


JOINS = {"all": _all, "any": _any, "none": _none}


def _turns(parts: tuple[Condition, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict.fromkeys(turn for part in parts for turn in part.turns_at))


def _indicator(code: str) -> Condition:
    if code not in INDICATORS:
        raise ConditionError(f"there is no indicator {code!r}")
    return Condition(
        lambda facts, level: code in facts.indicators,
        f"“{INDICATORS[code].words}” is seen",
        indicators=frozenset({code}),
    )


def _indicators(value: Mapping[str, Any]) -> Condition:
    """Indicators of a level or section: at least `count` of them (one unless said), in `domains` or more domains."""
    unknown = set(value) - {"level", "section", "count", "domains"}
    if unknown or not {"level", "section"} & set(value):
        raise ConditionError("indicators takes level or section, and count and domains")
    wanted = frozenset(each.code for each in INDICATORS.values() if _fits(each, value))
    count, domains = value.get("count", 1), value.get("domains", 1)
    # Codes that share their domains count for as many as there are: precomputed, because this runs most often.
    where = {code: INDICATORS[code].domains for code in wanted}

    def test(facts: Facts, level: int) -> Truth:
        seen = facts.indicators & wanted
        if len(seen) < count:
            return False
        return domains == 1 or len(frozenset().union(*(where[code] for code in seen))) >= domains

    kind = f"level {value['level']}" if "level" in value else value["section"]
    spread = f" in {domains} domains" if domains > 1 else ""
    return Condition(test, f"{count} or more {kind} indicators are seen{spread}", indicators=wanted)


def _fits(indicator: Any, value: Mapping[str, Any]) -> bool:
    return indicator.usual_level == value.get("level", indicator.usual_level) and indicator.section == value.get(
        "section", indicator.section
    )


def _level(value: Mapping[str, Any]) -> Condition:
    operator, wanted = _operator(value)
    compare = COMPARE[operator]
    return Condition(lambda facts, level: compare(level, wanted), f"the level {WORDS[operator]} {wanted}")


def _fact(name: str, value: Any) -> Condition:
    operator, wanted = _operator(value)
    compare = COMPARE[operator]

    def test(facts: Facts, level: int) -> Truth:
        known = getattr(facts, name)
        return None if known is None or known == "unknown" else compare(known, wanted)

    turns = ((name, wanted), (name, wanted - 1)) if operator in ("below", "at_least") else ((name, _first(wanted)),)
    return Condition(test, f"{name.replace('_', ' ')} {WORDS[operator]} {_spell(wanted)}", (), turns)


def _operator(value: Any) -> tuple[str, Any]:
    if isinstance(value, list):
        return "in", tuple(value)
    if not isinstance(value, Mapping):
        return "is", value
    if len(value) != 1 or (operator := next(iter(value))) not in COMPARE:
        raise ConditionError(f"a comparison is one of: {', '.join(COMPARE)}")
    wanted = value[operator]
    return operator, tuple(wanted) if isinstance(wanted, list) else wanted


def _first(wanted: Any) -> Any:
    return wanted[0] if isinstance(wanted, tuple) else wanted


def _spell(wanted: Any) -> str:
    if isinstance(wanted, tuple):
        return ", ".join(map(str, wanted))
    return {True: "yes", False: "no"}.get(wanted, str(wanted)) if isinstance(wanted, bool) else str(wanted)
