"""People, ages and lengths of time as one would tell them."""

import pytest

from rules.describing import describe
from rules.durations import read_duration, say_age, say_days
from tests.unit.rules.drawing import V4

TOLD = [
    ({}, "A child whose age is not known, with nothing seen."),
    (
        {"age_days": 2922, "indicators": ["F2_YOUNG_CARER"], "consent": "refused"},
        "A child 8 years old, with “Young carer with some caring role”; consent is refused.",
    ),
    (
        {"age_days": 30, "mobile": False, "indicators": ["C4_NAI"], "authority": "nottingham_city"},
        "A child 30 days old, with “Injury that is unexplained or not an accident”; "
        "the child does not move about alone; the address is in Nottingham City.",
    ),
    (
        {"kind": "unborn_child", "earlier_enquiries_12m": 2, "days_since_case_closed": 183},
        "An unborn child, with nothing seen; the number of enquiries in the twelve months before is 2; "
        "the time since social care last closed a case is 6 months.",
    ),
    (
        {"kind": "adult_at_risk", "indicators": ["F2_YOUNG_CARER", "C4_UASC"]},
        "An adult at risk, with “Unaccompanied child seeking asylum” and “Young carer with some caring role”.",
    ),
    (
        {"kind": "other_adult", "needs_immediate_protection": True},
        "An adult, with nothing seen; immediate protection is needed.",
    ),
]


@pytest.mark.parametrize(("values", "told"), TOLD)
def test_person_is_told_in_plain_words(values, told) -> None:
    assert describe(V4, V4.read_facts(values)) == told


@pytest.mark.parametrize(
    ("text", "days"), [("5 years", 1826), ("6 months", 183), ("1 year", 365), ("12 weeks", 84), ("90 days", 90)]
)
def test_length_of_time_is_read_and_said(text, days) -> None:
    assert read_duration(text) == days
    assert read_duration(say_days(days)) == days


@pytest.mark.parametrize(
    "text", ["", "5", "years", "0 days", "-1 days", "1.5 years", "five years", "5  years", "5 Years"]
)
def test_what_is_no_length_of_time_is_none(text) -> None:
    assert read_duration(text) is None


def test_said_length_is_exact() -> None:
    assert [days for days in range(1, 8000) if read_duration(say_days(days)) != days] == []


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "0 days"), (1, "1 day"), (2, "2 days"), (7, "1 week"), (14, "2 weeks"), (30, "1 month"), (183, "6 months"),
     (184, "184 days"), (365, "1 year"), (1826, "5 years")],
)  # fmt: skip
def test_days_are_said_in_the_largest_unit_that_says_them_exactly(days, said) -> None:
    assert say_days(days) == said


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "0 days old"), (1, "1 day old"), (60, "60 days old"), (61, "2 months old"), (182, "5 months old"),
     (183, "6 months old"), (730, "23 months old"), (731, "2 years old"), (1825, "4 years old"), (1826, "5 years old"),
     (6573, "17 years old"), (6574, "18 years old")],
)  # fmt: skip
def test_age_is_told_in_units_that_have_passed(days, age) -> None:
    assert say_age(days) == age
