"""What a measure is: one file each in `definitions/`, read when it is first asked for and never changed by code."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from triage.errors import NotFound, Problem
from triage.insight.facts import FACTS, SPANS, Fact

FOLDER = Path(__file__).with_name("definitions")
KINDS = {
    "load": "How much comes",
    "timeliness": "In time",
    "outcomes": "What came of it",
    "again": "Who came back",
    "quality": "How well it was decided",
}
BETTER = ("more", "less", "neither")
TOLD_AS = {"kappa": "kappa", "rate": "per 10,000 children"}
LEAST = 6  # what is fewer is not told to whoever sees no case


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure. `counted` and `of` are SQL conditions on a row of the fact; `of` None makes it a plain count.

    `percentile` makes it a percentile of `value` instead. `standing` is a condition on what stands at the end of the
    last day: how many, or a percentile of the days for which they had stood. `told_as` is what is made of the numbers:
    Cohen's kappa of two who chose, or a rate by the children of a place. `split` is what it can be told apart by, where
    that is less than what its fact can. `clock` is which of a case's is told of beside it. `target`
    is a share of 1. `least` is the small-number rule: whoever sees no case is not told of fewer.
    """

    name: str
    kind: str
    title: str
    question: str
    definition: str
    source: str
    fact: str
    counted: str = "true"
    of: str | None = None
    value: str | None = None
    percentile: float | None = None
    standing: str = ""
    told_as: str = ""
    split: tuple[str, ...] | None = None
    clock: str = ""
    better: str = "neither"
    target: float | None = None
    least: int = LEAST

    @property
    def unit(self) -> str:
        """What its figures are in."""
        if self.told_as:
            return TOLD_AS[self.told_as]
        if self.standing:
            return "days" if self.percentile else "number"
        if self.value:
            return self.value.replace("_", " ")
        return "share" if self.of else "number"

    @property
    def among(self) -> Fact:
        """What is counted."""
        return FACTS[self.fact]

    @property
    def view(self) -> str:
        """Where that is read, without names."""
        return self.among.view

    @property
    def by(self) -> tuple[str, ...]:
        """What it can be told apart by."""
        return (*(self.among.by if self.split is None else self.split), *SPANS)

    @property
    def spread(self) -> str:
        """Where the values of a percentile are kept."""
        return f"{self.fact}.{self.value}"


@cache
def read_measures() -> dict[str, Measure]:
    """Every measure by its name, in the order in which managers read them."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    order = list(KINDS)
    return {each.name: each for each in sorted(found, key=lambda each: order.index(each.kind))}


def _read(path: Path) -> Measure:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "split" in told:
        told["split"] = tuple(told["split"])
    if "standing" in told:  # how many began, of those who began or ended
        told |= {"counted": "begins", "of": told["standing"]}
    measure = Measure(name=path.stem, **told)
    _check(path.name, measure)
    return measure


def _check(name: str, measure: Measure) -> None:
    if measure.fact not in FACTS or measure.kind not in KINDS or measure.better not in BETTER:
        raise ValueError(f"{name}: its fact, its kind, or what is better is none that there is")
    values = ("days",) if measure.standing else measure.among.values
    of = "days" if measure.standing and measure.percentile else measure.value
    if (of is None) != (measure.percentile is None) or (of is not None and of not in values):
        raise ValueError(f"{name}: a percentile is of a value that its fact has")
    if measure.standing and measure.percentile and measure.standing != measure.among.stays:
        raise ValueError(f"{name}: ages are kept of what its fact says alone")
    if measure.told_as not in ("", *TOLD_AS) or not set(measure.split or ()) <= set(measure.among.by):
        raise ValueError(f"{name}: what it is told as, or apart by, is none that there is")


def get_measure(name: str) -> Measure:
    """The measure of that name. NotFound, saying which there are."""
    measures = read_measures()
    if name not in measures:
        raise NotFound(
            Problem("unknown_measure", f"There is no measure {name!r}. Choose: {', '.join(measures)}.", "name")
        )
    return measures[name]
