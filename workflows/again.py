"""Whether a child came back: referrals within twelve months of the one before, from date to date.

A re-referral is counted by the Children in Need census's rule: a referral within twelve months of the child's previous
one; every repeat counts, and one that came to nothing is a referral too. The other count is Annex A's: how many there
were in the twelve months before the latest. Days are local dates, of one child, in any order.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise


def a_year_after(day: date) -> date:
    """The same date of the next year: the last on which something is within twelve months of that day.

    After 29 February it is 28 February, as PostgreSQL adds a year.
    """
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def first_within_a_year(day: date) -> date:
    """The earliest day of which that day is within twelve months."""
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)


def is_within_a_year(earlier: date, later: date) -> bool:
    """Whether the later day is no more than twelve months after the earlier one."""
    return earlier <= later <= a_year_after(earlier)


def re_referrals(days: Iterable[date]) -> list[bool]:
    """Of a child's referrals, from the first to the last: whether each came within twelve months of the one before."""
    ordered = sorted(days)
    return [False, *(is_within_a_year(*pair) for pair in pairwise(ordered))][: len(ordered)]


def before_the_latest(days: Iterable[date]) -> int:
    """Annex A: how many of a child's referrals came in the twelve months before the latest, itself left out."""
    ordered = sorted(days)
    return sum(is_within_a_year(each, ordered[-1]) for each in ordered[:-1])
