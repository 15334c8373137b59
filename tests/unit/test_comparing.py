"""A figure beside another: in words that agree with the figures as they are written."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.insight.comparing import find_england, read_england, say_change, year_before
from triage.insight.definition import read_measures
from triage.insight.measures import Figure
from triage.web.words import say_share


def figure(value):
    return Figure(value, 0, None)


@pytest.mark.parametrize(
    ("unit", "now", "then", "said"),
    [
        ("share", 0.61, 0.578, "3.2 percentage points more"),
        ("share", 0.5, 0.51, "1.0 percentage point less"),
        ("share", 0.5, 0.50001, "The same"),
        ("number", 12, 8, "4 more (50.0%)"),
        ("number", 8, 12, "4 fewer (33.3%)"),
        ("number", 2400, 1200, "1,200 more (100.0%)"),
        ("number", 7, 7, "The same"),
        ("number", 1200, 0, "Nothing to compare with"),
        ("working minutes", 130.5, 60, "1 h 10 min longer"),
        ("working minutes", 60, 61, "0 h 01 min shorter"),
        ("working minutes", 60.2, 60.9, "The same"),
        ("working days", 12, 11, "1 day longer"),
        ("days", 3, 40, "37 days shorter"),
        ("days", 3.0, 3, "The same"),
        ("kappa", 0.614, 0.6, "0.01 higher"),
        ("kappa", -0.1, 0.2, "0.30 lower"),
        ("per 10,000 children", 31.25, 31.24, "The same"),
        ("per 10,000 children", 40, 31.5, "8.5 higher"),
        ("share", None, 0.5, "Nothing to compare with"),
        ("working minutes", 5, None, "Nothing to compare with"),
    ],
)
def test_change_is_said_as_the_figures_are_written(unit, now, then, said):
    assert say_change(unit, figure(now), figure(then)) == said


@given(st.floats(0, 1), st.floats(0, 1))
def test_points_are_what_the_two_percentages_on_the_page_differ_by(now, then):
    shown = [Decimal(say_share(each).rstrip("%")) for each in (now, then)]
    said = say_change("share", figure(now), figure(then))
    moved = shown[0] - shown[1]
    assert said == "The same" if not moved else said.startswith(f"{abs(moved)} percentage point")
    assert said.endswith("more") == (moved > 0)
    assert said.endswith("less") == (moved < 0)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_numbers_differ_by_what_one_would_have_to_add(now, then):
    said = say_change("number", figure(now), figure(then))
    moved = 0 if said == "The same" else int(said.split()[0].replace(",", "")) * (1 if "more" in said else -1)
    assert then + moved == now


@given(st.dates())
def test_a_year_before_is_the_same_day_but_for_a_leap_day(day):
    before = year_before(day)
    assert before.year == max(day.year - 1, 1)
    assert (before.month, before.day) == ((2, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day))


def test_england_has_figures_of_measures_that_there_are_each_with_its_source():
    published = read_england()
    assert published.keys() <= read_measures().keys()
    for name, rows in published.items():
        for row in rows:
            assert row.source.startswith("Department for Education")
            assert (row.of is not None) == (read_measures()[name].unit == "share")
            assert row.of is None or 0 < row.counted <= row.of


def test_england_is_the_year_that_ends_nearest():
    assert f"{find_england('re_referrals', date(2024, 6, 1)).figure.value:.1%}" == "22.4%"
    assert find_england("referrals", date(2013, 12, 31)).year_to == date(2014, 3, 31)
    assert find_england("referrals", date(2030, 1, 1)).year_to == date(2024, 3, 31)
    assert find_england("enquiries", date(2024, 1, 1)) is None
