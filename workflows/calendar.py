"""Working time: the office's hours on England's working days, in local time, exact to the minute.

The only place that knows a bank holiday. Instants go in aware and come out aware in UTC; a naive one is a
ValueError, for it would be read in the time zone of the machine.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SATURDAY = 5


def local_day(at: datetime) -> date:
    """The day of an instant in England."""
    return at.astimezone(LONDON).date()


def midnight(day: date) -> datetime:
    """When a day begins in England."""
    return datetime.combine(day, time(), LONDON)


def is_weekend(day: date) -> bool:
    """Whether it is a Saturday or a Sunday, which a bank holiday need not be."""
    return day.weekday() >= SATURDAY


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays in a year, one-offs included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


@dataclass(frozen=True)
class Calendar:
    """An office's hours: weekday (Monday is 0) to opening and closing time, less bank holidays and `extra_holidays`.

    ValueError where it never opens, closes before it opens, or names a weekday that is not 0 to 6.
    """

    hours: Mapping[int, tuple[time, time]]
    timezone: str = "Europe/London"
    extra_holidays: tuple[date, ...] = ()
    _years: dict[int, "_Year"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.hours:
            raise ValueError("an office that never opens has no working time")
        for weekday, (opens, closes) in self.hours.items():
            if weekday not in range(7) or opens >= closes:
                raise ValueError(f"weekday {weekday} cannot open at {opens} and close at {closes}")

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where the office's clocks hang."""
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
        day = self._local(at).date()
        return self.is_working_day(day) and self.opening(day) <= at < self.closing(day)

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while the office is open, else when it opens next."""
        day = self._local(at).date()
        if self.is_working_day(day) and at < self.closing(day):
            return max(at.astimezone(UTC), self.opening(day))
        return self.opening(self.next_working_day(day))

    def next_closing(self, at: datetime) -> datetime:
        """When the office closes next: today's closing while it is open or has yet to open, else a later day's."""
        return self.closing(self._local(self.next_opening(at)).date())

    def last_closing(self, at: datetime) -> datetime:
        """When the office closed last, `at` itself included."""
        day = self._local(at).date()
        while not (self.is_working_day(day) and self.closing(day) <= at):
            day -= DAY
        return self.closing(day)

    def first_opening(self, day: date) -> datetime:
        """When the office opens on that day or, where it does not, on the next that it does."""
        return self.opening(day if self.is_working_day(day) else self.next_working_day(day))

    def last_opening(self, at: datetime) -> datetime:
        """When the office opened last, `at` itself included."""
        day = self._local(at).date()
        while not (self.is_working_day(day) and self.opening(day) <= at):
            day -= DAY
        return self.opening(day)

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
        """The same local time on the `days`-th working day after `at`, kept within that day's hours.

        What arrives while the office is closed counts as arriving when it opens next.
        """
        start = self.next_opening(at).astimezone(self.zone)
        day = self.next_working_day(start.date(), days)
        return min(max(self._instant(day, start.time()), self.opening(day)), self.closing(day))

    def add_weeks(self, at: datetime, weeks: int) -> datetime:
        """The same local time that many weeks later."""
        local = self._local(at)
        return self._instant(local.date() + timedelta(weeks=weeks), local.time())

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole minutes the office was open from `start` to `end`; 0 where `end` is not later."""
        if end <= start:
            return 0
        years = range(self._local(start).year, self._local(end).year)
        whole = sum((self._year(number).before[-1] for number in years), timedelta())
        return (whole + self._open_by(end) - self._open_by(start)) // MINUTE

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 where `end` is not later."""
        if end <= start:
            return 0
        whole = sum(len(self._year(number).opening) for number in range(start.year, end.year))
        return whole + self._days_by(end) - self._days_by(start)

    def _open_by(self, at: datetime) -> timedelta:
        """How long the office was open from the beginning of the local year to `at`."""
        year = self._year(self._local(at).year)
        index = bisect_right(year.opening, at) - 1
        return year.before[index] + (min(at, year.closing[index]) - year.opening[index]) if index >= 0 else timedelta()

    def _days_by(self, day: date) -> int:
        """Working days from the beginning of the year up to and including `day`."""
        return bisect_right(self._year(day.year).days, day)

    def _year(self, number: int) -> "_Year":
        if number not in self._years:
            self._years[number] = _Year.count(self, number)
        return self._years[number]

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("working time needs an instant with a time zone")
        return at.astimezone(self.zone)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Year:
    """The working days of a year in order, when each opens and closes, and how long the office was open before it.

    `before` has one item more: the whole year's. Counted once, so that a question is a binary search.
    """

    days: list[date]
    opening: list[datetime]
    closing: list[datetime]
    before: list[timedelta]

    @classmethod
    def count(cls, calendar: Calendar, number: int) -> "_Year":
        first = date(number, 1, 1)
        every = (first + DAY * n for n in range(366))
        days = [day for day in every if day.year == number and calendar.is_working_day(day)]
        opening, closing = [calendar.opening(day) for day in days], [calendar.closing(day) for day in days]
        before = [timedelta()]
        for opens, closes in zip(opening, closing, strict=True):
            before.append(before[-1] + (closes - opens))
        return cls(days, opening, closing, before)
