"""Which whole months lie within some days, beside looking at every day of every month."""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from triage.insight.months import WEEK, next_month, read_so_far, split_period, whole_months

DAYS = st.dates(date(2012, 11, 1), date(2013, 4, 30))
SIX_YEARS = st.dates(date(2009, 1, 1), date(2014, 12, 31))


def months_within(first, last):
    """The first days of the months all of whose days are between the two, by counting them."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    counted = Counter(day.replace(day=1) for day in days)
    return sorted(month for month, number in counted.items() if number == _long(month))


def _long(day):
    return monthrange(day.year, day.month)[1]


@given(st.tuples(DAYS, DAYS).map(sorted))
def test_whole_months_are_those_of_which_every_day_is_within(period):
    first, last = period
    begins, ends = whole_months(first, last)
    found = []
    while begins < ends:
        found.append(begins)
        begins = next_month(begins)
    assert begins == ends
    assert found == months_within(first, last)


@given(st.tuples(DAYS, DAYS).map(sorted))
def test_what_is_not_in_a_whole_month_is_before_or_after(period):
    first, last = period
    begins, ends = whole_months(first, last)
    assert first <= begins <= ends <= last + timedelta(1)
    assert not months_within(first, begins - timedelta(1)) or begins == first
    assert not months_within(ends, last) or ends > last


def test_the_calendar_ends_in_no_error():
    assert whole_months(date(9999, 12, 1), date.max) == (date(9999, 12, 1), date(9999, 12, 1))
    assert whole_months(date.min, date.max) == (date.min, date(9999, 12, 1))
    assert read_so_far(date.min, date(1, 5, 1)) == ([date(1, 3, 1), date(1, 4, 1)], [])


def months_so_far(month):
    """Of its reporting year, from April to that month: by counting them."""
    began = date(month.year - (month.month < 4), 4, 1)
    return {each.replace(day=1) for each in (began + timedelta(day) for day in range((month - began).days + 1))}


@given(st.tuples(SIX_YEARS, SIX_YEARS).map(sorted))
def test_what_is_so_far_less_what_was_before_is_each_whole_month_once(period):
    begins, ends = whole_months(*period)
    more, less = read_so_far(begins, ends)
    found = Counter(each for month in more for each in months_so_far(month))
    found.subtract(each for month in less for each in months_so_far(month))
    assert {month for month, times in found.items() if times} == set(months_within(*period))
    assert set(found.values()) <= {0, 1}
    assert len(more) + len(less) <= (ends - begins).days / 365 + 3


@given(st.tuples(DAYS, DAYS).map(sorted), st.booleans())
def test_the_parts_are_every_day_of_the_period_once(period, weeks):
    first, last = period
    parts = split_period(first, last, weeks=weeks)
    begins, ends = parts.months
    found = [*parts.days, *(begins + timedelta(number) for number in range((ends - begins).days))]
    for month, week in parts.weeks:
        in_month = (month + timedelta(number) for number in range(_long(month)))
        found += [day for day in in_month if f"{day:{WEEK}}" == week]
    assert sorted(found) == [first + timedelta(number) for number in range((last - first).days + 1)]


@given(st.tuples(DAYS, DAYS).map(sorted))
def test_few_days_are_left_beside_weeks_and_none_is_told_by_week_where_weeks_are_not_kept(period):
    assert len(split_period(*period, weeks=True).days) <= 24
    assert split_period(*period, weeks=False).weeks == ()
