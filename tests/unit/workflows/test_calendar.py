"""The calendar beside a slow, obvious counter that walks minute by minute."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.counting import (
    DAY,
    EARLIEST,
    HUB,
    LATEST,
    LONDON,
    MINUTE,
    SLEEPLESS,
    UNEVEN,
    add_slowly,
    anywhere,
    count_slowly,
    instants,
    is_open_slowly,
    offices,
)
from workflows.calendar import Calendar, bank_holidays, is_weekend, local_day, midnight


@given(offices, instants, st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_minutes_between_equal_a_minute_by_minute_count(office: Calendar, start: datetime, length: int) -> None:
    end = start + MINUTE * length
    assert office.working_minutes_between(start, end) == count_slowly(office, start, end)


@given(offices, instants, st.integers(1, 1500))
@settings(max_examples=50, deadline=None)
def test_adding_minutes_equals_a_minute_by_minute_walk(office: Calendar, at: datetime, minutes: int) -> None:
    assert office.add_working_minutes(at, minutes) == add_slowly(office, at, minutes)


@given(offices, instants)
@settings(max_examples=100, deadline=None)
def test_open_and_next_opening_agree_with_the_wall_clock(office: Calendar, at: datetime) -> None:
    assert office.is_open(at) == is_open_slowly(office, at)
    opening = office.next_opening(at)
    assert is_open_slowly(office, opening)
    assert count_slowly(office, at, opening) == 0


@given(offices, instants)
@settings(max_examples=60, deadline=None)
def test_the_closing_before_and_the_closing_after_agree_with_the_wall_clock(office: Calendar, at: datetime) -> None:
    last, upcoming = office.last_closing(at), office.next_closing(at)
    assert list_closings_slowly(office, last - MINUTE, at) == [last]
    assert list_closings_slowly(office, at, upcoming) == [upcoming]


def list_closings_slowly(office: Calendar, start: datetime, end: datetime) -> list[datetime]:
    """Each minute after `start`, up to and with `end`, at which the office has just closed."""
    after = (start + MINUTE * n for n in range(1, (end - start) // MINUTE + 1))
    return [at for at in after if is_open_slowly(office, at - MINUTE) and not is_open_slowly(office, at)]


@given(offices, instants, st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_adding_days_walks_working_days_and_keeps_the_local_time(office: Calendar, at: datetime, days: int) -> None:
    start, due = office.next_opening(at).astimezone(LONDON), office.add_working_days(at, days).astimezone(LONDON)
    walked = [start.date() + DAY * n for n in range(1, (due.date() - start.date()).days + 1)]
    assert sum(map(office.is_working_day, walked)) == days == office.working_days_between(start.date(), due.date())
    opens, closes = office.hours[due.weekday()]
    at_that_time = datetime.combine(due.date(), min(max(start.time(), opens), closes), LONDON)
    assert due.astimezone(UTC) == at_that_time.astimezone(UTC)  # which is an hour later where the clocks skip it


def test_a_time_that_the_clocks_skip_on_the_day_is_an_hour_later() -> None:
    night_and_day = Calendar(hours=dict.fromkeys(range(7), (time(0, 15), time(23, 45))))
    due = night_and_day.add_working_days(datetime(2012, 3, 24, 1, tzinfo=LONDON), 1)
    assert due.astimezone(LONDON).isoformat() == "2012-03-25T02:00:00+01:00"


@given(offices, st.dates(EARLIEST.date(), LATEST.date()), st.integers(-5, 800))
@settings(max_examples=60, deadline=None)
def test_days_between_equal_a_day_by_day_count(office: Calendar, start: date, length: int) -> None:
    days = (start + DAY * n for n in range(1, length + 1))
    assert office.working_days_between(start, start + DAY * length) == sum(map(office.is_working_day, days))


@given(offices, st.lists(instants, min_size=3, max_size=3).map(sorted))
@settings(max_examples=60, deadline=None)
def test_minutes_add_up_over_years(office: Calendar, three: list[datetime]) -> None:
    first, second, third = three
    parts = office.working_minutes_between(first, second) + office.working_minutes_between(second, third)
    assert parts == office.working_minutes_between(first, third)


@given(offices, anywhere, st.integers(1, 2000))
@settings(max_examples=60, deadline=None)
def test_what_is_added_is_what_lies_between_to_the_microsecond(office: Calendar, at: datetime, minutes: int) -> None:
    assert office.working_minutes_between(at, office.add_working_minutes(at, minutes)) == minutes


def expected_bank_holidays(year: int) -> set[date]:
    """England's rules, written out: fixed feasts move to the next weekday; one-offs by proclamation."""
    early_may = date(2020, 5, 8) if year == 2020 else _monday_from(date(year, 5, 1))
    spring = {2012: date(2012, 6, 4), 2022: date(2022, 6, 2)}.get(year, _monday_from(date(year, 5, 25)))
    moving = {easter(year) - 2 * DAY, easter(year) + DAY, early_may, spring, _monday_from(date(year, 8, 25))}
    once = {date(2012, 6, 5), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
    return moving | {day for day in once if day.year == year} | _moved_feasts(year)


def _moved_feasts(year: int) -> set[date]:
    days: set[date] = set()
    for feast in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while feast.weekday() > 4 or feast in days:
            feast += DAY
        days.add(feast)
    return days


def _monday_from(day: date) -> date:
    return day + DAY * (-day.weekday() % 7)


@pytest.mark.parametrize("year", range(2012, 2029))
def test_bank_holidays_are_englands(year: int) -> None:
    assert {day for day in bank_holidays(year) if day.weekday() < 5} == expected_bank_holidays(year)


def test_one_working_day_when_received_on_friday_evening_ends_at_tuesdays_opening() -> None:
    friday_evening = datetime(2013, 6, 7, 19, tzinfo=UTC)
    assert HUB.add_working_days(friday_evening, 1) == datetime(2013, 6, 11, 7, 30, tzinfo=UTC)


def test_one_working_day_from_late_thursday_is_kept_within_fridays_hours() -> None:
    assert HUB.add_working_days(datetime(2013, 6, 6, 15, 50, tzinfo=UTC), 1) == datetime(2013, 6, 7, 15, 30, tzinfo=UTC)


def test_an_early_start_is_kept_within_a_later_opening() -> None:
    assert UNEVEN.add_working_days(datetime(2013, 1, 7, 8, 30, tzinfo=UTC), 1) == datetime(2013, 1, 8, 10, tzinfo=UTC)


def test_working_minutes_end_at_closing_and_not_at_the_next_opening() -> None:
    assert HUB.add_working_minutes(datetime(2013, 6, 6, 15, tzinfo=UTC), 60) == datetime(2013, 6, 6, 16, tzinfo=UTC)


def test_no_minutes_give_the_next_opening() -> None:
    assert HUB.add_working_minutes(datetime(2013, 6, 8, 12, tzinfo=UTC), 0) == datetime(2013, 6, 10, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2013, 3, 31), 22.5), (date(2013, 10, 27), 24.5), (date(2013, 7, 7), 23.5)]
)
def test_a_day_with_a_clock_change_has_an_hour_less_or_more(day: date, hours: float) -> None:
    whole = SLEEPLESS.working_minutes_between(SLEEPLESS.opening(day), SLEEPLESS.closing(day))
    assert whole == hours * 60


