"""Anybody at all, as unknowns of the solver: one for each fact and each indicator."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import z3

from rules.facts import NAMES, NEVER, CodeFact, CountFact, Fact, Facts, YesNoFact
from rules.vocabulary import Vocabulary


@dataclass(frozen=True)
class Person:
    """`value` holds an Int for a number or a code (its place among the codes) and a Bool for yes or no, by fact.

    `known` says whether there is a value; `seen` is a Bool for each indicator. `valid` is what any person satisfies.
    """

    facts: Mapping[str, Fact]
    value: Mapping[str, Any]
    known: Mapping[str, Any]
    seen: Mapping[str, Any]

    @property
    def valid(self) -> Any:
        """What holds of everybody: numbers in their range, codes among those there are."""
        return z3.And(*(part for name in NAMES for part in _limits(self.facts[name], self.value[name])))

    def code(self, name: str, code: str) -> int:
        """A code's place among those of its fact."""
        return list(self.facts[name].codes).index(code)

    def but_seen(self, seen: Mapping[str, Any]) -> "Person":
        """The same person in every other respect."""
        return replace(self, seen=seen)


def anybody(vocabulary: Vocabulary, mark: str = "") -> Person:
    """A person of whom nothing is said yet. `mark` tells the unknowns of two persons apart."""
    facts = vocabulary.facts
    value = {name: _unknown(f"{name}{mark}", facts[name]) for name in NAMES}
    known = {name: _known(f"{name}_known{mark}", facts[name], value[name]) for name in NAMES}
    return Person(facts, value, known, {code: z3.Bool(f"{code}{mark}") for code in vocabulary.indicators})


def _unknown(name: str, fact: Fact) -> Any:
    return z3.Bool(name) if isinstance(fact, YesNoFact) else z3.Int(name)


def _known(name: str, fact: Fact, value: Any) -> Any:
    if isinstance(fact, CodeFact):
        return value != list(fact.codes).index(fact.unknown) if fact.unknown else z3.BoolVal(True)
    return z3.Bool(name) if fact.may_be_unknown else z3.BoolVal(True)


def _limits(fact: Fact, value: Any) -> Iterator[Any]:
    if isinstance(fact, CodeFact):
        yield z3.And(value >= 0, value < len(fact.codes))
    if isinstance(fact, CountFact):
        yield z3.And(value >= 0, value <= NEVER)


def same_but_age(one: Person, other: Person) -> Any:
    """That `other` is `one` in every respect except their age, which is known of both."""
    same = [one.value[name] == other.value[name] for name in NAMES if name != "age_days"]
    same += [one.known[name] == other.known[name] for name in NAMES]
    same += [one.seen[code] == other.seen[code] for code in one.seen]
    return z3.And(one.known["age_days"], *same)


def read_person(model: Any, person: Person) -> Facts:
    """The person that a model of the solver is: what it leaves open is as usual."""
    values = {name: _read(model, person, name) for name in NAMES}
    seen = frozenset(code for code, each in person.seen.items() if z3.is_true(model.eval(each, True)))
    return Facts(**values, indicators=seen)


def _read(model: Any, person: Person, name: str) -> Any:
    if not z3.is_true(model.eval(person.known[name], True)) and not isinstance(person.facts[name], CodeFact):
        return None
    value, fact = model.eval(person.value[name], True), person.facts[name]
    match fact:
        case YesNoFact():
            return z3.is_true(value)
        case CodeFact():
            return list(fact.codes)[value.as_long()]
        case CountFact():
            return value.as_long()


def usual(person: Person) -> Iterator[Any]:
    """What is usual of each fact and indicator, as something to prefer: a counter-example tells only what it must."""
    plain = Facts()
    for each in person.seen.values():
        yield z3.Not(each)
    for name in NAMES:
        yield _is(person, name, getattr(plain, name))
    for days in (2922, 1461, 30):  # where an age must be known: eight years, four years, a month
        yield person.value["age_days"] == days


def _is(person: Person, name: str, value: Any) -> Any:
    if value is None:
        return z3.Not(person.known[name])
    fact = person.facts[name]
    if isinstance(fact, CodeFact):
        return person.value[name] == person.code(name, value)
    return z3.And(person.known[name], person.value[name] == value)
