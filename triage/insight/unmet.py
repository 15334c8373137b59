"""The register of unmet needs as a table: a line for each district and need, a column for each month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from triage.insight.definition import LEAST
from triage.store.unmet_needs import Count

SMALL = f"1 to {LEAST - 1}"


@dataclass(frozen=True, slots=True)
class Line:
    """How often a need was not met in a district, month by month; and of all these, what the directory had for it.

    Where small numbers are hidden a number may be SMALL, and nothing is added up: it would tell what is hidden.
    """

    district: str
    need: str
    months: tuple[int | str, ...]
    total: int | None
    found: dict[str, int]


@dataclass(frozen=True, slots=True)
class Register:
    """The first days of the months, and the lines: by district, the most frequent need first."""

    months: tuple[date, ...]
    lines: tuple[Line, ...]


def tabulate_unmet(counts: Iterable[Count], first: date, last: date, *, hide_small: bool) -> Register:
    """The table of these days, both included."""
    months = tuple(_months(first, last))
    by_line: dict[tuple[str, str], list[Count]] = {}
    for count in counts:
        by_line.setdefault((count.district, count.need), []).append(count)
    ordered = sorted(by_line, key=lambda key: (key[0], *(() if hide_small else (-_sum(by_line[key]),)), key[1]))
    return Register(months, tuple(_line(key, by_line[key], months, hide_small) for key in ordered))


def _line(key: tuple[str, str], counts: list[Count], months: tuple[date, ...], hide_small: bool) -> Line:
    numbers = [_sum(each for each in counts if each.month == month) for month in months]
    if hide_small:
        return Line(*key, tuple(SMALL if 0 < number < LEAST else number for number in numbers), None, {})
    found = {each.found: _sum(other for other in counts if other.found == each.found) for each in counts}
    return Line(*key, tuple(numbers), sum(numbers), found)


def _sum(counts: Iterable[Count]) -> int:
    return sum(each.number for each in counts)


def _months(first: date, last: date) -> Iterable[date]:
    number, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return (date(each // 12, each % 12 + 1, 1) for each in range(number, end + 1))
