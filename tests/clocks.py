"""A clock for tests that goes on, beside the one that stands still (`triage.clock.SettableClock`)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any


@dataclass
class TickingClock:
    """It runs on by `step` whenever anybody looks at it: what is done later is later, and who asks twice hears two."""

    at: datetime
    step: timedelta = timedelta(seconds=30)
    reading: Any = field(default_factory=Lock)

    def now(self) -> datetime:
        with self.reading:
            self.at += self.step
            return self.at
