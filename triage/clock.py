"""The only place that asks what time it is. Everything else is handed a clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, as an aware UTC time."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class SettableClock:
    """A clock that stands where it was put: for tests and for replaying history."""

    at: datetime

    def now(self) -> datetime:
        return self.at
