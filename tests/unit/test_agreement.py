"""Cohen's kappa: beside a slow reading of its definition, and where it is known without reckoning."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.insight.agreement import ENOUGH, measure_agreement

CHOICES = st.sampled_from("abcd")
PAIRS = st.lists(st.tuples(CHOICES, CHOICES), min_size=1, max_size=60)


def slow_kappa(pairs):
    """Of every first with every second, how often the two are alike: that is what chance gives."""
    crossed = list(product([first for first, _ in pairs], [second for _, second in pairs]))
    chance = Fraction(sum(first == second for first, second in crossed), len(crossed))
    observed = Fraction(sum(first == second for first, second in pairs), len(pairs))
    return None if chance == 1 else (observed - chance) / (1 - chance)


@given(PAIRS)
def test_kappa_is_what_is_beyond_all_that_could_have_been_paired(pairs):
    found = measure_agreement(pairs)
    assert found.kappa == slow_kappa(pairs)
    assert (found.count, found.agreed) == (len(pairs), sum(first == second for first, second in pairs))
    assert found.is_few == (len(pairs) < ENOUGH)
    if found.kappa is not None:
        assert -1 <= found.low <= float(found.kappa) <= found.high <= 1


@given(PAIRS)
def test_it_is_the_same_whoever_of_the_two_is_named_first(pairs):
    assert measure_agreement(pairs) == measure_agreement([(second, first) for first, second in pairs])


@given(st.lists(CHOICES, min_size=2).filter(lambda chosen: len(set(chosen)) > 1))
def test_two_who_always_choose_the_same_agree_fully(chosen):
    assert measure_agreement([(each, each) for each in chosen]).kappa == 1


@given(st.lists(CHOICES, min_size=1, max_size=7), st.lists(CHOICES, min_size=1, max_size=7))
def test_each_paired_with_each_is_chance(firsts, seconds):
    assert measure_agreement(list(product(firsts, seconds))).kappa in (0, None)


@given(st.integers(1, 20))
def test_both_choosing_one_and_the_same_each_time_cannot_be_told_from_chance(count):
    found = measure_agreement([("a", "a")] * count)
    assert (found.kappa, found.low, found.high, found.share) == (None, None, None, 1)


def test_nothing_agrees_about_nothing():
    found = measure_agreement([])
    assert (found.count, found.agreed, found.share, found.kappa) == (0, 0, None, None)


def test_interval_is_cohens_own():
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = measure_agreement(pairs)
    assert found.kappa == Fraction(2, 5)
    assert (found.low, found.high) == (pytest.approx(0.146, abs=0.001), pytest.approx(0.654, abs=0.001))
