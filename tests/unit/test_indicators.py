"""The indicators of the quarterly report are those of section 4 of the plan, in its priorities and with its marks."""

from collections import Counter

import pytest

from triage.insight.definition import read_measures
from triage.insight.quarterly import indicators as module
from triage.insight.quarterly.indicators import Indicator, list_sent, read_groups, read_indicators

# As section 4 has them: how many stand in each priority, and which have a tick in each of the last two columns.
PRIORITIES = (8, 8, 8, 1, 7)
HEALTH = {
    *("first_time_entrants", "low_income_households", "attainment_gap_at_11", "breastfeeding_at_6_weeks"),
    *("excess_weight_reception", "excess_weight_year_6", "conceptions_under_18"),
}
EARLY_HELP = {
    *("protection_plan_rate", "seen_at_childrens_centres", "first_time_entrants", "unauthorised_absence"),
    *("low_income_households", "needs_met", "appropriate_action", "attainment_gap_at_11", "attainment_gap_at_16"),
    *("not_in_education", "breastfeeding_at_6_weeks", "conceptions_under_18"),
}


def test_every_indicator_of_the_plan_stands_in_its_priority_once():
    assert tuple(len(each.indicators) for each in read_groups()) == PRIORITIES
    assert len(read_indicators()) == sum(PRIORITIES)
    assert max(Counter(each.title for each in read_indicators().values()).values()) == 1


def test_marks_are_those_that_the_plan_ticks():
    marked = {mark: {name for name, each in read_indicators().items() if mark in each.marks} for mark in module.MARKS}
    assert marked == {"health": HEALTH, "early_help": EARLY_HELP, "unknown": set()}


def test_what_is_counted_here_has_a_measure_and_the_rest_somebody_who_sends_it():
    for each in read_indicators().values():
        assert (each.measure in read_measures()) != bool(each.partners)
    counted = read_indicators()["re_referrals"]
    assert (counted.unit, counted.better) == ("share", "less")
    assert counted.definition == read_measures()["re_referrals"].definition
    assert "re_referrals" not in list_sent()


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "enquiries"},
        {"partners": None},
        {"marks": ["gold"]},
        {"unit": "furlongs"},
        {"every": "week"},
        {"better": "higher"},
    ],
)
def test_indicator_that_is_told_wrongly_is_refused_as_it_is_read(wrong):
    told = {"name": "x", "title": "X", "marks": [], "partners": "Schools"}
    assert isinstance(module._read(told), Indicator)
    with pytest.raises(ValueError, match=r"^x: "):
        module._read({name: value for name, value in (told | wrong).items() if value is not None})
