"""How long each step may take under a policy, as rows of a table: plain values, without markup."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from triage.models.codes import CLOCK_KINDS, RAGS, ROLES
from workflows.clocks import Timescale, timescales


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One limit: what it is on, how long, from what to what, when it holds, by whose authority, who hears if late."""

    name: str
    limit: str
    begins: str
    ends: str
    holds: str
    authority: str
    told: str


def list_clocks(first_day: date) -> tuple[ClockRow, ...]:
    """The limits that hold on a policy's first day or at some time after it."""
    return tuple(_tell(each) for each in _holding(first_day))


def _holding(first_day: date) -> Iterator[Timescale]:
    for versions in timescales().values():
        yield from (each for each in versions if each.valid_until is None or each.valid_until > first_day)


def _tell(scale: Timescale) -> ClockRow:
    return ClockRow(
        _name(scale),
        scale.text,
        _say_events(scale.begins),
        _say_events(scale.ends),
        _say_holds(scale),
        scale.authority,
        ROLES[scale.escalate_to],
    )


def _name(scale: Timescale) -> str:
    kind = CLOCK_KINDS[scale.kind]
    if scale.variant is None:
        return kind
    return f"{kind}, {'rated ' if scale.variant in RAGS else ''}{scale.variant.replace('_', ' ')}"


def _say_events(events: tuple[str, ...]) -> str:
    """ "Referral accepted, referral returned": of several, whichever comes first."""
    return ", ".join(event.replace("_", " ") for event in events).capitalize()


def _say_holds(scale: Timescale) -> str:
    """On which days a clock must start for the limit to hold."""
    last = scale.valid_until - timedelta(days=1) if scale.valid_until else None
    words = say_span(scale.valid_from, last)
    return words[:1].upper() + words[1:]


def say_span(first: date | None, last: date | None) -> str:
    """ "from 1 June 2014 to 31 October 2015", both included; "until 14 April 2013"; "on any day"."""
    if first is None:
        return f"until {say_date(last)}" if last else "on any day"
    return f"from {say_date(first)}{f' to {say_date(last)}' if last else ''}"


def say_date(day: date) -> str:
    """ "1 November 2015"."""
    return f"{day.day} {day:%B %Y}"
