"""Whole months and weeks within a period: what is kept of them is read, and of other days each day's."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

WEEK = "%G-W%V"


@dataclass(frozen=True, slots=True)
class Parts:
    """A period in parts: the first day of its whole months and the day after them; weeks, each with its month, for of
    a week that lies in two months each has its part; and the days that are left.
    """

    months: tuple[date, date]
    weeks: tuple[tuple[date, str], ...]
    days: tuple[date, ...]


def split_period(first: date, last: date, *, weeks: bool) -> Parts:
    """The days `first` to `last`, both included, in as long parts as there are; `weeks` says whether in weeks, too."""
    begins, ends = whole_months(first, last)
    after = last + timedelta(1) if last < date.max else last
    edges = ((first, begins), (max(first, ends), after))
    parts = [each for edge in edges for each in _weeks(*edge)]
    whole = tuple((month, week) for month, week, _its, is_whole in parts if weeks and is_whole)
    days = (day for _month, _week, its, is_whole in parts if not (weeks and is_whole) for day in its)
    return Parts((begins, ends), whole, tuple(days))


def _weeks(first: date, after: date) -> Iterator[tuple[date, str, list[date], bool]]:
    """Of days within one month: its first, each week, the days of it, and whether they are all that the month has."""
    days = (first + timedelta(number) for number in range((after - first).days))
    for week, found in groupby(days, key=lambda day: f"{day:{WEEK}}"):
        its = list(found)
        month, long = its[0].replace(day=1), monthrange(its[0].year, its[0].month)[1]
        begins = max(its[0].day - its[0].weekday(), 1)
        yield month, week, its, len(its) == min(its[-1].day + 6 - its[-1].weekday(), long) - begins + 1


def whole_months(first: date, last: date) -> tuple[date, date]:
    """The day on which the whole months of the days `first` to `last` begin, and the one after they end.

    Both are the day after the last where there is none; the calendar's own last day is never within one.
    """
    after = last + timedelta(1) if last < date.max else last
    begins = first if first.day == 1 else next_month(first)
    return (after, after) if begins > last else (begins, max(after.replace(day=1), begins))


def next_month(day: date) -> date:
    """The first day of the month after that day's; the calendar's last day where there is none."""
    return (day.replace(day=1) + timedelta(32)).replace(day=1) if (day.year, day.month) < (9999, 12) else date.max


def read_so_far(begins: date, ends: date) -> tuple[list[date], list[date]]:
    """Of which months what is kept of their reporting year so far is added, and of which it is then taken away.

    What is left is of the whole months from `begins` up to `ends`, which is in none of them. A reporting year begins in
    April; each is read at its end, or where the months end, less what it had before they began.
    """
    if begins == ends:
        return [], []
    last = before(ends)
    years = [date(year, 3, 1) for year in range(begins.year, last.year + 1)]
    earlier = begins > date.min and begins.month != 4
    return [*(each for each in years if begins <= each < last), last], [before(begins)] if earlier else []


def before(month: date) -> date:
    """The first day of the month before the one that begins on that day."""
    return (month - timedelta(1)).replace(day=1)
