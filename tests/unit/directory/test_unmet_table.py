"""The register's table: what is counted is added up, or small numbers are hidden and nothing is."""

from datetime import date

from triage.exchange.unmet_needs import write_unmet
from triage.insight.unmet import SMALL, tabulate_unmet
from triage.store.unmet_needs import Count

APRIL, MAY = date(2013, 4, 1), date(2013, 5, 1)
COUNTS = [
    Count("A", "speech", "nothing", APRIL, 1),
    Count("A", "speech", "no_room", MAY, 6),
    Count("A", "grief", "room", MAY, 9),
    Count("", "=debt", "nothing", MAY, 2),
]


def test_lines_stand_by_district_with_the_most_frequent_need_first():
    register = tabulate_unmet(COUNTS, date(2013, 4, 9), date(2013, 6, 1), hide_small=False)
    assert register.months == (APRIL, MAY, date(2013, 6, 1))
    told = [(each.district, each.need, each.months, each.total) for each in register.lines]
    assert told == [("", "=debt", (0, 2, 0), 2), ("A", "grief", (0, 9, 0), 9), ("A", "speech", (1, 6, 0), 7)]
    assert register.lines[2].found == {"nothing": 1, "no_room": 6}


def test_small_numbers_are_hidden_and_neither_sums_nor_order_tell_them():
    register = tabulate_unmet(COUNTS, APRIL, MAY, hide_small=True)
    told = [(each.need, each.months, each.total, each.found) for each in register.lines]
    assert told == [("=debt", (0, SMALL), None, {}), ("grief", (0, 9), None, {}), ("speech", (SMALL, 6), None, {})]


def test_file_holds_nothing_that_a_spreadsheet_runs():
    lines = write_unmet(tabulate_unmet(COUNTS, APRIL, MAY, hide_small=False), {"A": "@home"}, {}).splitlines()
    assert lines[1] == ",Not known,'=debt,'=debt,0,2,2,2,0,0"
    assert lines[2] == "A,'@home,grief,grief,0,9,9,0,0,9"
    hidden = write_unmet(tabulate_unmet(COUNTS, APRIL, MAY, hide_small=True), {}, {})
    assert "Total" not in hidden
