"""When a request for what is held about somebody is due, and who may do what to it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.access_request import ACCESS_REQUEST, PREPARES, REVIEWS, months_after

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
MONTHS = st.integers(0, 60)


@given(DAYS, MONTHS)
def test_due_on_the_same_day_of_the_month_or_on_the_last_that_it_has(day: date, count: int) -> None:
    due = months_after(day, count)
    assert (due.year - day.year) * 12 + due.month - day.month == count
    assert due.day == day.day or (due.day < day.day and (due + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, MONTHS)
def test_what_was_received_earlier_is_never_due_later(one: date, other: date, count: int) -> None:
    assert months_after(min(one, other), count) <= months_after(max(one, other), count)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2013, 1, 31), date(2013, 2, 28)),
        (date(2012, 1, 31), date(2012, 2, 29)),
        (date(2013, 12, 31), date(2014, 1, 31)),
        (date(2013, 8, 31), date(2013, 9, 30)),
        (date(2013, 2, 28), date(2013, 3, 28)),
    ],
)
def test_month_that_is_shorter_ends_on_its_last_day(received: date, due: date) -> None:
    assert months_after(received, 1) == due


def test_nobody_who_prepares_reviews() -> None:
    assert not PREPARES & REVIEWS
    assert {row.action for row in ACCESS_REQUEST.transitions if row.by & PREPARES and row.by & REVIEWS} == set()
