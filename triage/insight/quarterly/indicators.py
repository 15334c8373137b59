"""The outcome indicators of the plan: read when first asked for, and never changed by code."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from triage.insight.definition import BETTER, LEAST, Measure, get_measure

FILE = Path(__file__).with_name("indicators.yaml")
PLAN = "Children’s Trust’s plan 2014-16, section 4"
MARKS = {
    "health": "Also in Health and Wellbeing Board Local Outcomes Framework",
    "early_help": "Also in Early Help Impact Reports",
    "unknown": "The plan’s text does not show whether it is in other reports too",
}
UNITS = ("share", "percentage points", "per 1,000", "per 10,000", "per 100,000")
EVERY = ("quarter", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One of them. Either `measure` names what is counted here, or `partners` who sends the figure.

    `unit`, `better` and `target` are those of the measure where there is one. A `target` is a share of 1, or in the
    unit.
    """

    name: str
    title: str
    marks: tuple[str, ...]
    measure: str | None = None
    partners: str | None = None
    every: str = "quarter"
    unit: str = "share"
    better: str = "neither"
    target: float | None = None
    definition: str = ""
    source: str = PLAN
    least: int = LEAST


@dataclass(frozen=True, slots=True)
class Group:
    """One of the plan's priorities."""

    title: str
    indicators: tuple[Indicator, ...]
    note: str = ""


@cache
def read_groups() -> tuple[Group, ...]:
    """The priorities in the plan's order, each with its indicators."""
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Group(each["title"], tuple(map(_read, each["indicators"])), each.get("note", "")) for each in told)


@cache
def read_indicators() -> dict[str, Indicator]:
    """Every indicator by its name, in the plan's order."""
    return {each.name: each for group in read_groups() for each in group.indicators}


def list_sent() -> dict[str, Indicator]:
    """Those whose figures partners send."""
    return {name: each for name, each in read_indicators().items() if each.partners}


def _read(told: dict[str, Any]) -> Indicator:
    marks = told["marks"]
    of_measure = _read_measure(get_measure(told["measure"])) if "measure" in told else {}
    found = Indicator(**(of_measure | told | {"marks": (marks,) if isinstance(marks, str) else tuple(marks)}))
    if bool(found.measure) == bool(found.partners) or found.every not in EVERY or found.better not in BETTER:
        raise ValueError(f"{found.name}: counted here, or sent by partners; each quarter or year; and what is better")
    if not set(found.marks) <= MARKS.keys() or (found.partners and found.unit not in UNITS):
        raise ValueError(f"{found.name}: its marks or its unit are none that there are")
    return found


def _read_measure(measure: Measure) -> dict[str, Any]:
    about = ("unit", "better", "target", "definition", "source", "least")
    return {name: getattr(measure, name) for name in about}
