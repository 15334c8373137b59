"""At which level two different values of a field agree. Lists in, a level for each pair out: one pair or a million.

Likeness of names is Jaro and Winkler's; a slip is one edit by optimal string alignment (a letter put in, left out or
changed, or two neighbours exchanged).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from workflows.people.fields import CODE, DAY, IDENTIFIER, NAME, NUMBER, POSTCODE, RELATIVES, TEXT, Kind
from workflows.people.folding import INWARD
from workflows.people.names import is_other_form, sound

Values = Sequence[str]
Levels = NDArray[np.int8]
SLIP, ALIKE = 0.92, 0.8  # Jaro-Winkler from which a name is a slip of another, or is like it
LONG = 4  # letters of a name in which one edit is a slip
EARLY, LATE = 18 * 7, 21  # days before and after the expected date between which a child that lives is born
EXPECTED = "e"  # before the digits of an expected date


def unlike(kind: Kind, lefts: Values, rights: Values) -> Levels:
    """The level of each pair of known values that are not the same: 1 upwards, the last for those that differ."""
    return WAYS[kind.code](lefts, rights).astype(np.int8)


def _likeness(lefts: Values, rights: Values) -> NDArray[np.float32]:
    return process.cpdist(_close_up(lefts), _close_up(rights), scorer=JaroWinkler.normalized_similarity)


def _edits(lefts: Values, rights: Values) -> NDArray[np.int32]:
    return process.cpdist(lefts, rights, scorer=OSA.distance)


def _close_up(values: Values) -> list[str]:
    return [value.replace(" ", "") for value in values]


def _each(question: Callable[[str, str], bool], lefts: Values, rights: Values) -> NDArray[np.bool_]:
    return np.fromiter(map(question, lefts, rights), bool, len(lefts))


def _names(lefts: Values, rights: Values) -> NDArray[np.int64]:
    likeness = _likeness(lefts, rights)
    sounds = _each(lambda left, right: sound(left) == sound(right) != "", lefts, rights)
    forms = _each(is_other_form, lefts, rights)
    slips = (likeness >= SLIP) | sounds | _slips(lefts, rights)
    return np.select([(likeness == 1) | forms, slips, likeness >= ALIKE], [1, 2, 3], 4)


def _slips(lefts: Values, rights: Values) -> NDArray[np.bool_]:
    """Whether they are one edit apart, and long enough for that to be no other name: Mia and Nia are two."""
    long = _each(lambda left, right: min(len(left), len(right)) >= LONG, lefts, rights)
    return long & (_edits(lefts, rights) <= 1)


def _texts(lefts: Values, rights: Values) -> NDArray[np.int64]:
    likeness = _likeness(lefts, rights)
    return np.select([likeness >= SLIP, likeness >= ALIKE], [1, 2], 3)


def _numbers(lefts: Values, rights: Values) -> NDArray[np.int64]:
    longer = _each(lambda left, right: max(len(left), len(right)) > 1, lefts, rights)
    return np.where((_edits(lefts, rights) <= 1) & longer, 1, 2)


def _postcodes(lefts: Values, rights: Values) -> NDArray[np.int64]:
    areas = _each(lambda left, right: _area(left) == _area(right) != "", lefts, rights)
    return np.select([_edits(lefts, rights) <= 1, areas], [1, 2], 3)


def _area(postcode: str) -> str:
    """The outward half of a UK postcode; nothing for others."""
    return "" if postcode.isdigit() else postcode.replace(" ", "")[:-INWARD]


def _codes(lefts: Values, _rights: Values) -> NDArray[np.int64]:
    return np.ones(len(lefts), np.int64)


def _identifiers(lefts: Values, rights: Values) -> NDArray[np.int64]:
    return np.where(_edits(lefts, rights) <= 1, 1, 2)


def _relatives(lefts: Values, rights: Values) -> NDArray[np.int64]:
    return np.fromiter(map(_relatives_level, lefts, rights), np.int64, len(lefts))


def _relatives_level(left: str, right: str) -> int:
    ours, theirs = left.split("|"), right.split("|")
    if set(ours) & set(theirs):
        return 0
    return 1 if process.cdist(ours, theirs, scorer=JaroWinkler.normalized_similarity).max() >= SLIP else 2


def _days(lefts: Values, rights: Values) -> NDArray[np.int64]:
    swapped = _each(lambda left, right: left == right[:4] + right[6:] + right[4:6], lefts, rights)
    parts = _each(lambda left, right: _parts(left, right) == 2, lefts, rights)
    estimated = _each(_is_estimate, lefts, rights)
    expected = _each(_fits_expected, lefts, rights)
    born = _each(lambda left, right: EXPECTED not in left + right, lefts, rights)
    slip = _edits(lefts, rights) <= 1
    return np.select([born & swapped, born & slip, born & parts, born & estimated, expected], [1, 2, 3, 4, 5], 6)


def _parts(left: str, right: str) -> int:
    """How many of year, month and day are the same."""
    return (left[:4] == right[:4]) + (left[4:6] == right[4:6]) + (left[6:] == right[6:])


def _is_estimate(left: str, right: str) -> bool:
    """Whether one of two dates of a year is its first of January, which is written where only the year is known."""
    return left[:4] == right[:4] and "0101" in (left[4:], right[4:])


def _fits_expected(left: str, right: str) -> bool:
    """Whether one date is of a birth, or both are expected, and they may be of one pregnancy."""
    if EXPECTED not in left + right:
        return False
    ours, theirs = sorted((left, right), key=lambda day: day[0] != EXPECTED)  # the expected one first
    apart = (_day_number(theirs) - _day_number(ours)).astype(int)
    return bool(-EARLY <= apart <= LATE)


def _day_number(value: str) -> np.datetime64:
    digits = value.removeprefix(EXPECTED)
    return np.datetime64(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")


WAYS: dict[str, Callable[[Values, Values], NDArray[np.int64]]] = {
    NAME.code: _names,
    TEXT.code: _texts,
    DAY.code: _days,
    NUMBER.code: _numbers,
    POSTCODE.code: _postcodes,
    CODE.code: _codes,
    RELATIVES.code: _relatives,
    IDENTIFIER.code: _identifiers,
}