def test_the_office_is_open_from_its_opening_minute_to_before_its_closing_minute() -> None:
    day = date(2013, 6, 6)
    opening, closing = HUB.opening(day), HUB.closing(day)
    assert [HUB.is_open(at) for at in (opening - MINUTE, opening, closing - MINUTE, closing)] == [
        False,
        True,
        True,
        False,
    ]
    assert HUB.next_opening(closing) == HUB.opening(date(2013, 6, 7))


@given(offices, instants)
@settings(max_examples=60, deadline=None)
def test_the_last_opening_is_when_the_office_opened_before_and_not_since(office: Calendar, at: datetime) -> None:
    opened = office.last_opening(at)
    assert opened <= at
    assert (is_open_slowly(office, opened), is_open_slowly(office, opened - MINUTE)) == (True, False)
    day = opened.astimezone(LONDON).date()
    assert office.first_opening(day) == opened
    assert office.first_opening(day + DAY) > at


def test_what_is_said_of_a_day_when_the_office_is_closed_is_when_it_opens_next() -> None:
    saturday, monday = date(2013, 6, 8), datetime(2013, 6, 10, 7, 30, tzinfo=UTC)
    assert [HUB.first_opening(saturday + n * DAY) for n in range(3)] == [monday] * 3
    assert HUB.first_opening(date(2013, 5, 27)) == HUB.opening(date(2013, 5, 28))  # a bank holiday
    assert [HUB.last_opening(at) for at in (monday, monday - MINUTE)] == [monday, HUB.opening(date(2013, 6, 7))]


