"""Whole months within a period: what is kept of them is read, and of the days before and after each day's."""

from datetime import date, timedelta


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
