"""What the managers are told, each measure defined once. Counted from two views that hold a row a case and no names.

A clock that still runs past its due time counts as missed: waiting longer must never make a figure look better.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, literal, literal_column, select, table, text
from sqlalchemy.orm import Session

from triage.errors import NotFound, Problem, invalid
from triage.models.codes import SOURCES
from triage.pack import Pack

KEYS = {"month": "to_char(on_day, 'YYYY-MM')", "week": """to_char(on_day, 'IYYY-"W"IW')"""}  # of a group, as SQL
GROUPS = ("district", "locality", "source", *KEYS)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `counted` and `of` are SQL conditions on the view; `of` None makes it a plain count.

    `percentile` makes it a percentile of working minutes instead. `clock` is which of a case's is told of beside it.
    """

    name: str
    title: str
    view: str
    counted: str
    of: str | None = None
    percentile: float | None = None
    clock: str = ""

    @property
    def unit(self) -> str:
        if self.percentile is not None:
            return "working minutes"
        return "share" if self.of else "number"


def _in_time(clock: str) -> dict[str, str]:
    """Met, of all that were met, missed, or still run past due (`:now`)."""
    return {
        "clock": clock,
        "counted": f"{clock}_clock = 'met'",
        "of": f"({clock}_clock IN ('met', 'missed') OR ({clock}_clock = 'running' AND {clock}_due < :now))",
    }


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("enquiries", "Enquiries", "measured_enquiries", "true", clock="decision"),
        Measure(
            "appropriate_action",
            "Enquiries that led to social care or early help",
            "measured_enquiries",
            "social_care OR early_help",
            "decided",
            clock="decision",
        ),
        Measure(
            "decided_in_one_working_day", "Decided within one working day", "measured_enquiries", **_in_time("decision")
        ),
        Measure("screened_in_time", "Screened within their RAG time", "measured_enquiries", **_in_time("screening")),
        Measure(
            "referrals", "Referrals to social care", "measured_referrals", "service = 'social_care'", clock="allocation"
        ),
        Measure(
            "early_help",
            "Requests for early help",
            "measured_referrals",
            "service = 'early_help'",
            clock="allocation",
        ),
        Measure(
            "re_referrals",
            "Re-referrals to social care within 12 months",
            "measured_referrals",
            "re_referral",
            "service = 'social_care'",
            clock="allocation",
        ),
        Measure("allocated_in_time", "Referrals allocated in time", "measured_referrals", **_in_time("allocation")),
        Measure("accepted_in_time", "Referrals accepted in time", "measured_referrals", **_in_time("acceptance")),
        Measure(
            "median_minutes_to_decision",
            "Median working time to decision",
            "measured_enquiries",
            "working_minutes IS NOT NULL",
            percentile=0.5,
            clock="decision",
        ),
        Measure(
            "p90_minutes_to_decision",
            "Nine in ten decided within (working time)",
            "measured_enquiries",
            "working_minutes IS NOT NULL",
            percentile=0.9,
            clock="decision",
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
    definition = get_measure(name)
    if by is not None and by not in GROUPS:
        raise invalid("by", f"Choose one of: {', '.join(GROUPS)}.", "unknown_code")
    if last < first:
        raise invalid("to", "The period must not end before it begins.")
    parameters = {"first": first, "last": last, "now": now}
    whole = _figure(definition, session.execute(_query(definition, None), parameters).one())
    rows = session.execute(_query(definition, by), parameters).all() if by else ()
    groups = tuple((row.key, label_of(pack, by, row.key), _figure(definition, row)) for row in rows)
    return Answer(definition, first, last, whole, groups)


def get_measure(name: str) -> Measure:
    """The measure of that name. NotFound, saying which there are."""
    if name not in MEASURES:
        raise NotFound(
            Problem("unknown_measure", f"There is no measure {name!r}. Choose: {', '.join(MEASURES)}.", "name")
        )
    return MEASURES[name]


def find_first_day(session: Session, name: str) -> date | None:
    """The first day of which there is anything that the measure could count."""
    return session.scalar(text(f"SELECT min(on_day) FROM {get_measure(name).view}"))  # nosec B608 # noqa: S608


def refresh(session: Session) -> None:
    """Count again: the two views, without locking out their readers."""
    for view in ("enquiry_measures", "referral_measures"):
        session.execute(text(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}"))


def _query(definition: Measure, by: str | None) -> Select[Any]:
    group = literal_column(key_of(by)) if by else literal("")
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


def key_of(by: str) -> str:
    """What tells the groups apart, as SQL."""
    return KEYS.get(by, by)


def label_of(pack: Pack, by: str, key: str) -> str:
    """What a group is called. NotFound where there is none of that key."""
    if key == "none" and by in ("district", "locality"):
        return "Outside the county or not known"
    try:
        if by == "district":
            return pack.districts[key]["name"]
        return _say_span(by, key) if by in KEYS else (pack.localities if by == "locality" else SOURCES)[key]
    except (KeyError, ValueError) as unknown:
        raise NotFound(Problem("unknown_group", f"There is no {by} {key!r}.", "key")) from unknown


def _say_span(by: str, key: str) -> str:
    """ "May 2013", or "Week of 6 May 2013"."""
    begins = datetime.strptime(f"{key}-1", "%Y-%m-%d" if by == "month" else "%G-W%V-%u")  # noqa: DTZ007
    return f"{begins:%B %Y}" if by == "month" else f"Week of {begins.day} {begins:%B %Y}"
