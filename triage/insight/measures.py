"""What the managers are told: a measure over a period, whole and by group, read from the numbers that are kept.

A clock that still runs past its due time counts as missed: waiting longer must never make a figure look better.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from triage.errors import invalid
from triage.insight.agreement import reckon_kappa
from triage.insight.counts import read_choices, read_counts
from triage.insight.definition import Measure, get_measure, read_measures
from triage.insight.facts import SPANS
from triage.insight.labels import label_of
from triage.insight.percentiles import read_percentiles
from triage.insight.standing import age_standing, count_standing
from triage.insight.together import Asked, plan_anew
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


Found = Iterator[tuple[int, Measure, str, Figure]]  # the place of what was asked, and a group's key


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
    asked = [Asked(first, last), *([Asked(first, last, by)] if by else [])]
    whole, *split = _ask(session, pack, [definition], asked)
    answer = Answer(definition, first, last, whole[name].get("", _nothing(definition)))
    return _with_groups(answer, pack, by, split[0][name]) if by else answer


def split_by(session: Session, pack: Pack, answer: Answer, by: str) -> Answer:
    """The answer, of which the whole is known, with its groups too."""
    (found,) = _ask(session, pack, [answer.measure], [Asked(answer.first, answer.last, by)])
    return _with_groups(answer, pack, by, found[answer.measure.name])


def _with_groups(answer: Answer, pack: Pack, by: str, found: Mapping[str, Figure]) -> Answer:
    return replace(answer, groups=tuple((key, label_of(pack, by, key), found[key]) for key in sorted(found)))


def measure_all(session: Session, pack: Pack, *periods: tuple[date, date]) -> list[dict[str, Answer]]:
    """Every measure whole, by its name, over the local days of each period, the first and the last included."""
    measures = list(read_measures().values())
    asked = [Asked(*period) for period in periods]
    return [
        {each.name: Answer(each, *period, found[each.name].get("", _nothing(each))) for each in measures}
        for period, found in zip(periods, _ask(session, pack, measures, asked), strict=True)
    ]


def _ask(
    session: Session, pack: Pack, measures: Sequence[Measure], asked: Sequence[Asked]
) -> list[dict[str, dict[str, Figure]]]:
    """For all that is asked, of each measure the figure of each group by its key; of all there are "" by no group."""
    found: list[dict[str, dict[str, Figure]]] = [{each.name: {} for each in measures} for _ in asked]
    plan_anew(session)
    for ask, alike in (
        (_ask_counts, [each for each in measures if not (each.value or each.standing or each.told_as)]),
        (_ask_spreads, [each for each in measures if each.value]),
        (_ask_standing, [each for each in measures if each.standing]),
        (_ask_kappa, [each for each in measures if each.told_as == "kappa"]),
    ):
        for nth, each, key, figure in ask(session, alike, asked) if alike else ():
            is_rate = each.told_as == "rate"
            found[nth][each.name][key] = _by_children(pack, asked[nth].by, key, figure) if is_rate else figure
    return found


def _ask_counts(session: Session, measures: Sequence[Measure], asked: Sequence[Asked]) -> Found:
    named = {each.name: each for each in measures}
    for nth, row in read_counts(session, list(named), asked):
        yield nth, named[row.measure], row.key, _figure(named[row.measure], row.counted, row.of)


def _ask_spreads(session: Session, measures: Sequence[Measure], asked: Sequence[Asked]) -> Found:
    for nth, alike, row in read_percentiles(session, _of_one_spread(measures), asked):
        for each, value in zip(alike, row.percentiles, strict=True):
            yield nth, each, row.key, Figure(value, row.number, None)


def _ask_standing(session: Session, measures: Sequence[Measure], asked: Sequence[Asked]) -> Found:
    named = {each.name: each for each in measures}
    numbers, ages = ([each for each in measures if bool(each.percentile) is aged] for aged in (False, True))
    for nth, row in count_standing(session, numbers, asked):
        yield nth, named[row.measure], row.key, Figure(row.number, row.number, None)
    for nth, row in age_standing(session, ages, asked):
        for each, days in zip(ages, row.percentiles, strict=True):
            yield nth, each, row.key, Figure(days, row.number, None)


def _ask_kappa(session: Session, measures: Sequence[Measure], asked: Sequence[Asked]) -> Found:
    """Of all of them, or of each span: from how many chose the same, and how often each chose what."""
    for each in measures:
        for nth, key, decided, weighed in read_choices(session, each.name, asked):
            counted, of = (sum(numbers) for numbers in zip(*decided.values(), strict=True))
            alike = sum(times * weighed.get(what, (0, 0))[1] for what, (_same, times) in decided.items())
            kappa = reckon_kappa(of, counted, alike)
            yield nth, each, key, Figure(None if kappa is None else float(kappa), counted, of)


def _by_children(pack: Pack, by: str | None, key: str, figure: Figure) -> Figure:
    """A rate per 10,000 of the children who live there; None where the pack does not say how many do."""
    children = pack.count_children(by if by not in SPANS else None, key)
    return replace(figure, value=figure.counted / children * 10_000 if children else None)


def _of_one_spread(measures: Sequence[Measure]) -> list[list[Measure]]:
    """Those that are read from the same values, together."""
    ordered = sorted(measures, key=lambda each: each.spread)
    return [list(alike) for _spread, alike in groupby(ordered, key=lambda each: each.spread)]


def _figure(definition: Measure, counted: int, of: int) -> Figure:
    return Figure(counted / of, counted, of) if definition.of else Figure(counted, counted, None)


def _nothing(definition: Measure) -> Figure:
    if definition.unit == "number":
        return Figure(0, 0, None)
    return Figure(None, 0, 0 if definition.of and not definition.standing else None)
