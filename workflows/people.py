"""Whether two records may be one person: the evidence, field by field, and what it adds up to. A person decides.

Weights are in bits, after Fellegi and Sunter (1969): how many times likelier the agreement is where the records are
one person, as a base-two logarithm. They are starting values; nothing merges by itself.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

LIKELY = 8.0  # bits from which a candidate is worth a person's look


@dataclass(frozen=True, slots=True)
class Identity:
    """What is compared: names as spelt, dates, the postcode in printed form, national numbers."""

    given_name: str
    family_name: str
    birth_date: date | None = None
    sex: str = "U"
    postcode: str | None = None
    address: str = ""
    nhs_number: str | None = None
    upn: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field's say. `weight` is in bits; negative speaks against."""

    field: str
    weight: float
    says: str


def fold(*names: str) -> str:
    """Names without case, accents or punctuation, as they are searched: `fold("Zoë", "O'Neil")` is "zoe oneil"."""
    text = unicodedata.normalize("NFKD", " ".join(names)).casefold()
    kept = (" " if char in " -" else char for char in text if char.isalnum() or char in " -")
    return " ".join("".join(kept).split())


def compare(left: Identity, right: Identity) -> tuple[Evidence, ...]:
    """The evidence for and against `left` and `right` being one person, strongest first."""
    found = (*_compare_numbers(left, right), *_compare_names(left, right), *_compare_rest(left, right))
    return tuple(sorted(found, key=lambda each: -abs(each.weight)))


def total(evidence: tuple[Evidence, ...]) -> float:
    """The whole weight in bits."""
    return sum(each.weight for each in evidence)


def swapped(day: date) -> date | None:
    """The date with day and month exchanged, where that is a date."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 and day.day != day.month else None


def _compare_numbers(left: Identity, right: Identity) -> Iterator[Evidence]:
    for field, words in (("nhs_number", "NHS number"), ("upn", "UPN")):
        ours, theirs = getattr(left, field), getattr(right, field)
        if ours and theirs:
            same = ours == theirs
            yield Evidence(field, 25.0 if same else -10.0, f"{words} {'the same' if same else 'differs'}")


def _compare_names(left: Identity, right: Identity) -> Iterator[Evidence]:
    given, other_given = fold(left.given_name), fold(right.given_name)
    family, other_family = fold(left.family_name), fold(right.family_name)
    if given and (given, family) == (other_family, other_given) and given != family:
        yield Evidence("name", 10.0, "given and family name exchanged")
        return
    yield from _compare_name("given_name", "given name", given, other_given, 6.0)
    yield from _compare_name("family_name", "family name", family, other_family, 7.0)


def _compare_name(field: str, words: str, left: str, right: str, weight: float) -> Iterator[Evidence]:
    if not left or not right:
        return
    if left == right:
        yield Evidence(field, weight, f"{words} the same")
        return
    likeness = similarity(left, right)
    if likeness >= 0.6 or set(left.split()) & set(right.split()):
        yield Evidence(field, weight * 0.6, f"{words} alike ({left} / {right})")
    else:
        yield Evidence(field, -4.0, f"{words} differs")


def _compare_rest(left: Identity, right: Identity) -> Iterator[Evidence]:
    if left.birth_date and right.birth_date:
        yield _compare_birth_dates(left.birth_date, right.birth_date)
    if left.postcode and right.postcode:
        same = left.postcode == right.postcode
        yield Evidence("postcode", 6.0 if same else -1.0, f"postcode {'the same' if same else 'differs'}")
    if "U" not in (left.sex, right.sex):
        same = left.sex == right.sex
        yield Evidence("sex", 1.0 if same else -4.0, f"sex {'the same' if same else 'differs'}")


def _compare_birth_dates(left: date, right: date) -> Evidence:
    if left == right:
        return Evidence("birth_date", 9.0, "date of birth the same")
    if swapped(left) == right:
        return Evidence("birth_date", 7.0, "day and month of birth exchanged")
    parts = sum(getattr(left, part) == getattr(right, part) for part in ("year", "month", "day"))
    if parts == 2:
        return Evidence("birth_date", 4.0, "date of birth differs in one part")
    return Evidence("birth_date", -6.0, "date of birth differs")


def similarity(left: str, right: str) -> float:
    """How alike two folded names are, 0 to 1: one less the edits (a swap of neighbours is one) a letter."""
    return 1 - _edits(left, right) / max(len(left), len(right), 1)


def _edits(left: str, right: str) -> int:
    before, row = [], list(range(len(right) + 1))
    for i, char in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
