"""What the managers are told: a measure over a period, whole and by group, read from the numbers that are kept.

A clock that still runs past its due time counts as missed: waiting longer must never make a figure look better.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from triage.errors import invalid
from triage.insight.agreement import reckon_kappa
from triage.insight.definition import Measure, get_measure, read_measures
from triage.insight.facts import SPANS, kept_by
from triage.insight.labels import label_of
from triage.insight.months import whole_months
from triage.insight.percentiles import read_percentiles
from triage.insight.standing import age_standing, count_standing
from triage.pack import Pack


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in the unit of its measure: None where there is nothing to share, or to reckon from.

    One that is `small` is held back: it has neither a value nor what was counted.
    """

    value: float | None
    counted: int | None
    of: int | None
    small: bool = False


Found = Iterator[tuple[Measure, str, Figure]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A measure over a period, whole and by group. `groups` are (key, label, figure), in order of key."""

    measure: Measure
    first: date
    last: date
    whole: Figure
    groups: tuple[tuple[str, str, Figure], ...] = ()


def measure(session: Session, pack: Pack, name: str, first: date, last: date, by: str | None = None) -> Answer:
    """The measure over local days `first` to `last`, both included. NotFound or Invalid says what to put right."""
    definition = get_measure(name)
    if by is not None and by not in definition.by:
        raise invalid("by", f"Choose one of: {', '.join(definition.by)}.", "unknown_code")
    if last < first:
        raise invalid("to", "The period must not end before it begins.")
    whole = _ask(session, pack, [definition], first, last, None)[name].get("", _nothing(definition))
    found = _ask(session, pack, [definition], first, last, by)[name] if by else {}
    groups = tuple((key, label_of(pack, by, key), found[key]) for key in sorted(found))
    return Answer(definition, first, last, whole, groups)


def measure_all(session: Session, pack: Pack, first: date, last: date) -> dict[str, Answer]:
    """Every measure over these days, whole, by its name."""
    measures = list(read_measures().values())
    found = _ask(session, pack, measures, first, last, None)
    wholes = {each: found[each.name].get("", _nothing(each)) for each in measures}
    return {each.name: Answer(each, first, last, whole) for each, whole in wholes.items()}


def _ask(
    session: Session, pack: Pack, measures: Sequence[Measure], first: date, last: date, by: str | None
) -> dict[str, dict[str, Figure]]:
    """Of each of these the figure of each group, by its key; of all there are "" by no group."""
    found: dict[str, dict[str, Figure]] = {each.name: {} for each in measures}
    period = first, last, by
    for ask, asked in (
        (_ask_counts, [each for each in measures if not (each.value or each.standing or each.told_as)]),
        (_ask_spreads, [each for each in measures if each.value]),
        (_ask_standing, [each for each in measures if each.standing]),
        (_ask_kappa, [each for each in measures if each.told_as == "kappa"]),
    ):
        for each, key, figure in ask(session, asked, *period) if asked else ():
            found[each.name][key] = _by_children(pack, by, key, figure) if each.told_as == "rate" else figure
    return found


def _ask_counts(session: Session, measures: Sequence[Measure], first: date, last: date, by: str | None) -> Found:
    named = {each.name: each for each in measures}
    for row in _count(session, list(named), first, last, by):
        yield named[row.measure], row.key, _figure(named[row.measure], row.counted, row.of)


def _ask_spreads(session: Session, measures: Sequence[Measure], first: date, last: date, by: str | None) -> Found:
    for alike in _of_one_spread(measures):
        for key, number, values in read_percentiles(session, alike, first, last, by):
            for each, value in zip(alike, values, strict=True):
                yield each, key, Figure(value, number, None)


def _ask_standing(session: Session, measures: Sequence[Measure], first: date, last: date, by: str | None) -> Found:
    named = {each.name: each for each in measures}
    numbers, ages = ([each for each in measures if bool(each.percentile) is aged] for aged in (False, True))
    for name, key, number in count_standing(session, numbers, first, last, by):
        yield named[name], key, Figure(number, number, None)
    for name, key, days, number in age_standing(session, ages, first, last, by):
        yield named[name], key, Figure(days, number, None)


def _ask_kappa(session: Session, measures: Sequence[Measure], first: date, last: date, by: str | None) -> Found:
    """Of all of them, or of each span: from how many chose the same, and how often each chose what."""
    for each in measures:
        ones, others = (_choices(session, each.name, first, last, by, kept) for kept in ("decided_as", "weighed_as"))
        for key, chosen in ones.items():
            counted, of = (sum(numbers) for numbers in zip(*chosen.values(), strict=True))
            alike = sum(times * others[key].get(what, (0, 0))[1] for what, (_same, times) in chosen.items())
            kappa = reckon_kappa(of, counted, alike)
            yield each, key, Figure(None if kappa is None else float(kappa), counted, of)


def _choices(
    session: Session, name: str, first: date, last: date, by: str | None, kept: str
) -> dict[str, dict[str, tuple[int, int]]]:
    """By span, of each outcome how often the other chose the same, and how often it was chosen."""
    times: dict[str, dict[str, tuple[int, int]]] = {}
    columns = f"{SPANS[by] if by else NONE} AS span, key"
    for span, what, counted, number in _read(session, columns, [name], first, last, by, kept):
        times.setdefault(span, {})[what] = counted, number
    return times


def _by_children(pack: Pack, by: str | None, key: str, figure: Figure) -> Figure:
    """A rate per 10,000 of the children who live there; None where the pack does not say how many do."""
    children = pack.count_children(by if by not in SPANS else None, key)
    return replace(figure, value=figure.counted / children * 10_000 if children else None)


def _of_one_spread(measures: Sequence[Measure]) -> Iterable[list[Measure]]:
    """Those that are read from the same values, together."""
    ordered = sorted((each for each in measures if each.value), key=lambda each: each.spread)
    return (list(alike) for _spread, alike in groupby(ordered, key=lambda each: each.spread))


def _figure(definition: Measure, counted: int, of: int) -> Figure:
    return Figure(counted / of, counted, of) if definition.of else Figure(counted, counted, None)


def _nothing(definition: Measure) -> Figure:
    if definition.unit == "number":
        return Figure(0, 0, None)
    return Figure(None, 0, 0 if definition.of and not definition.standing else None)


# Of whole months one number each and of other days theirs; where weeks are told apart, of every day.
COUNTS = """
SELECT {columns}, sum(counted)::integer AS counted, sum(of)::integer AS of FROM rollups
WHERE by = :by AND measure = ANY (:names) AND ({within}) GROUP BY 1, 2 HAVING sum(of) > 0
"""
BY_MONTHS = """span = 'month' AND on_day >= :from_month AND on_day < :to_month OR span = 'day'
    AND (on_day >= :first AND on_day < :from_month OR on_day >= greatest(:first, :to_month) AND on_day <= :last)"""
BY_DAYS = "span = 'day' AND on_day >= :first AND on_day <= :last"
NAMES = bindparam("names", type_=ARRAY(Text()))
NONE = "''"


def _count(session: Session, names: list[str], first: date, last: date, by: str | None) -> Iterable[Any]:
    """Rows of measure, key, counted and of: by what they are told apart by, if by anything."""
    columns = f"measure, {SPANS.get(by, 'key') if by else NONE} AS key"
    return _read(session, columns, names, first, last, by, kept_by(by))


def _read(
    session: Session, columns: str, names: list[str], first: date, last: date, by: str | None, kept: str
) -> Iterable[Any]:
    query = COUNTS.format(columns=columns, within=BY_DAYS if by == "week" else BY_MONTHS)
    bound = _within(first, last) | {"by": kept, "names": names}
    return session.execute(text(query).bindparams(NAMES), bound)


def _within(first: date, last: date) -> dict[str, date]:
    begins, ends = whole_months(first, last)
    return {"first": first, "last": last, "from_month": begins, "to_month": ends}
