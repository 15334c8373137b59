"""A measure month by month, or week by week while there are few months, and what of that is more than chance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from triage.insight.days import find_days
from triage.insight.definition import Measure, get_measure
from triage.insight.labels import label_of
from triage.insight.measures import Figure, measure
from triage.insight.months import next_month
from triage.insight.signals import FEWEST, Point, Reading, Signal, read_points
from triage.pack import Pack

MOST = {"month": 24, "week": 52}
NOTHING = Figure(None, 0, None)


def as_it_is(_definition: Measure, figure: Figure) -> Figure:
    """To whoever sees cases."""
    return figure


@dataclass(frozen=True, slots=True)
class Span:
    """A whole month or week: its key, its days, both among them, and its name."""

    key: str
    first: date
    last: date
    label: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the row: its figure; its limits, if there are any; and the signals that it is in."""

    span: Span
    figure: Figure
    limits: tuple[float, float] | None
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The row. `reading` is None of what stands, and where too few have a figure; its places count only those."""

    measure: Measure
    by: str
    steps: tuple[Step, ...]
    reading: Reading | None

    @property
    def told(self) -> tuple[Step, ...]:
        """Those that have a figure."""
        return tuple(step for step in self.steps if step.figure.value is not None)


def run_measure(
    session: Session,
    pack: Pack,
    name: str,
    last: date,
    tell: Callable[[Measure, Figure], Figure] = as_it_is,
    most: Mapping[str, int] = MOST,
) -> Run:
    """The measure in whole months or weeks that end by `last`, as far back as `most` has it and there is anything."""
    definition, found = get_measure(name), {}
    days = find_days(session, definition.fact)
    by, spans = choose_spans(days[0] if days else None, last, most)
    if spans:
        answer = measure(session, pack, name, spans[0].first, spans[-1].last, by)
        found = {key: tell(definition, figure) for key, _label, figure in answer.groups}
    none = Figure(0, 0, None) if definition.unit == "number" else NOTHING
    figures = [found.get(span.key, none) for span in spans]
    named = [replace(span, label=label_of(pack, by, span.key)) for span in spans]
    return lay(definition, by, named, figures)


def lay(definition: Measure, by: str, spans: Sequence[Span], figures: Sequence[Figure]) -> Run:
    """Each with its limits and signals."""
    places = [place for place, figure in enumerate(figures) if figure.value is not None]
    points = [_point(definition, figures[place]) for place in places]
    reading = None if definition.standing else read_points(points)  # what stands hangs on what stood before
    number = {place: told for told, place in enumerate(places)}
    steps = tuple(
        Step(span, figure, *_told(reading, number.get(place)))
        for place, (span, figure) in enumerate(zip(spans, figures, strict=True))
    )
    return Run(definition, by, steps, reading)


def choose_spans(began: date | None, last: date, most: Mapping[str, int] = MOST) -> tuple[str, list[Span]]:
    """By month, or by week while there are too few months; the latest of them, none from before anything began."""
    if began is None:
        return "month", []
    months = _months(began, last)
    if len(months) >= FEWEST:
        return "month", months[-most["month"] :]
    return "week", _weeks(began, last)[-most["week"] :]


def _months(began: date, last: date) -> list[Span]:
    spans, first = [], began if began.day == 1 else next_month(began)
    while (ends := next_month(first) - timedelta(1)) <= last:
        spans.append(Span(f"{first:%Y-%m}", first, ends))
        first = next_month(first)
    return spans


def _weeks(began: date, last: date) -> list[Span]:
    """From Monday to Sunday."""
    first, spans = began + timedelta(-began.weekday() % 7), []
    while (ends := first + timedelta(6)) <= last:
        spans.append(Span(f"{first:%G-W%V}", first, ends))
        first += timedelta(7)
    return spans


def _point(definition: Measure, figure: Figure) -> Point:
    if definition.unit == "share":
        return Point(Fraction(figure.counted, figure.of), figure.of)
    return Point(Fraction(figure.value))


def _told(reading: Reading | None, number: int | None) -> tuple[tuple[float, float] | None, tuple[Signal, ...]]:
    if reading is None or number is None:
        return None, ()
    return reading.limits[number], tuple(each for each in reading.signals if each.first <= number <= each.last)


def say_signal(run: Run, signal: Signal) -> str:
    """A signal in words: from when to when, and what chance seldom does."""
    begins, ends = (run.told[place].span.label for place in (signal.first, signal.last))
    count = signal.last - signal.first + 1
    when = begins if count == 1 else f"{begins} to {_within_sentence(ends)}"
    limit = "upper" if signal.up else "lower"
    what = {
        "outside": f"{'above the upper' if signal.up else 'below the lower'} limit",
        "shift": f"{count} {run.by}s in a row {'above' if signal.up else 'below'} the mean",
        "trend": f"{count} {run.by}s {'rising' if signal.up else 'falling'}, one after the other",
        "near": f"close to the {limit} limit more than once in three {run.by}s",
    }[signal.kind]
    return f"{when}: {what}, which chance seldom does."


def _within_sentence(label: str) -> str:
    return label[0].lower() + label[1:] if label.startswith("Week ") else label
