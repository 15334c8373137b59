"""A pair's weight in words: a line a field, which add up to the whole."""

from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.people.agreement import EXPECTED
from workflows.people.fields import DAY, FIELDS, POSTCODE, RELATIVES, Field, Kind
from workflows.people.folding import write_postcode
from workflows.people.weighing import BY_CODE, Pairs, Weighed
from workflows.people.weights import NOT_COMPARED

MONTHS = {f"{number:02}": name for number, name in enumerate(month_name) if number}
LEAST = 0.05  # bits too few to be said
HOUSEHOLD = "others of one household would agree so too"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field's say. `weight` is in bits; negative speaks against."""

    field: str
    weight: float
    says: str


def evidence_of(pairs: Pairs, weighed: Weighed, at: int) -> tuple[Evidence, ...]:
    """The evidence for and against the pair at that place, a line a field, strongest first."""
    exchanged = {code: both for both, where in weighed.exchanged.items() if where[at] for code in both}
    found = [_say(pairs, weighed, at, each, exchanged.get(each.code)) for each in FIELDS]
    found += [Evidence("household", float(weighed.home[at]), HOUSEHOLD)] if weighed.home[at] < -LEAST else []
    return tuple(sorted((each for each in found if each), key=lambda each: -abs(each.weight)))


def _say(pairs: Pairs, weighed: Weighed, at: int, field: Field, exchanged: Sequence[str] | None) -> Evidence | None:
    weight = float(weighed.bits[field.code][at])
    if exchanged:
        words = " and ".join(BY_CODE[code].words for code in exchanged)
        whole = sum(float(weighed.bits[code][at]) for code in exchanged)
        return Evidence(field.code, whole, f"{words} exchanged") if field.code == exchanged[0] else None
    level = pairs.levels[field.code][at]
    if level == NOT_COMPARED:
        return None
    sides = ((pairs.left, pairs.i), (pairs.right, pairs.j))
    ours, theirs = (side.words[field.code][side.columns[field.code][place[at]]] for side, place in sides)
    both = "" if ours == theirs else _compare(field.kind, ours, theirs)
    return Evidence(field.code, weight, f"{field.words} {field.kind.levels[level]}{both}")


def _compare(kind: Kind, ours: str, theirs: str) -> str:
    """The two values, but for names of relatives: these are others, and who they are is not said here."""
    return "" if kind == RELATIVES else f" ({_write(kind, ours)} / {_write(kind, theirs)})"


def _write(kind: Kind, value: str) -> str:
    """A value as people write it."""
    if kind == POSTCODE and not value.isdigit():
        return write_postcode(value)
    return _write_day(value) if kind == DAY else value


def _write_day(value: str) -> str:
    digits = value.removeprefix(EXPECTED)
    year, month, day = digits[:4], digits[4:6], digits[6:]
    known = month in MONTHS and day.isdigit()
    said = f"{int(day)} {MONTHS[month]} {year}" if known else digits  # a slip may be of a month that there is not
    return f"expected {said}" if value.startswith(EXPECTED) else said
