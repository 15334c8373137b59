"""A policy document as formulas: each condition twice over, as what holds for certain and what fails for certain.

This reads the document, not the compiled function; that the two agree is itself one of the proofs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import z3

from rules.conditions import LEVEL, All, Always, AnyOf, AtLeast, Compare, Condition, NoneOf, Seen
from rules.facts import YesNoFact
from rules.policy import FIRST, LADDER, RANKED, ROUTES, Policy, Rule, rank_of
from rules.prove.symbols import Person
from rules.vocabulary import Vocabulary


@dataclass(frozen=True)
class Outcome:
    """An answer as formulas: `rag` is a place in RANKED and `route` one in ROUTES. `gaps` is where there is none."""

    level: Any
    rag: Any
    route: Any
    section_47: Any
    today: Any
    gaps: dict[str, Any]

    def differs(self, other: "Outcome") -> Any:
        """That some part of the two is not the same, or one has a gap where the other has none."""
        pairs = zip(self.parts, other.parts, strict=True)
        gaps = (self.gaps[part] != other.gaps[part] for part in self.gaps)
        return z3.Or(*(one != two for one, two in pairs), *gaps)

    def is_below(self, other: "Outcome") -> Any:
        """That some part that says how serious it is stands lower here than there, or the route gives less help.

        A route off the ladder hands the person on, so it is neither lower nor higher.
        """
        flags = z3.Or(z3.And(other.section_47, z3.Not(self.section_47)), z3.And(other.today, z3.Not(self.today)))
        route = z3.And(self.route < other.route, other.route < len(LADDER), self.route >= 0)
        return z3.Or(self.level < other.level, self.rag < other.rag, flags, route)

    @property
    def parts(self) -> tuple[Any, ...]:
        """The five parts, in the order of a verdict's."""
        return self.level, self.route, self.rag, self.section_47, self.today


@dataclass(frozen=True)
class Reading:
    """What a document says of a person: which rules hold, by their names, and what comes of it."""

    holds: dict[str, Any]
    outcome: Outcome


def read_policy(policy: Policy, person: Person) -> Reading:
    """The document's answer about `person`, as formulas."""
    words = policy.vocabulary
    # A rule that asks for the level cannot set it, so what it says of the level is never looked at.
    first = [rule for rule in policy.rules if rule.level is not None]
    level = _level(policy, [(rule, holds(words, rule.when, person, z3.IntVal(0))) for rule in first])
    held = [(rule, holds(words, rule.when, person, level)) for rule in policy.rules]
    rag, route = _rag(policy, held), _route(policy, held)
    gaps = {"level": level == 0, "rag": rag == -1, "route": route == -1}
    flags = (
        z3.Or(*(fact for rule, fact in held if getattr(rule, flag))) for flag in ("section_47", "must_be_seen_today")
    )
    return Reading({rule.id: fact for rule, fact in held}, Outcome(level, rag, route, *flags, gaps))


Held = list[tuple[Rule, Any]]


def _level(policy: Policy, held: Held) -> Any:
    otherwise = z3.IntVal(policy.combination.otherwise_level or 0)
    return _combine(policy.combination.level, held, lambda rule: rule.level, otherwise)


def _rag(policy: Policy, held: Held) -> Any:
    how = policy.combination
    otherwise = z3.IntVal(RANKED.index(how.otherwise_rag) if how.otherwise_rag else -1)
    return _combine(how.rag, held, lambda rule: RANKED.index(rule.rag) if rule.rag else None, otherwise)


def _route(policy: Policy, held: Held) -> Any:
    otherwise = policy.combination.otherwise_route
    start = z3.IntVal(ROUTES.index(otherwise) if otherwise else -1)
    return _first(held, lambda rule: ROUTES.index(rule.route) if rule.route else None, start)


def _combine(how: str, held: Held, value_of: Callable[[Rule], int | None], otherwise: Any) -> Any:
    if how == FIRST:
        floors = [(rule, fact) for rule, fact in held if rule.floor]
        return _raise(floors, value_of, _first(held, value_of, otherwise))
    any_gives = z3.Or(*(fact for rule, fact in held if value_of(rule) is not None))
    return z3.If(any_gives, _raise(held, value_of, z3.IntVal(-1)), otherwise)


def _raise(held: Held, value_of: Callable[[Rule], int | None], start: Any) -> Any:
    answer = start
    for rule, fact in held:
        value = value_of(rule)
        answer = answer if value is None else z3.If(z3.And(fact, answer < value), value, answer)
    return answer


def _first(held: Held, value_of: Callable[[Rule], int | None], start: Any) -> Any:
    answer = start
    for rule, fact in sorted(held, key=lambda each: rank_of(each[0]))[::-1]:
        value = value_of(rule)
        answer = answer if value is None else z3.If(fact, value, answer)
    return answer


def holds(vocabulary: Vocabulary, condition: Condition, person: Person, level: Any) -> Any:
    """That the condition holds for certain."""
    return _read(vocabulary, condition, person, level)[0]


def _read(vocabulary: Vocabulary, condition: Condition, person: Person, level: Any) -> tuple[Any, Any]:
    """That it holds for certain, and that it fails for certain."""
    match condition:
        case Always():
            return z3.BoolVal(True), z3.BoolVal(False)
        case Seen():
            seen = _read_seen(vocabulary, condition, person)
            return seen, z3.Not(seen)
        case Compare():
            return _read_compare(condition, person, level)
    both = [_read(vocabulary, part, person, level) for part in condition.parts]
    true, false = [each[0] for each in both], [each[1] for each in both]
    match condition:
        case All():
            return z3.And(*true), z3.Or(*false)
        case AnyOf():
            return z3.Or(*true), z3.And(*false)
        case NoneOf():
            return z3.And(*false), z3.Or(*true)
        case AtLeast():
            return _at_least(true, condition.count), _at_least(false, len(both) - condition.count + 1)


def _at_least(facts: Iterable[Any], count: int) -> Any:
    return z3.PbGe([(fact, 1) for fact in facts], count)


def _read_seen(vocabulary: Vocabulary, asked: Seen, person: Person) -> Any:
    enough = _at_least([person.seen[code] for code in sorted(asked.codes)], asked.count)
    places = [
        z3.Or(*(person.seen[code] for code in sorted(asked.codes) if name in vocabulary.indicators[code].domains))
        for name in vocabulary.domains
    ]
    return z3.And(enough, _at_least(places, asked.domains))


def _read_compare(asked: Compare, person: Person, level: Any) -> tuple[Any, Any]:
    if asked.fact == LEVEL:
        test = _test(asked, level, lambda value: value)
        return test, z3.Not(test)
    known, fact = person.known[asked.fact], person.facts[asked.fact]
    coded = hasattr(fact, "codes")
    test = _test(asked, person.value[asked.fact], lambda value: person.code(asked.fact, value) if coded else value)
    if isinstance(fact, YesNoFact):
        test = person.value[asked.fact] == asked.wanted
    return z3.And(known, test), z3.And(known, z3.Not(test))


def _test(asked: Compare, value: Any, code: Callable[[Any], Any]) -> Any:
    match asked.operator:
        case "below":
            return value < asked.wanted
        case "at_least":
            return value >= asked.wanted
        case _:
            return z3.Or(*(value == code(each) for each in asked.values))
