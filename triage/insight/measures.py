"""What the managers are told, each measure defined once. Counted from two views that hold a row a case and no names.

A clock that still runs past its due time counts as missed: waiting longer must never make a figure look better.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, literal, literal_column, select, table, text
from sqlalchemy.orm import Session

from triage.errors import NotFound, Problem, invalid
from triage.pack import Pack

GROUPS = ("district", "locality", "source", "month")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `counted` and `of` are SQL conditions on the view; `of` None makes it a plain count.

    `percentile` makes it a percentile of working minutes instead.
    """

    name: str
    title: str
    view: str
    counted: str
    of: str | None = None
    percentile: float | None = None

    @property
    def unit(self) -> str:
        if self.percentile is not None:
            return "working minutes"
        return "share" if self.of else "number"


def _in_time(clock: str) -> dict[str, str]:
    """Met, of all that were met, missed, or still run past due (`:now`)."""
    return {
        "counted": f"{clock}_clock = 'met'",
        "of": f"({clock}_clock IN ('met', 'missed') OR ({clock}_clock = 'running' AND {clock}_due < :now))",
    }


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("enquiries", "Enquiries", "measured_enquiries", "true"),
        Measure(
            "appropriate_action",
            "Enquiries that led to social care or early help",
            "measured_enquiries",
            "social_care OR early_help",
            "decided",
        ),
        Measure(
            "decided_in_one_working_day", "Decided within one working day", "measured_enquiries", **_in_time("decision")
        ),
        Measure("screened_in_time", "Screened within their RAG time", "measured_enquiries", **_in_time("screening")),
        Measure("referrals", "Referrals to social care", "measured_referrals", "service = 'social_care'"),
        Measure("early_help", "Requests for early help", "measured_referrals", "service = 'early_help'"),
        Measure(
            "re_referrals",
            "Re-referrals to social care within 12 months",
            "measured_referrals",
            "re_referral",
            "service = 'social_care'",
        ),
        Measure("allocated_in_time", "Referrals allocated in time", "measured_referrals", **_in_time("allocation")),
        Measure("accepted_in_time", "Referrals accepted in time", "measured_referrals", **_in_time("acceptance")),
        Measure(
            "median_minutes_to_decision",
            "Median working time to decision",
            "measured_enquiries",
            "working_minutes IS NOT NULL",
            percentile=0.5,
        ),
        Measure(
            "p90_minutes_to_decision",
            "Nine in ten decided within (working time)",
            "measured_enquiries",
            "working_minutes IS NOT NULL",
            percentile=0.9,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: a count, a share (None where there is nothing to share), or working minutes."""

    value: float | None
    counted: int
    of: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A measure over a period, whole and by group. `groups` are (key, label, figure), in order of key."""

    measure: Measure
    first: date
    last: date
    whole: Figure
    groups: tuple[tuple[str, str, Figure], ...] = ()


def measure(
    session: Session, pack: Pack, now: datetime, name: str, first: date, last: date, by: str | None = None
) -> Answer:
    """The measure over local days `first` to `last`, both included. NotFound or Invalid says what to put right."""
    if name not in MEASURES:
        raise NotFound(
            Problem("unknown_measure", f"There is no measure {name!r}. Choose: {', '.join(MEASURES)}.", "name")
        )
    if by is not None and by not in GROUPS:
        raise invalid("by", f"Choose one of: {', '.join(GROUPS)}.", "unknown_code")
    if last < first:
        raise invalid("to", "The period must not end before it begins.")
    definition = MEASURES[name]
    parameters = {"first": first, "last": last, "now": now}
    whole = _figure(definition, session.execute(_query(definition, None), parameters).one())
    rows = session.execute(_query(definition, by), parameters).all() if by else ()
    groups = tuple((row.key, _label(pack, by, row.key), _figure(definition, row)) for row in rows)
    return Answer(definition, first, last, whole, groups)


def refresh(session: Session) -> None:
    """Count again: the two views, without locking out their readers."""
    for view in ("enquiry_measures", "referral_measures"):
        session.execute(text(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}"))


def _query(definition: Measure, by: str | None) -> Select[Any]:
    key = {None: literal(""), "month": literal_column("to_char(on_day, 'YYYY-MM')")}
    group = key[by] if by in key else literal_column(by)
    columns = [group.label("key"), _counted(definition), _of(definition), _minutes(definition)]
    query = select(*columns).select_from(table(definition.view)).where(text("on_day BETWEEN :first AND :last"))
    return query.group_by(text("1")).order_by(text("1")) if by else query


def _counted(definition: Measure) -> Any:
    both = f"({definition.counted})" + (f" AND {definition.of}" if definition.of else "")
    return func.count().filter(text(both)).label("counted")


def _of(definition: Measure) -> Any:
    return func.count().filter(text(definition.of or "true")).label("of")


def _minutes(definition: Measure) -> Any:
    if definition.percentile is None:
        return literal(None).label("minutes")
    ordered = literal_column("working_minutes").asc()
    return func.percentile_cont(definition.percentile).within_group(ordered).label("minutes")


def _figure(definition: Measure, row: Any) -> Figure:
    if definition.percentile is not None:
        return Figure(row.minutes, row.counted, None)
    if definition.of is None:
        return Figure(row.counted, row.counted, None)
    return Figure(row.counted / row.of if row.of else None, row.counted, row.of)


def _label(pack: Pack, by: str, key: str) -> str:
    if key == "none":
        return "Outside the county or not known"
    if by == "district":
        return pack.districts[key]["name"]
    return pack.localities[key] if by == "locality" else key
