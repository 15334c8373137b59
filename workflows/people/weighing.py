"""The evidence that pairs of records are of one person: every field's say, and what it adds up to.

Brothers and sisters have one family name and one address, so that fields do not speak each for itself. A pair is
therefore weighed as one of three: one person's, two people's of one household, or two strangers'.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflows.people.agreement import Levels, unlike
from workflows.people.fields import EXCHANGED, FIELDS, SAME, Field
from workflows.people.records import UNKNOWN, Records
from workflows.people.weights import NOT_COMPARED, Weights, weigh_field, weigh_home

Index = NDArray[np.int64]
Bits = NDArray[np.float64]
NAMES = EXCHANGED[0]
MOST_BITS = 500.0  # beyond which two to their power is no number
BY_CODE = {field.code: field for field in FIELDS}
TO_COMPARE = np.int8(np.iinfo(np.int8).max)


@dataclass(frozen=True, slots=True)
class Crossed:
    """Those pairs in which two fields may stand in each other's place, and how the one's agrees with the other's."""

    places: Index
    first: Levels
    second: Levels


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records, by their places in the left and in the right ones, and at which level each field agrees."""

    left: Records
    right: Records
    i: Index
    j: Index
    levels: dict[str, Levels]
    crossed: dict[tuple[str, str], Crossed]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Bits of each field, and in which pairs two fields were taken for each other's.

    `home` is what speaks against each pair, in bits, because two people of one household would agree so too; `at_home`
    for how many times likelier than of strangers it is, in bits, that the pair is of two such.
    """

    bits: dict[str, Bits]
    exchanged: dict[tuple[str, str], NDArray[np.bool_]]
    at_home: Bits
    home: Bits

    @property
    def total(self) -> Bits:
        """What all of it says: one person, or two."""
        return sum(self.bits.values(), self.home)


def compare_pairs(left: Records, right: Records, i: Index, j: Index) -> Pairs:
    """Compare the `i`th of the left with the `j`th of the right, each with each."""
    levels = {each.code: _levels(each, left, right, i, j) for each in FIELDS}
    crossed = {both: _cross(left, right, i, j, *map(BY_CODE.__getitem__, both)) for both in EXCHANGED}
    return Pairs(left, right, i, j, levels, crossed)


def _cross(left: Records, right: Records, i: Index, j: Index, one: Field, other: Field) -> Crossed:
    """Look where either field of the left has the very value of the right's other one, and neither of its own."""
    ours, theirs = ([side.columns[field.code][at] for field in (one, other)] for side, at in ((left, i), (right, j)))
    same = ((ours[0] == theirs[1]) & (ours[0] != UNKNOWN)) | ((ours[1] == theirs[0]) & (ours[1] != UNKNOWN))
    places = np.flatnonzero(same & (ours[0] != theirs[0]) & (ours[1] != theirs[1]))
    i, j = i[places], j[places]
    return Crossed(places, _levels(one, left, right, i, j, other), _levels(other, left, right, i, j, one))


def _levels(field: Field, left: Records, right: Records, i: Index, j: Index, other: Field | None = None) -> Levels:
    """The levels of a field, or of the left's field and the right's `other`. Each two values are compared once."""
    ours, theirs = left.columns[field.code][i], right.columns[(other or field).code][j]
    if not (ours.any() and theirs.any()):  # UNKNOWN is nought
        return np.full(len(i), NOT_COMPARED, np.int8)
    levels = np.where(ours == theirs, np.int8(SAME), TO_COMPARE)
    levels[(ours == UNKNOWN) | (theirs == UNKNOWN)] = NOT_COMPARED
    rest = np.flatnonzero(levels == TO_COMPARE)
    if not len(rest):
        return levels
    words = left.words[field.code]
    both, back = np.unique(ours[rest] * len(words) + theirs[rest], return_inverse=True)
    lefts, rights = ([words[number] for number in numbers.tolist()] for numbers in np.divmod(both, len(words)))
    levels[rest] = unlike(field.kind, lefts, rights)[back]
    return levels


def weigh_pairs(weights: Weights, pairs: Pairs) -> Weighed:
    """The bits of each pair. Where two fields say more in each other's place, they are taken so."""
    bits = {each.code: weigh_field(weights, each, pairs.levels[each.code], _common(pairs, each)) for each in FIELDS}
    exchanged = {both: _exchange(weights, pairs, bits, *map(BY_CODE.__getitem__, both)) for both in EXCHANGED}
    at_home = sum(_weigh_home(weights, pairs, bits), np.zeros(len(pairs.i)))
    at_home[exchanged[NAMES]] += np.log2(weights.exchanged)
    strangers = 1 - weights.at_home
    home = -np.log2(strangers + weights.at_home * np.exp2(np.minimum(at_home, MOST_BITS)))
    return Weighed(bits, exchanged, at_home, home)


def _common(pairs: Pairs, field: Field) -> Bits:
    """How common the value of each pair's left record is."""
    return pairs.left.shares[field.code][pairs.left.columns[field.code][pairs.i]]


def _weigh_home(weights: Weights, pairs: Pairs, bits: dict[str, Bits]) -> Iterator[Bits]:
    """How two of one household would agree: as one person does in what they share, else in a way of their own."""
    for each in FIELDS:
        if each.shared:
            yield bits[each.code]
        else:
            yield weigh_home(weights, each, pairs.levels[each.code], _common(pairs, each))


def _exchange(weights: Weights, pairs: Pairs, bits: dict[str, Bits], one: Field, other: Field) -> NDArray[np.bool_]:
    """In which pairs these two fields stand in each other's place; there `bits` are changed."""
    crossed = pairs.crossed[one.code, other.code]
    first = _weigh_crossed(weights, pairs, crossed.places, one, other, crossed.first)
    second = _weigh_crossed(weights, pairs, crossed.places, other, one, crossed.second)
    straight = (bits[one.code] + bits[other.code])[crossed.places]
    likelier = first + second + np.log2(weights.exchanged) > straight
    places, first, second = crossed.places[likelier], first[likelier], second[likelier]
    # Which of the two records has them exchanged is not known: what says more is taken for what a household shares.
    bits[other.code][places] = np.maximum(first, second)
    bits[one.code][places] = np.minimum(first, second) + np.log2(weights.exchanged)
    found = np.zeros(len(pairs.i), bool)
    found[places] = True
    return found


def _weigh_crossed(weights: Weights, pairs: Pairs, places: Index, ours: Field, theirs: Field, levels: Levels) -> Bits:
    """What the left's field and the right's other one say, as common as the value is in either."""
    numbers = pairs.left.columns[ours.code][pairs.i[places]]
    common = np.maximum(pairs.left.shares[ours.code][numbers], pairs.left.shares[theirs.code][numbers])
    return weigh_field(weights, ours, levels, common)
