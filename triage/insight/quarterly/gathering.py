"""A quarter's report gathered from what is counted here and from what partners sent."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from triage.insight.comparing import find_england
from triage.insight.days import find_days
from triage.insight.definition import get_measure
from triage.insight.labels import label_of
from triage.insight.measures import Figure, measure
from triage.insight.quarterly.indicators import Indicator, list_sent, read_groups
from triage.insight.quarterly.late import gather_late
from triage.insight.quarterly.report import District, England, Line, Part, Past, Report
from triage.insight.small import hide_figure, hide_groups
from triage.models import PartnerFigure
from triage.pack import Pack
from triage.store.reports import list_figures
from workflows.quarters import Quarter, list_quarters, quarter_of

QUARTERS = 8  # of the trend: two years
YEARLY = timedelta(days=731)  # how long ago a yearly figure's period may have ended: it is published late
ALIKE = timedelta(days=10)  # by which months, quarters and years differ in length
LAST_OF_YEAR = timedelta(days=350)
ABOUT = ("name", "title", "marks", "unit", "better", "target", "definition", "source", "partners", "every")


def gather_report(session: Session, pack: Pack, quarter: Quarter) -> Report:
    """Every indicator of the plan, in its order. The numbers must be up to date (`insight.counting.refresh`)."""
    sent: dict[str, list[PartnerFigure]] = {name: [] for name in list_sent()}
    for figure in list_figures(session, quarter.last, sent):
        sent[figure.indicator].append(figure)

    def line(indicator: Indicator) -> Line:
        if indicator.measure:
            return _count(session, pack, indicator, quarter)
        return _read(pack, indicator, quarter, sent[indicator.name])

    groups = read_groups()
    parts = tuple(Part(each.title, each.note, tuple(map(line, each.indicators))) for each in groups)
    return Report(str(quarter), pack.name, parts, gather_late(session, quarter))


def _count(session: Session, pack: Pack, indicator: Indicator, quarter: Quarter) -> Line:
    definition = get_measure(indicator.measure)
    by = "district" if "district" in definition.by else None
    answer = measure(session, pack, indicator.measure, quarter.first, quarter.last, by)
    told = find_days(session, definition.fact)
    past = [each for each in list_quarters(quarter.before, QUARTERS - 1) if told and each.last >= told[0]]
    figures = [
        (each, measure(session, pack, indicator.measure, each.first, each.last).whole) for each in reversed(past)
    ]
    trend = [(each, hide_figure(definition, found)) for each, found in [*figures, (quarter, answer.whole)]]
    return Line(
        **_about(indicator),
        figure=trend[-1][1],
        first=quarter.first.isoformat(),
        last=quarter.last.isoformat(),
        trend=tuple(_past(each.first, each.last, found) for each, found in trend),
        districts=tuple(District(*group) for group in hide_groups(definition, answer.groups)),
        england=_find_england(indicator, quarter.last),
    )


def _read(pack: Pack, indicator: Indicator, quarter: Quarter, figures: Sequence[PartnerFigure]) -> Line:
    """The latest that partners sent of this quarter; of what is published yearly, of the last year that there is."""
    since = quarter.last - YEARLY if indicator.every == "year" else quarter.first - timedelta(1)
    periods = [(each.last, each.first) for each in figures if each.last > since]
    about = _about(indicator) | {"england": _find_england(indicator, quarter.last)}
    if not periods:
        return Line(**about)
    last, first = max(periods)
    of_period = [each for each in figures if (each.first, each.last) == (first, last)]
    whole = next((each for each in of_period if each.district_code is None), None)
    there = whole or of_period[0]
    districts = [each for each in of_period if each.district_code]
    groups = [(each.district_code, label_of(pack, "district", each.district_code), _tell(each)) for each in districts]
    return Line(
        **about,
        figure=hide_figure(indicator, _tell(whole)) if whole else None,
        first=first.isoformat(),
        last=last.isoformat(),
        trend=tuple(_list_trend(indicator, figures, first, last)),
        districts=tuple(District(*group) for group in hide_groups(indicator, groups)),
        supplied_by=there.supplied_by,
        supplied_on=there.supplied_on.isoformat(),
    )


def _list_trend(indicator: Indicator, figures: Sequence[PartnerFigure], first: date, last: date) -> list[Past]:
    """The county's figures of periods as long as this one, the latest of those that end on one day."""
    alike = {
        each.last: each
        for each in figures
        if each.district_code is None and abs((each.last - each.first) - (last - first)) < ALIKE
    }
    kept = [alike[day] for day in sorted(alike) if day <= last][-QUARTERS:]
    return [_past(each.first, each.last, hide_figure(indicator, _tell(each))) for each in kept]


def _tell(figure: PartnerFigure) -> Figure:
    return Figure(figure.value, figure.counted, figure.of)


def _past(first: date, last: date, figure: Figure) -> Past:
    return Past(first.isoformat(), last.isoformat(), name_period(first, last), figure)


def name_period(first: date, last: date) -> str:
    """What to call a period in a chart: a quarter by its months, a year by its end, another by its days."""
    quarter = quarter_of(last)
    if (first, last) == (quarter.first, quarter.last):
        return quarter.short
    if last - first > LAST_OF_YEAR:
        return f"Year to {last:%b %Y}"
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def _find_england(indicator: Indicator, last: date) -> England | None:
    """A number of the whole country is not one to hold a county's against: shares alone."""
    found = find_england(indicator.measure or indicator.name, last) if indicator.unit == "share" else None
    return England(found.figure.value, found.year_to.isoformat(), found.source) if found else None


def _about(indicator: Indicator) -> dict[str, Any]:
    return {name: getattr(indicator, name) for name in ABOUT}
