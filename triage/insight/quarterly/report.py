"""The numbers of a quarter's report, as anybody may read them: small ones are told to nobody. Kept as JSON.

It says all that it was made by, so that a report of the past stays as it was when a definition changes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from triage.insight.measures import Figure
from triage.models import Checkpoint, QuarterlyReport


@dataclass(frozen=True, slots=True)
class Past:
    """A figure of a period of the past: its days as ISO has them, and what to call it."""

    first: str
    last: str
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class District:
    """A district's figure; of places outside the county or not known the key is "none"."""

    key: str
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class England:
    """What was published of England: for the year to that day, and by whom."""

    value: float
    year_to: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An indicator with its figures; `figure` is None where nobody sent one. The last of the trend is this period's.

    `partners` is who sends it, where it is not counted here; `supplied_by` who did, on which day.
    """

    name: str
    title: str
    marks: tuple[str, ...]
    unit: str
    better: str
    target: float | None
    definition: str
    source: str
    partners: str | None
    every: str
    figure: Figure | None = None
    first: str = ""
    last: str = ""
    trend: tuple[Past, ...] = ()
    districts: tuple[District, ...] = ()
    england: England | None = None
    supplied_by: str = ""
    supplied_on: str = ""

    @property
    def before(self) -> Past | None:
        """The period before this one, if its figure is known."""
        return self.trend[-2] if self.figure and len(self.trend) > 1 else None


@dataclass(frozen=True, slots=True)
class Part:
    """One of the plan's priorities with its indicators."""

    title: str
    note: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """Of a kind of clock ("decision") how many ends were entered afterwards, of how many."""

    key: str
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Late:
    """How much was done on paper and entered afterwards, of all that was timed; by kind, where any of it was."""

    whole: Figure
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a quarter ("2013-Q4") of a county. `late` is None in one that was made before that was told."""

    quarter: str
    county: str
    parts: tuple[Part, ...]
    late: Late | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every indicator, in the plan's order."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def fingerprint(self) -> str:
        """The same for the same numbers, and for no others: SHA-256 in hexadecimal."""
        return sha256(json.dumps(self.numbers, sort_keys=True).encode()).hexdigest()

    @property
    def numbers(self) -> dict[str, Any]:
        """As JSON has them: of one that was made before what came late was told, as they were kept then."""
        told = asdict(self)
        return told if self.late else {name: value for name, value in told.items() if name != "late"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """When the numbers were read (ISO), the ledger's last checkpoint then, and whether everything is made up."""

    read_at: str
    checkpoint: int | None
    root: str
    made_up: bool


def keep(report: Report, stamp: Stamp) -> dict[str, Any]:
    """Both as JSON has them."""
    return {"numbers": report.numbers, "fingerprint": report.fingerprint, "stamp": asdict(stamp)}


def read_kept(report: QuarterlyReport) -> tuple[Report, Stamp]:
    """What `keep` was given."""
    return read_numbers(report.result["numbers"]), Stamp(**report.result["stamp"])


def stamp_of(checkpoint: Checkpoint | None, read_at: str, made_up: bool) -> Stamp:
    """The stamp of numbers that are read at that instant."""
    number, root = (checkpoint.number, checkpoint.root.hex()) if checkpoint else (None, "")
    return Stamp(read_at, number, root, made_up)


def read_numbers(told: Mapping[str, Any]) -> Report:
    """A report from the JSON that it was kept as."""
    parts = (Part(each["title"], each["note"], tuple(map(_read_line, each["lines"]))) for each in told["parts"])
    return Report(told["quarter"], told["county"], tuple(parts), _read_late(told.get("late")))


def _read_late(told: Mapping[str, Any] | None) -> Late | None:
    if told is None:
        return None
    kinds = (Kind(**(each | {"figure": Figure(**each["figure"])})) for each in told["kinds"])
    return Late(Figure(**told["whole"]), tuple(kinds))


def _read_line(told: Mapping[str, Any]) -> Line:
    parts = {
        "marks": tuple(told["marks"]),
        "figure": told["figure"] and Figure(**told["figure"]),
        "trend": tuple(Past(**(each | {"figure": Figure(**each["figure"])})) for each in told["trend"]),
        "districts": tuple(District(**(each | {"figure": Figure(**each["figure"])})) for each in told["districts"]),
        "england": told["england"] and England(**told["england"]),
    }
    return Line(**(told | parts))
