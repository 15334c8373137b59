"""What is written in several ways is compared as one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.people.folding import (
    day_digits,
    days_near,
    fold_day,
    fold_identifier,
    fold_people,
    fold_postcode,
    fold_sex,
    fold_street,
    split_address,
    swapped,
    write_postcode,
)
from workflows.people.identifiers import is_nhs_number


@pytest.mark.parametrize(
    "written", ["2014-03-01", "20140301", "01/03/2014", "1/3/2014", "1.3.2014", "2014-03-01T09:30"]
)
def test_date_is_read_as_it_is_written_anywhere(written):
    assert fold_day(written) == "20140301"


@pytest.mark.parametrize(("written", "kept"), [("19161332", "19161332"), ("31/02/2014", "20140231")])
def test_date_that_no_calendar_has_is_a_slip_and_is_kept(written, kept):
    assert fold_day(written) == kept


@pytest.mark.parametrize("written", ["", "about 2014", "March", "1/3/14", "not known"])
def test_anything_else_is_no_date(written):
    assert fold_day(written) == ""


@given(st.dates())
def test_every_date_is_read_back_as_it_was(day):
    assert fold_day(day.isoformat()) == fold_day(f"{day.day}/{day.month}/{day.year:04}") == day_digits(day)


@given(st.dates())
def test_exchanging_day_and_month_twice_gives_the_same_date(day):
    other = swapped(day)
    assert other is None or (swapped(other) == day != other)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_dates_near_another_are_those_with_one_part_of_it_wrong(day):
    """Beside the plain reading: every day of those years, of which two parts are right or day and month exchanged."""
    years = {day.year + by for by in (-10, -2, -1, 0, 1, 2, 10)}
    every = {date(year, 1, 1) + timedelta(days=n) for year in years for n in range(366)}
    plain = {other for other in every if other.year in years and _one_part(day, other)}
    assert set(days_near(day)) == plain | {day, swapped(day) or day}


def _one_part(day, other):
    return sum(getattr(day, part) != getattr(other, part) for part in ("year", "month", "day")) == 1


@pytest.mark.parametrize(
    ("day", "other"),
    [
        (date(2014, 3, 12), date(2014, 12, 3)),
        (date(2014, 3, 1), date(2014, 1, 3)),
        (date(2014, 1, 12), date(2014, 12, 1)),
    ],
)
def test_day_up_to_the_twelfth_may_be_exchanged_with_the_month(day, other):
    assert swapped(day) == other


def test_a_day_after_the_twelfth_has_none_to_be_exchanged_with():
    assert swapped(date(2014, 3, 13)) is None
    assert swapped(date(2014, 3, 3)) is None


@pytest.mark.parametrize(
    ("written", "known"),
    [("F", "F"), ("female", "F"), ("1", "M"), ("Boy", "M"), (" f ", "F"), ("U", ""), ("9", ""), ("", "")],
)
def test_sex_is_in_words_or_by_number(written, known):
    assert fold_sex(written) == known


def test_postcode_and_street_in_any_spacing_and_shortness():
    assert fold_postcode(" ng15 7aa") == fold_postcode("NG157AA")
    assert fold_street("Mill Rd.") == fold_street("mill road")
    assert fold_street("St Ann's Well Road") == "st anns well road"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("12 Mill Road, Hucknall", ("12", "mill road", "hucknall")),
        ("Flat 2, 12a Mill Rd", ("2", "12a mill road", "")),
        ("Rose Cottage\n12A Mill Rd", ("12a", "mill road", "")),
        ("The Old Mill", ("", "the old mill", "")),
        ("7", ("7", "", "")),
        ("", ("", "", "")),
    ],
)
def test_address_is_taken_apart(address, parts):
    assert split_address(address) == parts


@pytest.mark.parametrize(("folded", "written"), [("NG157AA", "NG15 7AA"), ("M11AE", "M1 1AE")])
def test_postcode_is_written_with_its_halves_apart(folded, written):
    assert write_postcode(folded) == written


def test_number_whose_check_does_not_fit_is_not_believed():
    assert fold_identifier("999 000 0018", is_nhs_number) in ("", "9990000018")
    assert fold_identifier("943 476 5919", is_nhs_number) == "9434765919"
    assert fold_identifier("943 476 5918", is_nhs_number) == ""


def test_relatives_are_in_order_however_they_are_named():
    assert (
        fold_people(("Zoë Smith", "ann smith", "")) == fold_people(["Ann Smith", "zoe smith"]) == "ann smith|zoe smith"
    )
