"""Long quiet and much at once, beside looking at every pair and every three of them."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.timeline import Stretch, count_by_month, find_clusters, find_gaps, months_old

DAYS = st.lists(st.dates(date(2012, 1, 1), date(2014, 12, 31)), max_size=12)
NEAR = st.lists(st.dates(date(2013, 1, 1), date(2013, 6, 30)), max_size=12)


@given(DAYS)
@example([date(2013, 1, 1), date(2013, 7, 3), date(2014, 1, 1)])  # 183 days, and one fewer
def test_gap_is_half_a_year_between_two_in_which_nothing_came(days):
    plain = {
        (one, other)
        for one, other in combinations(sorted(days), 2)
        if (other - one).days >= 183 and not any(one < each < other for each in days)
    }
    assert find_gaps(days) == [Stretch(one, other, 2) for one, other in sorted(plain)]


def test_stretch_says_how_many_days_it_took():
    (gap,) = find_gaps([date(2013, 1, 1), date(2013, 9, 1)])
    assert gap.days == 243


@given(NEAR)
def test_what_is_in_a_cluster_came_with_two_others_within_thirty_days(days):
    ordered = sorted(days)
    at_once = {
        place
        for three in combinations(range(len(ordered)), 3)
        if (ordered[three[2]] - ordered[three[0]]).days <= 30
        for place in three
    }
    found = find_clusters(days)
    assert sum(each.count for each in found) == len(at_once)
    assert {ordered[place] for place in at_once} == {
        day for day in ordered for each in found if each.first <= day <= each.last
    }


@given(NEAR)
def test_order_of_days_is_nothing(days):
    assert find_clusters(days) == find_clusters(reversed(days))


@pytest.mark.parametrize(
    ("born", "day", "months"),
    [
        (date(2008, 1, 2), date(2013, 1, 1), 59),
        (date(2008, 1, 2), date(2013, 1, 2), 60),
        (date(2012, 2, 29), date(2013, 2, 28), 11),
        (date(2013, 7, 1), date(2013, 6, 1), -1),
    ],
)
def test_months_old_are_whole(born, day, months):
    assert months_old(born, day) == months


@given(DAYS, st.dates(date(2012, 1, 1), date(2014, 12, 31)), st.integers(1, 40))
def test_each_day_is_counted_in_its_month_of_so_many_up_to_the_last(days, last, months):
    counted = count_by_month(days, last, months)
    firsts = [first for first, _ in counted]
    assert (len(counted), firsts[-1]) == (months, last.replace(day=1))
    assert all((later - timedelta(days=1)).replace(day=1) == earlier for earlier, later in pairwise(firsts))
    assert counted == [(first, sum(day.replace(day=1) == first for day in days)) for first in firsts]
