"""The only place that asks what time it is. Everything else is handed a clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, as an aware UTC time."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock; in the demo, where the year is 2014, a fixed number of seconds from it."""

    def __init__(self, offset_seconds: int = 0) -> None:
        self.offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class SettableClock:
    """A clock that stands where it was put: for tests and for replaying history."""

    at: datetime

    def now(self) -> datetime:
        return self.at
