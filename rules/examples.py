"""People to try a policy on: for each rule the plainest who fits it, and those with one thing more or less."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from rules.facts import NAMES, CodeFact, CountFact, Facts, YesNoFact
from rules.normal import DOMAINS, FACT, KNOWN, SEEN, YES, Row, Span, TooManyRows, rows_of
from rules.policy import Policy
from rules.vocabulary import Vocabulary

PLAIN_AGE = 2922  # eight years: where an age must be known and any will do


def try_people(*policies: Policy) -> Iterator[Facts]:
    """Whoever fits a rule of any of the policies, alone and with what fits another; each with any one thing more seen.

    No two are the same. A policy of some thirty rules gives some tens of thousands.
    """
    met: set[Facts] = set()
    fitting = list(dict.fromkeys(facts for policy in policies for facts in fit_rules(policy)))
    more = [
        frozenset[str](),
        *dict.fromkeys(frozenset({code}) for each in policies for code in each.vocabulary.indicators),
    ]
    for one, other in product(fitting, fitting):
        both = _join(one, other)
        for codes in more if one == other else more[:1]:
            facts = replace(both, indicators=both.indicators | codes)
            if facts not in met:
                met.add(facts)
                yield facts


def fit_rules(policy: Policy) -> Iterator[Facts]:
    """The plainest person for each way in which each rule can be met, whatever the level; and somebody quite plain."""
    yield Facts()
    for rule in policy.rules:
        try:
            rows = rows_of(policy.vocabulary, rule.when)
        except TooManyRows:
            continue
        yield from (_fit(policy.vocabulary, row) for row in rows)


def list_untried(policy: Policy) -> Iterator[str]:
    """The rules that are too intricate for people to be made who fit them."""
    for rule in policy.rules:
        try:
            rows_of(policy.vocabulary, rule.when)
        except TooManyRows:
            yield rule.id


def _fit(vocabulary: Vocabulary, row: Row) -> Facts:
    values: dict[str, Any] = {}
    codes: set[str] = set()
    for subject, demand in sorted(row.items(), key=lambda each: each[0].what == FACT):
        if subject.what == KNOWN and demand == {YES}:
            values.setdefault(subject.name, PLAIN_AGE if subject.name == "age_days" else 0)
        elif subject.what == FACT:
            values[subject.name] = _choose(vocabulary, subject.name, demand, values.get(subject.name))
        elif subject.what in (SEEN, DOMAINS):
            codes |= set(_see(vocabulary, subject.codes, subject.what, demand.start))
    return Facts(**values, indicators=frozenset(codes))


def _choose(vocabulary: Vocabulary, name: str, demand: Any, plain: Any) -> Any:
    match vocabulary.facts[name]:
        case YesNoFact():
            return YES in demand
        case CodeFact() as fact:
            return next(code for code in fact.codes if code in demand)
        case CountFact():
            return plain if plain is not None and demand.start <= plain < demand.end else _nearest(demand)


def _nearest(span: Span) -> int:
    """The number that just meets the demand: where it is bounded above only, the last one below."""
    return span.start if span.start else span.end - 1


def _see(vocabulary: Vocabulary, codes: frozenset[str], what: str, least: int) -> Iterator[str]:
    """So many of the codes, in as many domains as may be, in the order of the vocabulary."""
    met: set[str] = set()
    left = [code for code in vocabulary.indicators if code in codes]
    for _ in range(least):
        code = min(left, key=lambda each: (vocabulary.indicators[each].domains <= met, left.index(each)))
        if what == DOMAINS and vocabulary.indicators[code].domains <= met:
            return
        met |= vocabulary.indicators[code].domains
        left.remove(code)
        yield code


def _join(one: Facts, other: Facts) -> Facts:
    """Both at once; where they differ in a fact, the second unless it is as usual."""
    plain = Facts()
    values = {name: getattr(other, name) for name in NAMES if getattr(other, name) != getattr(plain, name)}
    return replace(one, **values, indicators=one.indicators | other.indicators)
