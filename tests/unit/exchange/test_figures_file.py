"""Partners' figures are read whole or not at all, and what is to mend is told by line and column."""

import csv
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reporting import COLUMNS, a_figure, a_file
from triage.exchange.figures_file import FiguresRefused, read_figures, write_template
from triage.insight.quarterly.indicators import list_sent
from workflows.quarters import Quarter

TODAY = date(2013, 7, 2)
WOMEN = "smoking_at_delivery,county,2013-04-01,2013-06-30,15,150,1000,Made-up hospitals,2013-07-01"


def read(pack, *rows):
    return read_figures("figures.csv", a_file(*rows), pack, TODAY)


def faults_of(pack, *rows):
    with pytest.raises(FiguresRefused) as refused:
        read(pack, *rows)
    return [(each.line, each.column) for each in refused.value.faults]


def row(**changes):
    told = dict(zip(COLUMNS.split(","), WOMEN.split(","), strict=True)) | changes
    return ",".join(told.values())


def test_share_is_of_its_counts_and_the_rest_as_it_is_written(pack):
    rate = row(indicator="conceptions_under_18", district="ashfield", value="31.4", counted="", of="")
    women, young = read(pack, WOMEN, rate).sent
    assert women == a_figure()
    assert (young.value, young.counted, young.of, young.district_code) == (31.4, None, None, "E07000170")


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_share_without_counts_is_a_part_of_a_hundred(pack, counted, of):
    part = min(counted, of) / of
    (alone,) = read(pack, row(value=f"{part * 100:.1f}%", counted="", of="")).sent
    (both,) = read(pack, row(value=f"{part * 100:.1f}", counted=str(min(counted, of)), of=str(of))).sent
    assert abs(alone.value - part) <= 0.0005 + 1e-9
    assert both.value == part


def test_days_are_read_as_people_write_them_and_districts_by_name_or_code(pack):
    for place in ("Ashfield", "E07000170", "e07000170"):
        (figure,) = read(pack, row(district=place, first="1/4/2013", last="30 June 2013")).sent
        assert (figure.district_code, figure.first, figure.last) == ("E07000170", date(2013, 4, 1), date(2013, 6, 30))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"indicator": "smoking"}, "indicator"),
        ({"indicator": "re_referrals"}, "indicator"),
        ({"district": "Leeds"}, "district"),
        ({"first": "2013-13-01"}, "first"),
        ({"last": "2013-09-30"}, "last"),
        ({"first": "2013-06-30", "last": "2013-04-01"}, "last"),
        ({"supplied_by": ""}, "supplied_by"),
        ({"supplied_by": "x" * 201}, "supplied_by"),
        ({"supplied_by": "x\x00"}, "supplied_by"),
        ({"supplied_on": ""}, "supplied_on"),
        ({"supplied_on": "2013-07-03"}, "supplied_on"),
        ({"value": "a lot"}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": "101", "counted": "", "of": ""}, "value"),
        ({"value": "-1", "counted": "", "of": ""}, "value"),
        ({"value": "16"}, "value"),
        ({"counted": "1.5"}, "counted"),
        ({"counted": "9" * 5000}, "counted"),
        ({"of": ""}, "of"),
        ({"counted": ""}, "counted"),
        ({"of": "149"}, "of"),
        ({"counted": "0", "of": "0"}, "of"),
        ({"indicator": "conceptions_under_18", "value": ""}, "value"),
    ],
)
def test_what_is_wrong_is_told_by_its_line_and_column(pack, changes, column):
    assert (3, column) in faults_of(pack, row(district="Ashfield"), row(**changes))


def test_same_figure_twice_in_a_file_is_refused(pack):
    assert faults_of(pack, WOMEN, row(value="15.0")) == [(3, "indicator")]


def test_every_fault_of_a_file_is_told_at_once(pack):
    wrong = row(district="Leeds", of=""), f"{WOMEN},one too many", row(value="a lot")
    assert faults_of(pack, *wrong) == [(2, "district"), (2, "of"), (3, "row"), (4, "value")]


def test_row_without_a_figure_is_passed_over_whatever_else_it_says(pack):
    figures = read(pack, row(value="", counted="", of="", district="Leeds"), WOMEN)
    assert (figures.sent, figures.empty) == ((a_figure(),), 1)


def test_file_without_a_column_and_one_that_is_none_are_refused(pack):
    for content in (b"indicator,value\r\n", b"", b"PK\x03\x04nothing", "é".encode("latin-1")):
        with pytest.raises(FiguresRefused):
            read_figures("figures.csv", content, pack, TODAY)


def test_template_has_every_figure_that_partners_send_and_takes_nothing_until_it_is_filled(pack):
    content = write_template(pack, Quarter(2013, 2))
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
    assert {each["indicator"] for each in rows} == set(list_sent())
    assert len(rows) == len(list_sent()) * (1 + len(pack.districts))
    empty = read_figures("figures.csv", content, pack, TODAY)
    assert (empty.sent, empty.empty) == ((), len(rows))
    filled = content.decode().replace("smoking_at_delivery,county,2013-04-01,2013-06-30,,,,,", WOMEN, 1)
    assert read_figures("figures.csv", filled.encode(), pack, TODAY).sent == (a_figure(),)
