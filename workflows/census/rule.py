"""A rule of the census: what it looks at, when it is broken, and how to mend that, told to whoever typed it."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from workflows.census.records import Child, Episode
from workflows.census.year import Year

PARTS = ("assessments", "section_47s", "plans", "protection_plans")  # of an episode, by the record's own names
Span = tuple[date | None, date]  # since when, and until when


class Severity(StrEnum):
    """An error is mended before the return is taken; a query is mended, or a reason is given."""

    ERROR = "error"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class At:
    """Where an episode or a part of it stands."""

    year: Year
    child: Child
    episode: Episode


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the DfE's list. `about` is "census", "children", "episodes" or one of PARTS: what is looked at.

    `fields` are the record's own names of what is at fault. `among`: the rule looks at all of them together.
    """

    number: str
    about: str
    fields: tuple[str, ...]
    wrong: str
    mend: str
    broken: Callable[[Any, Any], Any]
    among: bool
    since: int

    @property
    def severity(self) -> Severity:
        return Severity.QUERY if self.number.endswith("Q") else Severity.ERROR


RULES: list[Rule] = []


def rule(
    number: str, about: str, fields: str, wrong: str, mend: str, *, among: bool = False, since: int = 0
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Register a function as a rule; one function may be the same rule of two things.

    It is handed what it is `about` and, for the census and for children, the year, else where that stands (At), and
    says whether the rule is broken. One that looks `among` them is handed all and says the places of those at fault.
    `since` is the first year of the rule, where the list says that it is later than the others.
    """

    def register(broken: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        RULES.append(Rule(number, about, tuple(fields.split()), wrong, mend, broken, among, since))
        return broken

    return register


def is_before(first: date | None, second: date | None) -> bool:
    """Whether both days are known and the first is the earlier."""
    return first is not None and second is not None and first < second


def find_several(open_ones: Iterable[bool]) -> Sequence[int]:
    """The places of those that are open, where more than one is."""
    places = [place for place, is_open in enumerate(open_ones) if is_open]
    return places if len(places) > 1 else ()


def find_repeated(keys: Iterable[Hashable]) -> Iterator[int]:
    """The places of whatever was there before; None and the empty are nothing."""
    seen: set[Hashable] = set()
    for place, key in enumerate(keys):
        if key and key in seen:
            yield place
        seen.add(key)


def find_overlaps(spans: Iterable[Span]) -> Iterator[int]:
    """The places of those that start before another, which started no later, has ended. A start may be another's end.

    Taking away what is found leaves none that overlap. Of equal starts the longest counts as the first.
    """
    known = [(start, -end.toordinal(), place, end) for place, (start, end) in enumerate(spans) if start]
    latest = date.min
    for start, _, place, end in sorted(known):
        if start < latest:
            yield place
        latest = max(latest, end)
