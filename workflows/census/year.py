"""The year of a census: 1 April to 31 March, and the working days that some rules count in it."""

from dataclasses import dataclass
from datetime import date, time
from functools import cached_property

from workflows.calendar import DAY, Calendar

WORKING_DAYS = Calendar({weekday: (time(9), time(17)) for weekday in range(5)})


def year_of(day: date) -> "Year":
    """The collection in which a day lies."""
    return Year(day.year + (day.month > 3))


@dataclass(frozen=True)
class Year:
    """The collection that ends on 31 March of `number`, which is its reference date."""

    number: int

    @cached_property
    def start(self) -> date:
        return date(self.number - 1, 4, 1)

    @cached_property
    def end(self) -> date:
        return date(self.number, 3, 31)

    @cached_property
    def after(self) -> date:
        """The first day that is not of it: until when whatever has no end is taken to run."""
        return self.end + DAY

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def misses(self, day: date | None) -> bool:
        """Whether there is a day, and it is not of this year."""
        return day is not None and day not in self

    def working_days_left(self, day: date) -> int:
        """Working days after `day` up to the reference date."""
        return WORKING_DAYS.working_days_between(day, self.end)

    def is_before_last_working_day(self, day: date) -> bool:
        """Whether a day is earlier than the last working day before the year began."""
        return WORKING_DAYS.working_days_between(day, self.start - DAY) > 0
