"""What is compared of a person, and many people as columns of numbered values."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workflows.people.agreement import EXPECTED
from workflows.people.fields import CODES, EXCHANGED
from workflows.people.folding import day_digits, fold_identifier, fold_people, fold_postcode, split_address
from workflows.people.identifiers import is_nhs_number, is_upn
from workflows.people.names import known_name

OTHERS = 20  # people who are thought of beside those of a file: what both of two have is not what everybody has
UNKNOWN = 0  # the number of a value that is not known


@dataclass(frozen=True, slots=True)
class Identity:
    """What is compared: names as spelt, dates, the postcode in any form, national numbers, and names of relatives.

    `address` is in lines or between commas; `expected_date` is an unborn child's; `parents` and `siblings` are full
    names.
    """

    given_name: str
    family_name: str
    birth_date: date | None = None
    sex: str = "U"
    postcode: str | None = None
    address: str = ""
    nhs_number: str | None = None
    upn: str | None = None
    expected_date: date | None = None
    parents: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()


def values_of(identity: Identity, fields: Iterable[str] = CODES) -> dict[str, str]:
    """These fields of an identity, each as it is compared; "" where it is not known."""
    return {code: VALUES[code](identity) for code in fields}


def _day(identity: Identity) -> str:
    if identity.birth_date:
        return day_digits(identity.birth_date)
    return EXPECTED + day_digits(identity.expected_date) if identity.expected_date else ""


@lru_cache(maxsize=1)
def _address(address: str) -> tuple[str, str, str]:
    """House, street and the line after it, which are read one after another."""
    return split_address(address)


VALUES: dict[str, Callable[[Identity], str]] = {
    "given_name": lambda each: known_name(each.given_name),
    "family_name": lambda each: known_name(each.family_name),
    "birth_date": _day,
    "sex": lambda each: "" if each.sex == "U" else each.sex,
    "house": lambda each: _address(each.address)[0],
    "street": lambda each: _address(each.address)[1],
    "place": lambda each: _address(each.address)[2],
    "town": lambda _: "",
    "county": lambda _: "",
    "postcode": lambda each: fold_postcode(each.postcode or ""),
    "parents": lambda each: fold_people(each.parents),
    "siblings": lambda each: fold_people(each.siblings),
    "nhs_number": lambda each: fold_identifier(each.nhs_number or "", is_nhs_number),
    "upn": lambda each: fold_identifier(each.upn or "", is_upn),
}


@dataclass(frozen=True, slots=True)
class Records:
    """People as columns: of each field, the number that each one's value has among `words` of both sides together.

    `shares` say how common each of the words is: which share (0 to 1) of the records that have a value have this one.
    """

    count: int
    columns: Mapping[str, NDArray[np.int64]]
    words: Mapping[str, Sequence[str]]
    shares: Mapping[str, NDArray[np.float64]]

    def values(self, field: str) -> list[str]:
        """The field of each, as it is compared."""
        words = self.words[field]
        return [words[number] for number in self.columns[field].tolist()]


def number_together(*sides: Mapping[str, Sequence[str]]) -> list[Records]:
    """Each side's columns of compared values, numbered alike. A field that a side does not have is unknown there.

    Fields that are written in each other's place have their words in common.
    """
    counts = [len(next(iter(side.values()), ())) for side in sides]
    numbers: dict[str, dict[str, int]] = {code: {"": UNKNOWN} for code in CODES}
    numbers |= {other: numbers[one] for one, other in EXCHANGED}
    columns: list[dict[str, NDArray[np.int64]]] = [{} for _ in sides]
    for code, known in numbers.items():
        for side, count, into in zip(sides, counts, columns, strict=True):
            found = (known.setdefault(value, len(known)) for value in side.get(code, ()))
            into[code] = np.fromiter(found, np.int64, count) if code in side else np.full(count, UNKNOWN)
    words = {code: list(known) for code, known in numbers.items()}
    shares = {code: _share(words[code], [each[code] for each in columns]) for code in CODES}
    return [Records(count, column, words, shares) for count, column in zip(counts, columns, strict=True)]


def _share(words: Sequence[str], columns: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    counts = np.bincount(np.concatenate(columns), minlength=len(words)).astype(float)
    counts[UNKNOWN] = 0
    return np.maximum(counts, 1) / (counts.sum() + OTHERS)


def count_common(records: Records, fields: Sequence[str], least: int) -> dict[str, dict[str, float]]:
    """Of each of these fields, the values that so many records have at least, with the share (0 to 1) that has them."""
    found = {}
    for code in fields:
        counts = np.bincount(records.columns[code], minlength=len(records.words[code]))
        shares = np.minimum(records.shares[code], 1)
        common = np.flatnonzero(counts >= least)
        found[code] = {records.words[code][at]: float(shares[at]) for at in common if at != UNKNOWN}
    return found


def records_of(*sides: Sequence[Identity], fields: Collection[str] = CODES) -> list[Records]:
    """The identities of each side as records that may be compared with each other, in these fields."""
    rows = [[values_of(identity, fields) for identity in side] for side in sides]
    return number_together(*({code: [row[code] for row in side] for code in fields} for side in rows))


def fields_told(identity: Identity) -> set[str]:
    """The fields in which others can be compared with somebody: those told, and any that may stand in their place."""
    told = {code for code, value in values_of(identity).items() if value}
    return told.union(*(both for both in EXCHANGED if told.intersection(both)))
