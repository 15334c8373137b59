"""How long each step may take: read from timescales.yaml, counted in the office's working time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

import yaml

from workflows.calendar import Calendar

SINGLE_ASSESSMENT_FROM = date(2013, 4, 15)  # Working Together 2013 replaced initial and core assessments


@dataclass(frozen=True, slots=True)
class Timescale:
    """One limit and its authority. `warn_at` is the part of the limit after which to warn."""

    kind: str
    variant: str | None
    limit: int
    unit: str
    warn_at: float
    escalate_to: str
    authority: str

    @property
    def text(self) -> str:
        """The limit in words: "1 working day", "4 hours"."""
        count, unit = self.limit, self.unit
        if unit.endswith("minutes") and count % 60 == 0:
            count, unit = count // 60, unit.replace("minutes", "hours")
        words = unit.replace("_", " ")
        return f"{count} {words if count != 1 else words.removesuffix('s')}"


@dataclass(frozen=True, slots=True)
class DueTimes:
    """When a clock is due, when to warn, and why then."""

    due_at: datetime
    warn_at: datetime
    limit_text: str
    authority: str
    escalate_to: str


COUNT: Mapping[str, Callable[[Calendar, datetime, int], datetime]] = {
    "minutes": lambda calendar, at, limit: at + timedelta(minutes=limit),
    "working_minutes": lambda calendar, at, limit: calendar.add_working_minutes(at, limit),
    "working_days": lambda calendar, at, limit: calendar.add_working_days(at, limit),
    "weeks": lambda calendar, at, limit: calendar.add_weeks(at, limit),
}


@cache
def timescales() -> Mapping[tuple[str, str | None], Timescale]:
    """Every timescale, by kind and variant."""
    rows = yaml.safe_load((files("workflows") / "timescales.yaml").read_text(encoding="utf-8"))
    wanted = ("kind", "limit", "unit", "warn_at", "escalate_to", "authority")
    made = (Timescale(variant=row.get("variant"), **{key: row[key] for key in wanted}) for row in rows)
    return {(each.kind, each.variant): each for each in made}


def due_times(kind: str, variant: str | None, started_at: datetime, calendar: Calendar) -> DueTimes:
    """When a clock of `kind` that started at `started_at` is due. KeyError where there is no such timescale."""
    scale = timescales()[kind, variant]
    due_at = COUNT[scale.unit](calendar, started_at, scale.limit)
    return DueTimes(
        due_at, _warn_at(scale, started_at, due_at, calendar), scale.text, scale.authority, scale.escalate_to
    )


def _warn_at(scale: Timescale, started_at: datetime, due_at: datetime, calendar: Calendar) -> datetime:
    """A part of the way to due: in working time, except where the limit runs on the wall's clock."""
    if scale.unit == "minutes":
        return started_at + (due_at - started_at) * scale.warn_at
    minutes = calendar.working_minutes_between(started_at, due_at)
    return calendar.add_working_minutes(started_at, int(minutes * scale.warn_at))


def assessment_variant(service: str, on: date) -> str:
    """Which assessment a referral of that local day gets."""
    if service == "early_help":
        return "early_help"
    return "single" if on >= SINGLE_ASSESSMENT_FROM else "initial"
