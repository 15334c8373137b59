"""Working time: the office's hours on England's working days, in local time, exact to the minute.

The only place that knows a bank holiday. Instants go in and come out as aware UTC datetimes.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays in a year, one-offs included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


@dataclass(frozen=True)
class Calendar:
    """An office's hours: weekday (Monday is 0) to opening and closing time, less bank holidays and `extra_holidays`."""

    hours: Mapping[int, tuple[time, time]]
    timezone: str = "Europe/London"
    extra_holidays: tuple[date, ...] = ()
    _years: dict[int, "_Year"] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens at all that day."""
        return day.weekday() in self.hours and day not in bank_holidays(day.year) and day not in self.extra_holidays

    def opening(self, day: date) -> datetime:
        """When the office opens on a working day."""
        return self._instant(day, self.hours[day.weekday()][0])

    def closing(self, day: date) -> datetime:
        """When the office closes on a working day."""
        return self._instant(day, self.hours[day.weekday()][1])

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at that instant; at the closing minute it is not."""
        day = at.astimezone(self.zone).date()
        return self.is_working_day(day) and self.opening(day) <= at < self.closing(day)

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while the office is open, else when it opens next."""
        day = at.astimezone(self.zone).date()
        if self.is_working_day(day) and at < self.closing(day):
            return max(at, self.opening(day))
        return self.opening(self.next_working_day(day))

    def next_working_day(self, day: date, count: int = 1) -> date:
        """The `count`-th working day after `day`."""
        for _ in range(count):
            day += DAY
            while not self.is_working_day(day):
                day += DAY
        return day

    def add_working_minutes(self, at: datetime, minutes: int) -> datetime:
        """The instant by which the office has been open for `minutes` since `at`."""
        at, left = self.next_opening(at), timedelta(minutes=minutes)
        day = at.astimezone(self.zone).date()
        while left > (remaining := self.closing(day) - at):
            left -= remaining
            day = self.next_working_day(day)
            at = self.opening(day)
        return at + left

    def add_working_days(self, at: datetime, days: int) -> datetime:
        """The same local time on the `days`-th working day after `at`, or closing time there if that is earlier.

        What arrives while the office is closed counts as arriving when it opens next.
        """
        start = self.next_opening(at).astimezone(self.zone)
        day = self.next_working_day(start.date(), days)
        return min(self._instant(day, start.time()), self.closing(day))

    def add_weeks(self, at: datetime, weeks: int) -> datetime:
        """The same local time that many weeks later."""
        local = at.astimezone(self.zone)
        return self._instant(local.date() + timedelta(weeks=weeks), local.time())

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole minutes the office was open from `start` to `end`; 0 where `end` is not later."""
        return max(0, int(self._open_seconds(end) - self._open_seconds(start)) // 60) if end > start else 0

    def _open_seconds(self, at: datetime) -> float:
        """Seconds the office was open since the beginning of 1900, exact, by a table a year."""
        local = at.astimezone(self.zone)
        year = self._year(local.year)
        before = year.seconds_before(local.date())
        if not self.is_working_day(local.date()):
            return before
        opening, closing = self.opening(local.date()), self.closing(local.date())
        return before + (min(max(at, opening), closing) - opening).total_seconds()

    def _year(self, year: int) -> "_Year":
        """Years are counted up from 2000, which is only an origin: differences are what matter."""
        if year not in self._years:
            self._years[year] = _Year.count(self, year)
        return self._years[year]

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Year:
    """The working days of a year and the seconds open before each, from an origin common to all years."""

    days: tuple[date, ...]
    before: tuple[float, ...]

    @classmethod
    def count(cls, calendar: Calendar, year: int) -> "_Year":
        total = _seconds_to(calendar, year)
        days, before = [], []
        day = date(year, 1, 1)
        while day.year == year:
            if calendar.is_working_day(day):
                days.append(day)
                before.append(total)
                total += (calendar.closing(day) - calendar.opening(day)).total_seconds()
            day += DAY
        return cls(tuple(days), (*before, total))

    def seconds_before(self, day: date) -> float:
        return self.before[bisect_left(self.days, day)]


ORIGIN = 2000


def _seconds_to(calendar: Calendar, year: int) -> float:
    """Seconds open from the origin to the first of January; negative before it."""
    if year == ORIGIN:
        return 0.0
    if year > ORIGIN:
        return calendar._year(year - 1).before[-1]
    return _backwards(calendar, year)


def _backwards(calendar: Calendar, year: int) -> float:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range((date(ORIGIN, 1, 1) - date(year, 1, 1)).days))
    open_days = (day for day in days if calendar.is_working_day(day))
    return -sum((calendar.closing(day) - calendar.opening(day)).total_seconds() for day in open_days)
