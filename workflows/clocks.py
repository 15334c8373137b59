"""How long each step may take: read from timescales.yaml, counted in the office's working time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files

import yaml

from workflows.calendar import Calendar

EHAF_FROM = date(2014, 6, 1)  # the Early Help Assessment Form replaced the Common Assessment Framework's


@dataclass(frozen=True, slots=True)
class Timescale:
    """One limit and its authority: from one of the events in `begins` to whichever of `ends` comes first.

    `warn_at` is the part of the limit after which to warn. It holds for clocks started on a local day from `valid_from`
    to before `valid_until`; None is without end. `version` names exactly this row, whatever the file becomes.
    """

    kind: str
    variant: str | None
    limit: int
    unit: str
    warn_at: float
    escalate_to: str
    authority: str
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    version: str

    def holds_on(self, day: date) -> bool:
        """Whether a clock started that day has this limit."""
        return (self.valid_from or date.min) <= day < (self.valid_until or date.max)

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
    """When a clock is due, when to warn, whom a breach is told, and by what authority: `version` is its timescale's."""

    due_at: datetime
    warn_at: datetime
    limit_text: str
    authority: str
    escalate_to: str
    version: str


COUNT: Mapping[str, Callable[[Calendar, datetime, int], datetime]] = {
    "minutes": lambda calendar, at, limit: at + timedelta(minutes=limit),
    "working_minutes": lambda calendar, at, limit: calendar.add_working_minutes(at, limit),
    "working_days": lambda calendar, at, limit: calendar.add_working_days(at, limit),
    "weeks": lambda calendar, at, limit: calendar.add_weeks(at, limit),
}


class NoTimescale(LookupError):
    """No timescale of that kind and variant held on that day."""


@cache
def timescales() -> Mapping[tuple[str, str | None], tuple[Timescale, ...]]:
    """Every timescale, by kind and variant; where a limit has changed, one for each time."""
    rows = yaml.safe_load((files("workflows") / "timescales.yaml").read_text(encoding="utf-8"))
    made = [_read(row) for row in rows]
    keys = dict.fromkeys((each.kind, each.variant) for each in made)
    return {key: tuple(each for each in made if (each.kind, each.variant) == key) for key in keys}


def _read(row: Mapping[str, object]) -> Timescale:
    same = ("kind", "limit", "unit", "warn_at", "escalate_to", "authority")
    return Timescale(
        variant=row.get("variant"),
        begins=_events(row["from"]),
        ends=_events(row["to"]),
        valid_from=row.get("valid_from"),
        valid_until=row.get("valid_until"),
        version=sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()[:12],
        **{key: row[key] for key in same},
    )


def _events(named: str | list[str]) -> tuple[str, ...]:
    return tuple(named) if isinstance(named, list) else (named,)


def timescale_on(kind: str, variant: str | None, day: date) -> Timescale:
    """The timescale of a clock that starts on that local day. NoTimescale where there is none."""
    for each in timescales().get((kind, variant), ()):
        if each.holds_on(day):
            return each
    raise NoTimescale(f"no timescale for {kind} {variant or ''} on {day}")


def due_times(kind: str, variant: str | None, started_at: datetime, calendar: Calendar) -> DueTimes:
    """When a clock of `kind` that started at `started_at` is due. NoTimescale where there is no such timescale then."""
    scale = timescale_on(kind, variant, started_at.astimezone(calendar.zone).date())
    due_at = COUNT[scale.unit](calendar, started_at, scale.limit)
    warn_at = _warn_at(scale, started_at, due_at, calendar)
    return DueTimes(due_at, warn_at, scale.text, scale.authority, scale.escalate_to, scale.version)


def _warn_at(scale: Timescale, started_at: datetime, due_at: datetime, calendar: Calendar) -> datetime:
    """A part of the way to due: in working time, except where the limit runs on the wall's clock."""
    if scale.unit == "minutes":
        return started_at + (due_at - started_at) * scale.warn_at
    minutes = calendar.working_minutes_between(started_at, due_at)
    return calendar.add_working_minutes(started_at, int(minutes * scale.warn_at))


def due_after_pause(unit: str, due_at: datetime, paused_at: datetime, until: datetime, calendar: Calendar) -> datetime:
    """When a clock that stood still from `paused_at` to `until` is due: what was left then is left now.

    In the office's working time, except for a limit that runs on the wall's clock.
    """
    if unit == "minutes":
        return due_at + (until - paused_at)
    left = calendar.working_minutes_between(paused_at, due_at)
    return calendar.add_working_minutes(until, left)


def assessment_variant(on: date) -> str:
    """Which assessment a social care referral of that local day gets first: the one whose timescale holds then."""
    single = timescales()["assessment", "single"]
    return "single" if any(each.holds_on(on) for each in single) else "initial"


def early_help_form(on: date) -> str:
    """On which form early help is assessed that local day: "caf" or "ehaf"."""
    return "ehaf" if on >= EHAF_FROM else "caf"
