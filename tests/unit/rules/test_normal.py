"""A condition as rows: one of them is met exactly when the condition is known to hold."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import interpret
from rules.conditions import AtLeast, Compare
from rules.facts import UNKNOWN, Facts
from rules.normal import DOMAINS, KNOWN, SEEN, Row, Span, Subject, TooManyRows, rows_of
from tests.unit.rules.drawing import OURS, V4, draw_facts, draw_policies

WHENS = {rule.id: rule.when for policy in OURS for rule in policy.rules}


def _find(subject: Subject, facts: Facts, level: int) -> object:
    """What a subject is of somebody, told apart from rules/normal.py."""
    found = subject.codes & facts.indicators
    if subject.what in (SEEN, DOMAINS):
        return len(found if subject.what == SEEN else {d for c in found for d in V4.vocabulary.indicators[c].domains})
    value = getattr(facts, subject.name, level)
    if subject.what == KNOWN:
        return "no" if value is None else "yes"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _is_met(row: Row, facts: Facts, level: int) -> bool:
    for subject, demand in row.items():
        value = _find(subject, facts, level)
        if isinstance(demand, Span) and not (value is not None and demand.start <= value < demand.end):
            return False
        if not isinstance(demand, Span) and (value == UNKNOWN or value not in demand):
            return False
    return True


@settings(max_examples=150, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=1, max_size=5), st.integers(1, 4))
def test_some_row_is_met_exactly_when_the_condition_holds(policy, people, level) -> None:
    for rule in policy.rules:
        rows = rows_of(policy.vocabulary, rule.when)
        for facts in people:
            holds = interpret.truth(policy.vocabulary, rule.when, facts, level) is True
            assert any(_is_met(row, facts, level) for row in rows) is holds


@settings(max_examples=50, deadline=None)
@given(draw_policies())
def test_no_row_is_met_only_where_another_is(policy) -> None:
    for rule in policy.rules:
        for one, other in combinations(rows_of(policy.vocabulary, rule.when), 2):
            assert not _asks_no_less(one, other)
            assert not _asks_no_less(other, one)


def _asks_no_less(narrow: Row, wide: Row) -> bool:
    return all(subject in narrow and _lies_in(narrow[subject], demand) for subject, demand in wide.items())


def _lies_in(narrow: object, wide: object) -> bool:
    if isinstance(narrow, Span) and isinstance(wide, Span):
        return wide.start <= narrow.start and narrow.end <= wide.end
    return narrow <= wide


def test_rule_on_a_baby_has_four_rows() -> None:
    rows = rows_of(V4.vocabulary, WHENS["mark_on_a_baby_who_is_not_mobile"])
    assert len(rows) == 4
    assert {Subject(KNOWN, "age_days"), Subject("fact", "age_days")} < set(rows[1])


def test_number_that_may_be_anything_is_no_demand() -> None:
    asked = Compare("earlier_enquiries_12m", "at_least", 0, "the number is at least 0")
    assert rows_of(V4.vocabulary, asked) == [{}]
    assert rows_of(V4.vocabulary, replace(asked, fact="age_days")) == [{Subject(KNOWN, "age_days"): {"yes"}}]


def test_condition_with_too_many_rows_is_refused() -> None:
    parts = tuple(WHENS.values())
    with pytest.raises(TooManyRows, match="more than 1,000 rows"):
        rows_of(V4.vocabulary, AtLeast(len(parts) // 2, parts))
