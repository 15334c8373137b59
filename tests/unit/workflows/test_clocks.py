"""How long each clock runs, since when and by whose authority."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calendar import Calendar
from workflows.clocks import COUNT, NoTimescale, Timescale, assessment_variant, due_times, timescales
from workflows.definition import Table
from workflows.registry import tables

HUB = Calendar({**dict.fromkeys(range(4), (time(8, 30), time(17))), 4: (time(8, 30), time(16, 30))})
WEDNESDAY = datetime(2013, 6, 5, 9, tzinfo=UTC)  # ten in the morning in London
MAY_2012 = datetime(2012, 5, 1, tzinfo=UTC)
EVERY = [scale for versions in timescales().values() for scale in versions]
ROLES = {"mash_manager", "locality_manager"}
LIMITS = [
    ("screening", "red", WEDNESDAY + timedelta(hours=4), "4 hours"),
    ("screening", "amber", datetime(2013, 6, 6, 9, tzinfo=UTC), "1 working day"),
    ("screening", "green", datetime(2013, 6, 10, 9, tzinfo=UTC), "3 working days"),
    ("decision", None, datetime(2013, 6, 6, 9, tzinfo=UTC), "1 working day"),
    ("agency_check", "red", datetime(2013, 6, 5, 11, tzinfo=UTC), "2 working hours"),
    ("agency_check", "amber", datetime(2013, 6, 5, 15, tzinfo=UTC), "6 working hours"),
    ("agency_check", "green", datetime(2013, 6, 10, 8, tzinfo=UTC), "24 working hours"),
    ("allocation", None, datetime(2013, 6, 6, 9, tzinfo=UTC), "1 working day"),
    ("acceptance", None, datetime(2013, 6, 7, 9, tzinfo=UTC), "2 working days"),
    ("reallocation", None, datetime(2013, 6, 6, 9, tzinfo=UTC), "1 working day"),
    ("first_contact", None, datetime(2013, 6, 12, 9, tzinfo=UTC), "5 working days"),
    ("assessment", "single", datetime(2013, 8, 7, 9, tzinfo=UTC), "45 working days"),
    ("assessment", "core", datetime(2013, 7, 24, 9, tzinfo=UTC), "35 working days"),
    ("assessment", "early_help", datetime(2013, 7, 3, 9, tzinfo=UTC), "20 working days"),
]


@pytest.mark.parametrize(("kind", "variant", "due_at", "text"), LIMITS)
def test_each_clock_is_due_to_the_minute(kind: str, variant: str | None, due_at: datetime, text: str) -> None:
    due = due_times(kind, variant, WEDNESDAY, HUB)
    assert (due.due_at, due.limit_text) == (due_at, text)
    assert due.authority
    assert due.escalate_to in ROLES


def test_a_red_runs_past_closing_and_through_the_night() -> None:
    for received in (datetime(2013, 6, 7, 15, tzinfo=UTC), datetime(2013, 6, 8, 1, tzinfo=UTC)):
        assert due_times("screening", "red", received, HUB).due_at == received + timedelta(hours=4)


def test_an_amber_received_at_night_counts_from_opening() -> None:
    night = datetime(2013, 6, 8, 1, tzinfo=UTC)
    assert due_times("screening", "amber", night, HUB).due_at == datetime(2013, 6, 11, 7, 30, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("service", "day", "variant"),
    [
        ("social_care", date(2013, 4, 14), "initial"),
        ("social_care", date(2013, 4, 15), "single"),
        ("early_help", date(2013, 4, 14), "early_help"),
    ],
)
def test_the_assessment_follows_the_guidance_of_the_day(service: str, day: date, variant: str) -> None:
    assert assessment_variant(service, day) == variant


def test_a_limit_holds_only_in_its_time_by_the_local_day() -> None:
    last = datetime(2013, 4, 14, 22, 59, tzinfo=UTC)
    assert due_times("assessment", "initial", last, HUB).limit_text == "10 working days"
    assert due_times("assessment", "single", last + timedelta(minutes=1), HUB).limit_text == "45 working days"
    with pytest.raises(NoTimescale):
        due_times("assessment", "single", last, HUB)
    with pytest.raises(NoTimescale):
        due_times("assessment", "initial", last + timedelta(minutes=1), HUB)


def test_an_unknown_clock_is_refused() -> None:
    with pytest.raises(NoTimescale, match="tea_break"):
        due_times("tea_break", None, WEDNESDAY, HUB)


def test_every_version_names_one_row() -> None:
    assert len({scale.version for scale in EVERY}) == len(EVERY)


@pytest.mark.parametrize("scale", EVERY, ids=lambda scale: f"{scale.kind}-{scale.variant}")
def test_every_timescale_can_be_counted_warned_and_escalated(scale: Timescale) -> None:
    assert scale.unit in COUNT
    assert scale.limit > 0
    assert 0 < scale.warn_at <= 1
    assert scale.escalate_to in ROLES


def test_no_two_limits_hold_on_one_day() -> None:
    for versions in timescales().values():
        for one, other in combinations(versions, 2):
            starts = [scale.valid_from or date.min for scale in (one, other)]
            assert not (one.holds_on(max(starts)) and other.holds_on(max(starts)))


def stops(table: Table, kind: str) -> set[str]:
    return {each.event for each in table.transitions if kind in each.stops}


def test_every_clock_of_a_table_has_a_limit_that_ends_with_one_of_its_events() -> None:
    kinds = {scale.kind for scale in EVERY}
    for table in tables().values():
        started = {kind for each in table.transitions for kind in each.starts} | set(table.opens)
        assert started <= kinds
        for scale in EVERY:
            if scale.kind in started:
                assert scale.ends in stops(table, scale.kind)


def test_every_clock_that_an_action_starts_begins_with_that_actions_event() -> None:
    for table in tables().values():
        starters = [(each.event, kind) for each in table.transitions for kind in each.starts if kind not in table.opens]
        for event, kind in starters:
            assert {scale.begins for scale in EVERY if scale.kind == kind} == {event}
