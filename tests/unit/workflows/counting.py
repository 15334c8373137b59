"""A slow, obvious counter that walks minute by minute by the clock on the wall, and the days worth counting."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from workflows.calendar import Calendar, bank_holidays

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HUB = Calendar({**dict.fromkeys(range(4), (time(8, 30), time(17))), 4: (time(8, 30), time(16, 30))})
UNEVEN = Calendar({0: (time(8), time(12)), 1: (time(10), time(18, 30)), 5: (time(9), time(10))}, "Europe/London", ())
SLEEPLESS = Calendar(dict.fromkeys(range(7), (time(0, 15), time(23, 45))), extra_holidays=(date(2015, 7, 1),))
OFFICES = (HUB, UNEVEN, SLEEPLESS)
EARLIEST, LATEST = datetime(2012, 1, 1, tzinfo=UTC), datetime(2028, 12, 20, tzinfo=UTC)
CHANGES = tuple(datetime(*day, tzinfo=UTC) for day in ((2013, 3, 31), (2013, 10, 27), (2020, 3, 29), (2024, 10, 27)))
CLOSED = tuple(datetime(*day, tzinfo=UTC) for day in ((2012, 6, 4), (2013, 12, 24), (2022, 9, 18), (2026, 4, 2)))

anywhere = st.timedeltas(timedelta(), LATEST - EARLIEST).map(lambda since: EARLIEST + since)
near_a_change = st.builds(
    lambda day, minutes: day + minutes * MINUTE, st.sampled_from(CHANGES + CLOSED), st.integers(-900, 1500)
)
instants = st.one_of(anywhere, near_a_change).map(lambda at: at.replace(second=0, microsecond=0))
offices = st.sampled_from(OFFICES)


def is_open_slowly(office: Calendar, at: datetime) -> bool:
    """By the clock on the wall and nothing else."""
    local = at.astimezone(LONDON)
    if local.date() in bank_holidays(local.year) or local.date() in office.extra_holidays:
        return False
    opens, closes = office.hours.get(local.weekday(), (time.max, time.min))
    return opens <= local.time() < closes


def count_slowly(office: Calendar, start: datetime, end: datetime) -> int:
    """Minutes that the office was open."""
    return sum(is_open_slowly(office, start + MINUTE * n) for n in range((end - start) // MINUTE))


def add_slowly(office: Calendar, at: datetime, minutes: int) -> datetime:
    """The instant by which the office has been open for so many minutes."""
    while minutes or not is_open_slowly(office, at):
        minutes -= is_open_slowly(office, at)
        at += MINUTE
        if not minutes:
            return at
    return at
