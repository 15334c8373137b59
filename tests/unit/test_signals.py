"""Signals and noise: beside a slow reading of the same rules, and on rows of figures whose answer is plain."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.insight.signals import FEWEST, Point, Signal, read_points

NUMBERS = st.lists(st.integers(0, 30), min_size=FEWEST, max_size=40).map(
    lambda values: [Point(Fraction(value)) for value in values]
)
SHARES = st.lists(
    st.integers(1, 60).flatmap(lambda of: st.integers(0, of).map(lambda part: Point(Fraction(part, of), of))),
    min_size=FEWEST,
    max_size=40,
)


def points(*values):
    return [Point(Fraction(value)) for value in values]


def slow_spreads(row, mean):
    """By the book: one figure after the other, and each share's own binomial spread."""
    if row[0].of is None:
        moves = [abs(row[i].value - row[i - 1].value) for i in range(1, len(row))]
        return [float(sum(moves)) / len(moves) / 1.128] * len(row)
    if mean in (0, 1):
        return [0.0] * len(row)
    own = [sqrt(float(mean * (1 - mean)) / each.of) for each in row]
    scores = [float(each.value - mean) / unit for each, unit in zip(row, own, strict=True)]
    moves = [abs(scores[i] - scores[i - 1]) for i in range(1, len(row))]
    return [sum(moves) / len(moves) / 1.128 * unit for unit in own]


def slow_marks(row):
    """The points that each rule marks, by looking at every window of its length."""
    if row[0].of is None:
        mean = sum(each.value for each in row) / len(row)
    else:
        mean = Fraction(sum(round(each.value * each.of) for each in row), sum(each.of for each in row))
    spreads, values = slow_spreads(row, mean), [each.value for each in row]
    marks = set()
    for i in range(len(row)):
        for up in (True, False):
            sign = 1 if up else -1
            if sign * (values[i] - mean) > 3 * spreads[i]:
                marks.add(("outside", up, i))
            seven, six, three = (range(i, i + size) for size in (7, 6, 3))
            if seven[-1] < len(row) and all(sign * (values[j] - mean) > 0 for j in seven):
                marks |= {("shift", up, j) for j in seven}
            if six[-1] < len(row) and all(sign * (values[j + 1] - values[j]) > 0 for j in six[:-1]):
                marks |= {("trend", up, j) for j in six}
            near = [j for j in three if j < len(row) and sign * (values[j] - mean) > 2 * spreads[j]]
            if len(near) >= 2:
                marks |= {("near", up, j) for j in (near[0], near[-1])}
    return mean, spreads, marks


def spans_of(marks):
    """Marked points as the signals that they are of: those of one rule and side that touch, or nearly."""
    found = set()
    for kind, up in {mark[:2] for mark in marks}:
        gap = {"near": 2, "outside": 0}.get(kind, 1)
        places = sorted(place for *its, place in marks if tuple(its) == (kind, up))
        for place in places:
            first = last = place
            while any(first - gap <= each < first for each in places):
                first = min(each for each in places if first - gap <= each < first)
            while any(last < each <= last + gap for each in places):
                last = max(each for each in places if last < each <= last + gap)
            found.add(Signal(kind, first, last, up))
    return found


@given(st.one_of(NUMBERS, SHARES))
def test_reading_is_what_every_window_says(row):
    mean, spreads, marks = slow_marks(row)
    reading = read_points(row)
    assert reading.mean == mean
    assert set(reading.signals) == spans_of(marks)
    assert list(reading.signals) == sorted(reading.signals, key=lambda each: (each.first, each.last, each.kind))
    most = 1 if row[0].of else float("inf")
    for (low, high), spread in zip(reading.limits, spreads, strict=True):
        assert low == pytest.approx(max(float(mean) - 3 * spread, 0), abs=1e-9)
        assert high == pytest.approx(min(float(mean) + 3 * spread, most))


@given(st.lists(st.integers(0, 40), min_size=FEWEST, max_size=30))
def test_shares_of_equally_many_make_the_chart_of_individual_values(parts):
    shares = read_points([Point(Fraction(part, 40), 40) for part in parts])
    plain = read_points([Point(Fraction(part, 40)) for part in parts])
    assert shares.mean == plain.mean
    for ours, theirs in zip(shares.limits, plain.limits, strict=True):
        assert ours == pytest.approx((theirs[0], min(theirs[1], 1)))


@given(st.fractions(0, 1), st.integers(FEWEST, 30), st.sampled_from([None, 7]))
def test_what_never_changes_says_nothing(value, count, of):
    reading = read_points([Point(value, of)] * count)
    assert reading.signals == ()
    assert all(limits == pytest.approx((value, value)) for limits in reading.limits)


def test_fewer_than_twelve_have_no_limits():
    assert read_points(points(*range(FEWEST - 1))) is None
    assert read_points([]) is None
    assert read_points(points(*range(FEWEST))) is not None


def test_share_of_few_may_stray_further_than_a_share_of_many():
    row = [Point(Fraction(1 + each % 2, 4), 4) for each in range(12)] + [Point(Fraction(150, 400), 400)]
    reading = read_points(row)
    assert reading.limits[0][0] < reading.limits[-1][0]
    assert reading.limits[0][1] > reading.limits[-1][1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 6] * 6 + [30], {("outside", 12, 12, True)}),
        ([4, 6] * 4 + [4, 5, 6, 7, 8, 9], {("trend", 8, 13, True)}),
        ([9, 1, 9, 1, 9, 9, 9, 9, 9, 9, 1], set()),  # six on one side are no shift
        ([9, 1, 9, 1, 9, 9, 9, 9, 9, 9, 9, 1], {("shift", 4, 10, True)}),
        ([1, 9, 1, 9, 1, 1, 1, 1, 1, 1, 1, 9], {("shift", 4, 10, False)}),
    ],
)
def test_each_rule_is_met_at_its_length_and_not_before(values, expected):
    reading = read_points(points(*values, *([5] if len(values) < FEWEST else [])))
    met = {(each.kind, each.first, each.last, each.up) for each in reading.signals}
    kinds = {kind for kind, *_ in expected} or {"shift"}
    assert {each for each in met if each[0] in kinds} == expected
