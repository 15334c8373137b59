"""A clock that stood still: what was left of it when it was paused is left when it runs on, to the minute."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.counting import DAY, HUB, MINUTE, count_slowly, instants, is_open_slowly, offices
from workflows.calendar import Calendar
from workflows.clocks import COUNT, due_after_pause

FRIDAY = datetime(2013, 6, 7, 15, tzinfo=UTC)  # four in the afternoon in London: half an hour to closing
limits = st.one_of(
    st.tuples(st.just("working_minutes"), st.integers(1, 1440)),
    st.tuples(st.just("working_days"), st.integers(1, 4)),
    st.tuples(st.just("weeks"), st.just(1)),
)
parts = st.floats(0, 1)
stands = st.integers(0, 12 * 24 * 60)


def part_of(start: datetime, end: datetime, part: float) -> datetime:
    return start + MINUTE * int((end - start) / MINUTE * part)


@given(offices, instants, limits, parts, stands)
@settings(max_examples=120, deadline=None)
def test_the_working_minutes_left_are_the_same_after_a_pause(
    office: Calendar, start: datetime, limit: tuple[str, int], part: float, stood: int
) -> None:
    unit, length = limit
    due = COUNT[unit](office, start, length)
    paused = part_of(start, due, part)
    resumed = paused + MINUTE * stood
    later = due_after_pause(unit, due, paused, resumed, office)
    left = count_slowly(office, paused, due)
    assert count_slowly(office, resumed, later) == left
    assert not left or is_open_slowly(office, later - MINUTE), "it is due the minute that the time is used up"


@given(offices, instants, limits, st.tuples(parts, parts), st.tuples(stands, stands))
@settings(max_examples=60, deadline=None)
def test_two_pauses_cost_what_both_cost(
    office: Calendar,
    start: datetime,
    limit: tuple[str, int],
    shares: tuple[float, float],
    stood: tuple[int, int],
) -> None:
    unit, length = limit
    due = COUNT[unit](office, start, length)
    used, at = 0, start
    for share, minutes in zip(shares, stood, strict=True):
        paused = part_of(at, due, share) if due > at else at
        used += count_slowly(office, at, paused)
        at = paused + MINUTE * minutes
        due = due_after_pause(unit, due, paused, at, office)
    assert used + count_slowly(office, at, due) == count_slowly(office, start, COUNT[unit](office, start, length))


@given(instants, st.integers(0, 240), stands)
@settings(max_examples=60, deadline=None)
def test_a_limit_on_the_wall_clock_moves_by_as_long_as_it_stood(start: datetime, run: int, stood: int) -> None:
    due, paused = start + 240 * MINUTE, start + run * MINUTE
    assert due_after_pause("minutes", due, paused, paused + stood * MINUTE, HUB) == due + stood * MINUTE


@pytest.mark.parametrize(
    ("resumed", "due"),
    [
        (FRIDAY, datetime(2013, 6, 10, 9, tzinfo=UTC)),
        (datetime(2013, 6, 8, 12, tzinfo=UTC), datetime(2013, 6, 10, 9, 30, tzinfo=UTC)),
        (datetime(2013, 6, 10, 12, tzinfo=UTC), datetime(2013, 6, 10, 14, tzinfo=UTC)),
    ],
)
def test_a_pause_over_a_weekend_costs_only_the_half_hour_that_was_left_of_friday(
    resumed: datetime, due: datetime
) -> None:
    assert due_after_pause("working_minutes", datetime(2013, 6, 10, 9, tzinfo=UTC), FRIDAY, resumed, HUB) == due


def test_a_pause_over_the_spring_change_moves_the_due_time_by_the_offices_own_clock() -> None:
    thursday = datetime(2013, 3, 28, 16, tzinfo=UTC)  # before Easter; the clocks go forward on the Sunday
    due = due_after_pause("working_days", thursday + timedelta(hours=1), thursday, thursday + 5 * DAY, HUB)
    assert due == datetime(2013, 4, 3, 8, 30, tzinfo=UTC)