def test_the_last_closing_is_the_closing_minute_itself_once_it_has_come() -> None:
    thursday = HUB.closing(date(2013, 6, 6))
    assert HUB.last_closing(thursday) == thursday
    assert HUB.last_closing(thursday - MINUTE) == HUB.closing(date(2013, 6, 5))
    assert HUB.next_closing(thursday) == HUB.closing(date(2013, 6, 7))


def test_a_one_off_closing_day_is_no_working_day() -> None:
    closed = date(2015, 7, 1)
    assert SLEEPLESS.next_working_day(date(2015, 6, 30)) == date(2015, 7, 2)
    assert SLEEPLESS.working_minutes_between(SLEEPLESS.opening(closed), SLEEPLESS.closing(closed)) == 0


def test_the_year_turns_by_the_offices_own_clock() -> None:
    far = Calendar(dict.fromkeys(range(7), (time(0, 15), time(23, 45))), "Asia/Tokyo")
    start, end = datetime(2013, 12, 31, 14, tzinfo=UTC), datetime(2014, 1, 2, 2, tzinfo=UTC)
    walked = (far.is_open(start + MINUTE * n) for n in range((end - start) // MINUTE))
    assert far.working_minutes_between(start, end) == sum(walked)
    new_year = datetime(2013, 12, 31, 20, tzinfo=UTC)
    assert far.working_minutes_between(new_year, end) == far.working_minutes_between(start, end) - 45


def test_weeks_keep_the_local_time_over_a_clock_change() -> None:
    assert HUB.add_weeks(datetime(2013, 3, 28, 10, tzinfo=UTC), 6) == datetime(2013, 5, 9, 9, tzinfo=UTC)


def test_an_instant_of_another_zone_gives_the_same_answer_in_utc() -> None:
    at = datetime(2013, 6, 6, 10, tzinfo=UTC)
    opening = HUB.next_opening(at.astimezone(timezone(timedelta(hours=5))))
    assert opening == at
    assert opening.tzinfo is UTC


def test_nothing_lies_between_when_the_end_is_not_later() -> None:
    at = datetime(2013, 6, 6, 10, tzinfo=UTC)
    assert HUB.working_minutes_between(at, at) == HUB.working_minutes_between(at, at - DAY) == 0


@pytest.mark.parametrize("year", [1900, 2500])
def test_a_far_year_is_counted_like_any_other(year: int) -> None:
    start = datetime(year, 3, 1, tzinfo=UTC)
    assert HUB.working_minutes_between(start, start + 7 * DAY) == count_slowly(HUB, start, start + 7 * DAY)


@pytest.mark.parametrize("ask", ["is_open", "next_opening"])
def test_an_instant_without_a_zone_is_refused(ask: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        getattr(HUB, ask)(datetime(2013, 6, 6, 10, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize("hours", [{}, {7: (time(9), time(17))}, {0: (time(17), time(9))}, {0: (time(9), time(9))}])
def test_hours_that_cannot_be_are_refused(hours: dict[int, tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match=r"no working time|cannot open"):
        Calendar(hours)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2013, 1, 7, 23, 30, tzinfo=UTC), date(2013, 1, 7)),
        (datetime(2013, 7, 1, 22, 59, tzinfo=UTC), date(2013, 7, 1)),
        (datetime(2013, 7, 1, 23, 0, tzinfo=UTC), date(2013, 7, 2)),  # midnight of summer time
    ],
)
def test_day_of_an_instant_is_englands(at: datetime, day: date) -> None:
    assert local_day(at) == day


def test_day_begins_at_midnight_in_england() -> None:
    assert midnight(date(2013, 1, 7)) == datetime(2013, 1, 7, tzinfo=UTC)
    assert midnight(date(2013, 7, 2)) == datetime(2013, 7, 1, 23, tzinfo=UTC)


def test_weekend_is_saturday_and_sunday() -> None:
    week = [date(2013, 5, 6) + DAY * ahead for ahead in range(7)]  # whose Monday is a bank holiday
    assert [is_weekend(day) for day in week] == [False] * 5 + [True] * 2
