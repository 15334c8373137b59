"""Whether the workflows hold together: every file's table is sound, and timescales.yaml times each clock they start.

A table checks itself when it is built; here is what one table alone cannot know.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain, combinations
from typing import TypeVar

from workflows.clocks import COUNT, Timescale, timescales
from workflows.definition import Table, TableError
from workflows.registry import find_modules, find_table

TIMESCALES = "timescales.yaml"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one file of workflows/: its table, where it could be built, and each fault in plain words."""

    file: str
    table: Table | None = None
    faults: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its faults are told under: the table's name or, where there is none, the file's."""
        return self.table.name if self.table else f"workflows/{self.file}"


def check_workflows() -> tuple[Report, ...]:
    """A report on each file that holds a table or cannot be read, and at the end one on timescales.yaml."""
    files = [report for name in find_modules() if (report := _check_file(name)).table or report.faults]
    scales, faults = _attempt(_read_timescales)
    if scales is None:
        return (*files, Report(TIMESCALES, faults=faults))
    return (*(_add_clock_faults(each, scales) for each in files), _check_timescales(files, scales))


def _check_file(name: str) -> Report:
    table, faults = _attempt(partial(find_table, name))
    return Report(f"{name}.py", table, faults)


def _read_timescales() -> tuple[Timescale, ...]:
    return tuple(chain.from_iterable(timescales().values()))


def _attempt(read: Callable[[], Result]) -> tuple[Result | None, tuple[str, ...]]:
    """What a file says that Python or YAML cannot follow is that file's fault: the others are checked all the same."""
    try:
        return read(), ()
    except TableError as error:
        return None, tuple(f"{error.name}: {fault}" for fault in error.faults)
    except Exception as error:
        return None, (f"cannot be read: {type(error).__name__}: {error}",)


def _add_clock_faults(report: Report, scales: tuple[Timescale, ...]) -> Report:
    return replace(report, faults=tuple(clock_faults(report.table, scales))) if report.table else report


def _check_timescales(files: list[Report], scales: tuple[Timescale, ...]) -> Report:
    """While a table is missing nobody can say that an event is nobody's."""
    tables = [each.table for each in files if each.table]
    events = event_faults(tables, scales) if len(tables) == len(files) else ()
    return Report(TIMESCALES, faults=(*timescale_faults(scales), *events))


def find_starts(table: Table) -> tuple[tuple[str, str], ...]:
    """Which clocks a table starts, each with the event that does: (("screening", "enquiry_received"), ...)."""
    opened = ((kind, table.begins) for kind in (*table.opens, *table.section_47_opens))
    return tuple(dict.fromkeys((*opened, *((kind, each.event) for each in table.transitions for kind in each.starts))))


def find_timescales(table: Table, scales: Iterable[Timescale]) -> tuple[Timescale, ...]:
    """The timescales of the clocks that a table starts: of their kind, and from one of its events."""
    starts = find_starts(table)
    return tuple(each for each in scales if any((each.kind, event) in starts for event in each.begins))


def clock_faults(table: Table, scales: Iterable[Timescale]) -> Iterator[str]:
    """Each clock that a table starts is timed, on whatever day, until something that the table may do."""
    scales = tuple(scales)
    for kind, event in find_starts(table):
        own = [each for each in scales if each.kind == kind and event in each.begins]
        yield from (f"clock {kind}, started by {event}, has no timescale {gap}" for gap in _gaps(own))
    for each in find_timescales(table, scales):
        if not {(each.kind, event) for event in each.ends} & _find_stops(table):
            yield f"clock {_name(each)}: nothing here is what its timescale runs to"


def _find_stops(table: Table) -> set[tuple[str, str]]:
    return {(kind, each.event) for each in table.transitions for kind in each.stops}


def _gaps(scales: list[Timescale]) -> Iterator[str]:
    """The days on which none of these holds, in words."""
    reached = date.min
    for each in sorted(scales, key=lambda scale: scale.valid_from or date.min):
        begins = each.valid_from or date.min
        if begins > reached:
            yield f"before {begins}" if reached == date.min else f"from {reached} until {begins}"
        reached = max(reached, each.valid_until or date.max)
    if reached < date.max:
        yield "at all" if reached == date.min else f"from {reached} on"


def event_faults(tables: Iterable[Table], scales: Iterable[Timescale]) -> Iterator[str]:
    """Each event that a timescale runs from starts its clock in some table, and each that it runs to stops it there."""
    tables = tuple(tables)
    for scale in scales:
        own = [each for each in tables if find_timescales(each, [scale])]
        started, stopped = (set(chain.from_iterable(map(find, own))) for find in (find_starts, _find_stops))
        lost = (event for event in scale.begins if (scale.kind, event) not in started)
        endless = (event for event in scale.ends if own and (scale.kind, event) not in stopped)
        yield from (f"{_name(scale)}: {event} starts no such clock" for event in lost)
        yield from (f"{_name(scale)}: {event} stops no such clock" for event in endless)


def timescale_faults(scales: Iterable[Timescale]) -> Iterator[str]:
    """Each limit can be counted and warned of, and no two of one kind and variant hold on one day."""
    scales = tuple(scales)
    for each in scales:
        if each.unit not in COUNT:
            yield f"{_name(each)}: {each.unit} is no unit: choose one of {', '.join(COUNT)}"
        if each.limit <= 0:
            yield f"{_name(each)}: a limit of {each.limit} is no time at all"
        if not 0 < each.warn_at <= 1:
            yield f"{_name(each)}: warn_at is a part of the time, above 0 and at most 1, not {each.warn_at}"
        if (each.valid_from or date.min) >= (each.valid_until or date.max):
            yield f"{_name(each)}: it ends before it begins"
    yield from (
        f"{_name(one)}: two limits hold on one day" for one, other in combinations(scales, 2) if _meet(one, other)
    )


def _meet(one: Timescale, other: Timescale) -> bool:
    later = max(one.valid_from or date.min, other.valid_from or date.min)
    return (one.kind, one.variant) == (other.kind, other.variant) and one.holds_on(later) and other.holds_on(later)


def _name(scale: Timescale) -> str:
    return f"{scale.kind} ({scale.variant})" if scale.variant else scale.kind
