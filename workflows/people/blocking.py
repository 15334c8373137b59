"""Which pairs of two files are worth comparing: those that share enough of something to be one person at all."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from workflows.people.names import sound
from workflows.people.records import Records

Index = NDArray[np.int64]
MOST = 20_000  # pairs that one value may bring: what more share says too little
Column = Sequence[str]


def candidate_pairs(left: Records, right: Records) -> tuple[Index, Index]:
    """Places in the left and in the right of the records worth comparing, each pair once.

    Every rule is a few columns; two records meet where any column of the one has what any column of the other has.
    Names meet by their sound, so that one spelt otherwise and a date that is wrong are still found together by another
    rule.
    """
    found = [_meet(ours, theirs) for ours, theirs in zip(_rules(left), _rules(right), strict=True)]
    both = np.sort(np.concatenate([i * right.count + j for i, j in found]))
    return np.divmod(both[np.diff(both, prepend=-1) > 0], right.count)


def pairs_within(records: Records) -> tuple[Index, Index]:
    """The same within one file: each pair once, and none of a record with itself."""
    i, j = candidate_pairs(records, records)
    return i[i < j], j[i < j]


def _rules(records: Records) -> Iterator[list[Column]]:
    """The columns of each rule. Given and family name, and the lines of an address, stand for each other."""
    of = {field: records.values(field) for field in records.columns}
    given, family = ([sound(name) for name in of[field]] for field in ("given_name", "family_name"))
    beginnings = [[name[:2] for name in of[field]] for field in ("given_name", "family_name")]
    lines = (of["street"], of["place"])
    yield [of["birth_date"]]
    yield [_with(*zip(*map(sorted, zip(given, family, strict=True)), strict=True))] if given else []
    for where in ("postcode", "town"):
        yield [_with(name, of[where]) for name in (given, family)]
    for part in PARTS:
        days = [part(day) for day in of["birth_date"]]
        yield [_with(beginning, days) for beginning in beginnings]
    for where in ("house", "postcode"):
        yield [_with(line, of[where]) for line in lines]
    yield [_with(of["postcode"], of["house"])]
    yield [of["nhs_number"]]
    yield [of["upn"]]


# What is left of a date with one part of it wrong, or with day and month exchanged.
PARTS: tuple[Callable[[str], str], ...] = (
    lambda day: day[:6],
    lambda day: day[:4] and f"{day[:4]}-{day[6:]}",
    lambda day: day[4:],
    lambda day: day[:4] + "".join(sorted((day[4:6], day[6:]))),
)


def _with(one: Column, other: Column) -> list[str]:
    """Both together, or nothing where either is unknown."""
    return [f"{ours}|{theirs}" if ours and theirs else "" for ours, theirs in zip(one, other, strict=True)]


def _meet(ours: Sequence[Column], theirs: Sequence[Column]) -> tuple[Index, Index]:
    """Places of the records of which any columns are the same and known, but for values that too many have."""
    (left, i), (right, j) = _values(ours), _values(theirs)
    order = np.argsort(right, kind="stable")
    right, j = right[order], j[order]
    first, last = np.searchsorted(right, left, "left"), np.searchsorted(right, left, "right")
    _, value, having = np.unique(left, return_inverse=True, return_counts=True)
    counts = np.where((last - first) * having[value] <= MOST, last - first, 0)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(i, counts), j[np.repeat(first, counts) + within]


def _values(columns: Sequence[Column]) -> tuple[Index, Index]:
    """A number for each known value of the columns, and the place of its record."""
    values = list(chain.from_iterable(columns))
    numbers = np.fromiter(map(hash, values), np.int64, len(values))
    places = np.tile(np.arange(len(columns[0]) if columns else 0), len(columns))
    known = np.fromiter(map(bool, values), bool, len(values))
    return numbers[known], places[known]
