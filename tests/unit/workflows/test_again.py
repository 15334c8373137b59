"""Twelve months from date to date, beside an oracle that counts the days of a calendar one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.again import a_year_after, before_the_latest, first_within_a_year, is_within_a_year, re_referrals

DAYS = st.dates(date(2003, 1, 1), date(2033, 1, 1))
CLOSE = st.dates(date(2011, 1, 1), date(2017, 12, 31)) | st.sampled_from([date(2011, 12, 31), date(2012, 2, 29)])
LISTS = st.lists(CLOSE, max_size=8)


def plainly_within(earlier, later):
    """Walk on, a day at a time, until the same month and day of the next year have been passed by."""
    day, come_round = earlier, (earlier.year + 1, earlier.month, earlier.day)
    while day < later:
        day += timedelta(days=1)
        if (day.year, day.month, day.day) > come_round:
            return False
    return True


@pytest.mark.parametrize(
    ("earlier", "later", "within"),
    [
        (date(2013, 5, 1), date(2014, 5, 1), True),
        (date(2013, 5, 1), date(2014, 5, 2), False),
        (date(2013, 5, 1), date(2013, 5, 1), True),
        (date(2012, 2, 29), date(2013, 2, 28), True),
        (date(2012, 2, 29), date(2013, 3, 1), False),
        (date(2015, 2, 28), date(2016, 2, 28), True),
        (date(2015, 2, 28), date(2016, 2, 29), False),
        (date(2015, 3, 1), date(2016, 2, 29), True),
        (date(2011, 12, 31), date(2012, 12, 31), True),
        (date(2011, 12, 31), date(2013, 1, 1), False),
        (date(2014, 5, 1), date(2013, 5, 1), False),
    ],
)
def test_twelve_months_are_from_date_to_date(earlier, later, within):
    assert is_within_a_year(earlier, later) is within


@given(CLOSE, st.integers(0, 800))
def test_within_twelve_months_is_as_a_calendar_has_it(earlier, days):
    later = earlier + timedelta(days=days)
    assert is_within_a_year(earlier, later) is plainly_within(earlier, later)


@given(DAYS)
@example(date(2016, 2, 29))  # the year before has no such day
def test_first_day_within_twelve_months_is_the_first(day):
    first = first_within_a_year(day)
    assert is_within_a_year(first, day)
    assert not is_within_a_year(first - timedelta(days=1), day)


@given(DAYS)
def test_year_is_365_or_366_days_at_most(day):
    assert timedelta(days=365) <= a_year_after(day) - day <= timedelta(days=366)


@given(LISTS)
def test_each_repeat_is_counted_once_and_in_any_order(days):
    plain = [
        any(plainly_within(other, day) for other in ordered[:place])
        for ordered in [sorted(days)]
        for place, day in enumerate(ordered)
    ]
    assert re_referrals(days) == re_referrals(reversed(days)) == plain


@given(LISTS.filter(bool))
def test_annex_a_counts_those_before_the_latest(days):
    latest = max(days)
    assert before_the_latest(days) == sum(plainly_within(day, latest) for day in days) - 1


def test_child_who_came_once_did_not_come_back():
    assert (re_referrals([date(2013, 5, 1)]), before_the_latest([date(2013, 5, 1)])) == ([False], 0)
    assert (re_referrals([]), before_the_latest([])) == ([], 0)
