"""How long each clock runs, counted to the minute, and what is warned of before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.counting import HUB
from workflows.clocks import (
    COUNT,
    NoTimescale,
    Timescale,
    assessment_variant,
    due_times,
    early_help_form,
    timescales,
)

WEDNESDAY = datetime(2013, 6, 5, 9, tzinfo=UTC)  # ten in the morning in London
MAY_2012 = datetime(2012, 5, 1, tzinfo=UTC)
EVERY = [scale for versions in timescales().values() for scale in versions]
ROLES = {"mash_manager", "locality_manager"}


def june(day: int, hour: int = 9) -> datetime:
    return datetime(2013, 6, day, hour, tzinfo=UTC)


LIMITS = [
    ("screening", "red", june(5, 13), "4 hours"),
    ("screening", "amber", june(6), "1 working day"),
    ("screening", "green", june(10), "3 working days"),
    ("decision", None, june(6), "1 working day"),
    ("decision", "reopened", june(6), "1 working day"),
    ("agency_check", "red", june(5, 11), "2 working hours"),
    ("agency_check", "amber", june(5, 15), "6 working hours"),
    ("agency_check", "green", june(10, 8), "24 working hours"),
    ("allocation", None, june(6), "1 working day"),
    ("acceptance", None, june(7), "2 working days"),
    ("reallocation", None, june(6), "1 working day"),
    ("transfer", None, june(7), "2 working days"),
    ("first_contact", "social_care", june(12), "5 working days"),
    ("first_contact", "early_help", june(12), "5 working days"),
    ("assessment", "single", datetime(2013, 8, 7, 9, tzinfo=UTC), "45 working days"),
    ("assessment", "early_help", datetime(2013, 7, 3, 9, tzinfo=UTC), "20 working days"),
    ("core_assessment", None, datetime(2013, 7, 24, 9, tzinfo=UTC), "35 working days"),
    ("strategy_discussion", None, june(6), "1 working day"),
    ("conference", None, june(26), "15 working days"),
    ("outcome", None, june(19), "10 working days"),
    ("plan_review", "child_protection", datetime(2013, 8, 28, 9, tzinfo=UTC), "12 weeks"),
    ("plan_review", "child_protection_again", datetime(2013, 11, 27, 10, tzinfo=UTC), "25 weeks"),
    ("plan_review", "child_in_need", datetime(2013, 11, 27, 10, tzinfo=UTC), "25 weeks"),
    ("review", None, datetime(2013, 8, 28, 9, tzinfo=UTC), "12 weeks"),
    ("ehc_decision", None, datetime(2013, 7, 17, 9, tzinfo=UTC), "6 weeks"),
    ("ehc_plan", None, datetime(2013, 10, 23, 9, tzinfo=UTC), "20 weeks"),
    ("ehc_plan", "reconsidered", datetime(2013, 9, 11, 9, tzinfo=UTC), "14 weeks"),
    ("ehc_review", None, datetime(2014, 6, 4, 9, tzinfo=UTC), "52 weeks"),
    ("adult_acknowledgement", None, june(6), "1 working day"),
    ("adult_outcome", None, datetime(2013, 7, 3, 9, tzinfo=UTC), "20 working days"),
    ("authority_acknowledgement", None, june(6), "1 working day"),
    ("authority_acknowledgement", "section_47", june(5, 10), "1 hour"),
    ("authority_refusal", None, june(6), "1 working day"),
    ("authority_refusal", "section_47", june(5, 10), "1 hour"),
    ("disagreement", None, june(7), "2 working days"),
]


@pytest.mark.parametrize(("kind", "variant", "due_at", "text"), LIMITS)
def test_each_clock_is_due_to_the_minute(kind: str, variant: str | None, due_at: datetime, text: str) -> None:
    due = due_times(kind, variant, WEDNESDAY, HUB)
    assert (due.due_at, due.limit_text) == (due_at, text)
    assert due.authority
    assert due.escalate_to in ROLES


def test_an_initial_assessment_is_due_in_ten_working_days() -> None:
    april = datetime(2013, 4, 12, 9, tzinfo=UTC)
    due = due_times("assessment", "initial", april, HUB)
    assert (due.due_at, due.limit_text) == (datetime(2013, 4, 26, 9, tzinfo=UTC), "10 working days")


def test_every_timescale_is_among_those_counted_here() -> None:
    assert set(timescales()) == {(kind, variant) for kind, variant, _, _ in LIMITS} | {("assessment", "initial")}


def test_a_red_runs_past_closing_and_through_the_night() -> None:
    for received in (june(7, 15), june(8, 1)):
        assert due_times("screening", "red", received, HUB).due_at == received + timedelta(hours=4)


@pytest.mark.parametrize(("kind", "variant"), [("screening", "amber"), ("decision", None), ("allocation", None)])
def test_what_comes_in_at_night_counts_from_opening(kind: str, variant: str | None) -> None:
    assert due_times(kind, variant, june(8, 1), HUB).due_at == datetime(2013, 6, 11, 7, 30, tzinfo=UTC)


def test_a_warning_comes_after_its_part_of_the_working_time() -> None:
    due = due_times("decision", None, WEDNESDAY, HUB)
    assert HUB.working_minutes_between(WEDNESDAY, due.warn_at) == 510 * 3 // 4
    assert due_times("screening", "red", WEDNESDAY, HUB).warn_at == WEDNESDAY + timedelta(hours=2)


@given(st.sampled_from(EVERY), st.timedeltas(timedelta(), timedelta(days=16 * 365)).map(lambda since: MAY_2012 + since))
@settings(max_examples=150, deadline=None)
def test_a_warning_never_comes_after_the_deadline(scale: Timescale, at: datetime) -> None:
    if scale.holds_on(at.astimezone(HUB.zone).date()):
        due = due_times(scale.kind, scale.variant, at, HUB)
        assert at < due.warn_at <= due.due_at


def test_weeks_are_counted_on_the_calendar() -> None:
    assert COUNT["weeks"](HUB, WEDNESDAY, 6) == WEDNESDAY + timedelta(weeks=6)


@pytest.mark.parametrize(("day", "variant"), [(date(2013, 4, 14), "initial"), (date(2013, 4, 15), "single")])
def test_the_assessment_follows_the_guidance_of_the_day(day: date, variant: str) -> None:
    assert assessment_variant(day) == variant


@pytest.mark.parametrize(("day", "form"), [(date(2014, 5, 31), "caf"), (date(2014, 6, 1), "ehaf")])
def test_early_help_is_assessed_on_the_form_of_the_day(day: date, form: str) -> None:
    assert early_help_form(day) == form


def test_a_limit_holds_only_in_its_time_by_the_local_day() -> None:
    last = datetime(2013, 4, 14, 22, 59, tzinfo=UTC)
    assert due_times("assessment", "initial", last, HUB).limit_text == "10 working days"
    assert due_times("assessment", "single", last + timedelta(minutes=1), HUB).limit_text == "45 working days"
    with pytest.raises(NoTimescale, match="assessment single on 2013-04-14"):
        due_times("assessment", "single", last, HUB)
    with pytest.raises(NoTimescale):
        due_times("assessment", "initial", last + timedelta(minutes=1), HUB)


def test_a_core_assessment_is_timed_however_late_it_begins() -> None:
    assert due_times("core_assessment", None, datetime(2026, 1, 5, 9, tzinfo=UTC), HUB).limit_text == "35 working days"


def test_an_unknown_clock_is_refused() -> None:
    with pytest.raises(NoTimescale, match=r"tea_break +on "):
        due_times("tea_break", None, WEDNESDAY, HUB)


def test_every_version_names_one_row_and_is_stored_with_the_due_time() -> None:
    assert len({scale.version for scale in EVERY}) == len(EVERY)
    scale = timescales()["decision", None][0]
    assert due_times("decision", None, WEDNESDAY, HUB).version == scale.version
