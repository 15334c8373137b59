"""What stands out in when things were told of a child: long quiet, and much at once. Days are local dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

QUIET = timedelta(days=183)  # half a year in which nobody told anything
AT_ONCE, WITHIN = 3, timedelta(days=30)  # so many in so many days are worth a look together


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a day to a later one, both of which something happened on; `count` things in it, both ends included."""

    first: date
    last: date
    count: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days


def find_gaps(days: Iterable[date]) -> list[Stretch]:
    """Where half a year or more went by between two that follow each other, the earliest first."""
    return [Stretch(*pair, 2) for pair in pairwise(sorted(days)) if pair[1] - pair[0] >= QUIET]


def find_clusters(days: Iterable[date]) -> list[Stretch]:
    """Where three or more came within thirty days, as long as that goes on, the earliest first."""
    ordered, runs = sorted(days), []
    for first in range(len(ordered) - AT_ONCE + 1):
        last = first + AT_ONCE - 1
        if ordered[last] - ordered[first] > WITHIN:
            continue
        if runs and first <= runs[-1][1]:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    return [Stretch(ordered[first], ordered[last], last - first + 1) for first, last in runs]


def months_old(born: date, day: date) -> int:
    """Whole months from birth to that day; negative before it."""
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


def count_by_month(days: Sequence[date], last: date, months: int) -> list[tuple[date, int]]:
    """How many fall in each of so many months up to that of `last`, the earliest first, by the first of the month."""
    number = last.year * 12 + last.month - 1
    firsts = [date(each // 12, each % 12 + 1, 1) for each in range(number - months + 1, number + 1)]
    return [(first, sum((day.year, day.month) == (first.year, first.month) for day in days)) for first in firsts]
