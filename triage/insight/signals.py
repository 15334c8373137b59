"""Statistical process control: which of a row of monthly or weekly figures say more than chance does. Pure.

The chart is the one for individual values (XmR), which the NHS's "Making Data Count" uses for everything: its limits
come from how much one figure differs from the next, so that a change that lasts does not widen them. A share of few
moves more by chance than a share of many; so each share's limits are as wide as its own number of cases asks for
(Laney's p′ chart). Where every share is of equally many the two are the same chart.

The rules are the four of "Making Data Count", in its words and ours: a point beyond the limits; a shift, RUN points in
a row on one side of the mean; a trend, TREND points in a row that each rise or each fall; two of three points near one
limit, in the outer third. A point that lies on the mean ends a shift, and two that are equal end a trend.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from math import sqrt

FEWEST = 12  # points: with fewer the limits themselves are chance
RUN, TREND = 7, 6  # points
BEYOND, NEAR = 3, 2  # of the spread, from the mean
TO_SPREAD = 1.128  # the mean difference of two neighbours, for a spread of one (d2 of the tables for pairs)


@dataclass(frozen=True, slots=True)
class Point:
    """A figure, exactly; `of` is of how many it is a share, None where it is no share."""

    value: Fraction
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What chance seldom does: `kind` is outside, shift, trend or near; from which point to which, and if upwards."""

    kind: str
    first: int
    last: int
    up: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The mean; the limits of each point, low and high; and the signals, in order of where they begin."""

    mean: Fraction
    limits: tuple[tuple[float, float], ...]
    signals: tuple[Signal, ...]


def read_points(points: Sequence[Point]) -> Reading | None:
    """What they say, in order of time. None where they are fewer than FEWEST.

    No limit lies below nothing, nor that of a share above all. Where all are alike the limits are the mean.
    """
    if len(points) < FEWEST:
        return None
    mean = _mean(points)
    spreads = _spreads(points, mean)
    off = [each.value - mean for each in points]
    found = [
        *_beyond(off, spreads),
        *_runs("shift", [_side(each) for each in off], RUN),
        *(_stretch(each) for each in _runs("trend", [_side(b - a) for a, b in _pairs(points)], TREND - 1)),
        *_near(off, spreads),
    ]
    most = 1.0 if points[0].of is not None else float("inf")
    least = 0.0 if all(each.value >= 0 for each in points) else float("-inf")  # kappa may be less than nothing
    limits = tuple((max(mean - BEYOND * each, least), min(mean + BEYOND * each, most)) for each in spreads)
    return Reading(mean, limits, tuple(sorted(found, key=lambda each: (each.first, each.last, each.kind))))


def _mean(points: Sequence[Point]) -> Fraction:
    """Of shares, that of all their cases together."""
    weights = [1 if each.of is None else each.of for each in points]
    return sum((each.value * weight for each, weight in zip(points, weights, strict=True)), Fraction()) / sum(weights)


def _spreads(points: Sequence[Point], mean: Fraction) -> list[float]:
    """How far each point strays by chance: what neighbours differ by, as wide as each one's number of cases asks."""
    units = [1.0 if each.of is None else sqrt(mean * (1 - mean) / each.of) for each in points]
    if not all(units):
        return [0.0] * len(points)  # none or all, each time
    strayed = [float(each.value - mean) / unit for each, unit in zip(points, units, strict=True)]
    moved = [abs(b - a) for a, b in pairwise(strayed)]
    spread = sum(moved) / len(moved) / TO_SPREAD
    return [spread * unit for unit in units]


def _pairs(points: Sequence[Point]) -> Iterator[tuple[Fraction, Fraction]]:
    return pairwise(each.value for each in points)


def _side(off: Fraction) -> int:
    return (off > 0) - (off < 0)


def _beyond(off: Sequence[Fraction], spreads: Sequence[float]) -> Iterator[Signal]:
    for place, (each, spread) in enumerate(zip(off, spreads, strict=True)):
        if abs(each) > BEYOND * spread:
            yield Signal("outside", place, place, each > 0)


def _runs(kind: str, sides: Sequence[int], least: int) -> Iterator[Signal]:
    """Each longest stretch of one side that is long enough."""
    begins = 0
    for side, stretch in groupby(sides):
        length = len(list(stretch))
        if side and length >= least:
            yield Signal(kind, begins, begins + length - 1, side > 0)
        begins += length


def _stretch(steps: Signal) -> Signal:
    """The points between which the steps lie: one more than there are steps."""
    return Signal(steps.kind, steps.first, steps.last + 1, steps.up)


def _near(off: Sequence[Fraction], spreads: Sequence[float]) -> Iterator[Signal]:
    for side in (1, -1):
        both = enumerate(zip(off, spreads, strict=True))
        places = [place for place, (each, spread) in both if side * each > NEAR * spread]
        yield from _join(places, side > 0)


def _join(places: Sequence[int], up: bool) -> Iterator[Signal]:
    """Those that are two of some three in a row, and what overlaps as one."""
    cuts = [number for number, (here, after) in enumerate(pairwise(places), 1) if after - here > 2]
    for begins, ends in pairwise([0, *cuts, len(places)]):
        if ends - begins > 1:
            yield Signal("near", places[begins], places[ends - 1], up)
