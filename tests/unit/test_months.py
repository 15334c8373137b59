"""Which whole months lie within some days, beside looking at every day of every month."""

from calendar import monthrange
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from triage.insight.months import next_month, whole_months

DAYS = st.dates(date(2012, 11, 1), date(2013, 4, 30))


def months_within(first, last):
    """The first days of the months all of whose days are between the two, by counting them."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    whole = [
        day for day in days if sum((day.year, day.month) == (each.year, each.month) for each in days) == _long(day)
    ]
    return sorted({day.replace(day=1) for day in whole})


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
