"""Quarters: every day lies in one, written by the calendar or the financial year they are the same."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.quarters import Quarter, list_quarters, quarter_of, read_quarter

DAYS = st.dates(date(1000, 4, 1), date(2999, 12, 31))
QUARTERS = st.builds(Quarter, st.integers(1001, 2998), st.integers(1, 4))


@given(DAYS)
def test_day_lies_in_its_quarter_and_in_neither_beside_it(day):
    quarter = quarter_of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.before.last + timedelta(1) == quarter.first
    assert {quarter_of(quarter.first), quarter_of(quarter.last)} == {quarter}


@given(QUARTERS)
def test_quarter_is_read_as_it_is_written_by_either_year(quarter):
    assert read_quarter(str(quarter)) == quarter
    number, year = quarter.financial.removeprefix("quarter ").split(" of ")
    assert read_quarter(f"{year}-Q{number}") == quarter
    april = date(int(year[:4]), 4, 1)
    assert april.replace(year=april.year + 1) > quarter.first >= april
    assert (quarter.first.year - april.year) * 12 + quarter.first.month - 4 == 3 * (int(number) - 1)


def test_quarter_is_said_by_its_months():
    quarter = Quarter(2013, 4)
    assert (str(quarter), quarter.name, quarter.short) == ("2013-Q4", "October to December 2013", "Oct–Dec 2013")
    assert quarter.financial == "quarter 3 of 2013-14"
    assert Quarter(2014, 1).financial == "quarter 4 of 2013-14"
    assert [str(each) for each in list_quarters(Quarter(2014, 1), 3)] == ["2014-Q1", "2013-Q4", "2013-Q3"]


@pytest.mark.parametrize(
    "text", ["", "2013", "2013-Q5", "2013-Q0", "13-Q4", "2013-15-Q1", "Q4 2013", "2013-Q4x", "9999-Q1"]
)
def test_what_is_no_quarter_is_none(text):
    assert read_quarter(text) is None


@pytest.mark.parametrize("text", ["2013-q4", " 2013Q4 ", "2013/14 Q3", "2013-14-Q3"])
def test_ways_of_writing_it(text):
    assert read_quarter(text) == Quarter(2013, 4)
