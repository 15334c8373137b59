"""A figure beside the same days a year before, and beside England's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from triage.insight.measures import Answer, Figure, measure_all
from triage.insight.saying import say_days, say_minutes, say_value
from triage.pack import Pack

NOTHING = "Nothing to compare with"
ENGLAND = Path(__file__).with_name("england.yaml")


@dataclass(frozen=True, slots=True)
class Published:
    """England's figure for a year, `counted` (`of` so many, where it is a share), and who published it."""

    year_to: date
    counted: int
    of: int | None
    source: str

    @property
    def figure(self) -> Figure:
        """As a measure has it."""
        return Figure(self.counted / self.of if self.of else self.counted, self.counted, self.of)


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure beside the same days a year before, and England's figure, each with how this one stands to it."""

    now: Answer
    then: Answer
    england: Published | None

    @property
    def change(self) -> str:
        """From the year before."""
        return say_change(self.now.measure.unit, self.now.whole, self.then.whole)

    @property
    def has_then(self) -> bool:
        """Whether there is anything of the year before."""
        return self.change != NOTHING

    @property
    def beside_england(self) -> str:
        """A share beside England's; a number of the whole country is not one to hold a county's against."""
        is_share = self.england and self.now.measure.unit == "share"
        said = say_change("share", self.now.whole, self.england.figure) if is_share else NOTHING
        return "" if said == NOTHING else said


def compare_all(
    session: Session, pack: Pack, first: date, last: date, tell: Callable[[Answer], Answer]
) -> list[Compared]:
    """Every measure over local days `first` to `last`, both included, with what it is held against, as it is told."""
    before = year_before(first), year_before(last)
    found, then = measure_all(session, pack, (first, last), before)
    return [Compared(tell(of_now), tell(then[name]), find_england(name, last)) for name, of_now in found.items()]


@cache
def read_england() -> dict[str, tuple[Published, ...]]:
    """By measure, what was published of it."""
    rows = yaml.safe_load(ENGLAND.read_text(encoding="utf-8"))
    return {
        name: tuple(Published(row["year_to"], row["counted"], row.get("of"), row["source"]) for row in published)
        for name, published in rows.items()
    }


def find_england(name: str, last: date) -> Published | None:
    """England's figure for the year that ends nearest to that day, if any was published of the measure."""
    return min(read_england().get(name, ()), key=lambda each: abs(each.year_to - last), default=None)


def year_before(day: date) -> date:
    """The same day a year before; the last of February where there is none. The first year has none before it."""
    year = max(day.year - 1, 1)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def say_change(unit: str, now: Figure, then: Figure) -> str:
    """How the one stands to the other, as their figures are written: shares differ by percentage points.

    NOTHING where either has no figure, or where nothing came the time before: then nothing was kept.
    """
    if now.value is None or then.value is None or (unit == "number" and not then.value):
        return NOTHING
    if unit in SAY_CHANGE:
        return SAY_CHANGE[unit](now.value, then.value)
    return _say_moved(say_value(now.value, unit), say_value(then.value, unit))


def _say_points(now: float, then: float) -> str:
    moved = Decimal(f"{now * 100:.1f}") - Decimal(f"{then * 100:.1f}")
    one = "point" if abs(moved) == 1 else "points"
    return f"{abs(moved)} percentage {one} {'more' if moved > 0 else 'less'}" if moved else "The same"


def _say_more(now: float, then: float) -> str:
    moved = int(now - then)
    return f"{abs(moved):,} {'more' if moved > 0 else 'fewer'} ({abs(moved) / then:.1%})" if moved else "The same"


def _say_longer(now: float, then: float) -> str:
    moved = int(now) - int(then)
    return f"{say_minutes(abs(moved))} {'longer' if moved > 0 else 'shorter'}" if moved else "The same"


def _say_days(now: float, then: float) -> str:
    moved = round(now) - round(then)
    return f"{say_days(abs(moved))} {'longer' if moved > 0 else 'shorter'}" if moved else "The same"


def _say_moved(now: str, then: str) -> str:
    """As they are written."""
    moved = Decimal(now) - Decimal(then)
    return f"{abs(moved)} {'higher' if moved > 0 else 'lower'}" if moved else "The same"


SAY_CHANGE: Mapping[str, Callable[[float, float], str]] = {
    "share": _say_points,
    "number": _say_more,
    "working minutes": _say_longer,
    "working days": _say_days,
    "days": _say_days,
}
