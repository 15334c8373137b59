"""What stands at the end of a day: how many began by then, less how many ended; and how long they had waited.

The numbers are read from what is kept of each month and day, the ages from what is kept of each stay: how many began
on one day and ended on another. Over time, each month or week is read at its end, the last at the end of the period.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Date, Text

from triage.insight.days import find_days
from triage.insight.definition import Measure
from triage.insight.facts import SPANS, kept_by

FORMATS = {"month": "%Y-%m", "week": "%G-W%V"}
# All months before the day's own, and the days of that.
NUMBERS = """
SELECT measure, {key} AS key, sum(2 * counted - of)::integer AS number
FROM unnest(:spans, :days) AS at (span, day) CROSS JOIN LATERAL (
    SELECT measure, key, counted, of FROM rollups WHERE by = :by AND measure = ANY (:names)
        AND span = 'month' AND on_day < date_trunc('month', at.day)::date
    UNION ALL
    SELECT measure, key, counted, of FROM rollups WHERE by = :by AND measure = ANY (:names)
        AND span = 'day' AND on_day >= date_trunc('month', at.day)::date AND on_day <= at.day
) kept GROUP BY 1, 2
"""
AGES = """
WITH waiting AS (
    SELECT {key} AS key, at.day - began AS days, sum(number) AS number
    FROM unnest(:spans, :days) AS at (span, day) JOIN stays ON began <= at.day AND ended > at.day
    WHERE by = :by GROUP BY 1, 2
), run AS (
    SELECT key, days, sum(number) OVER (PARTITION BY key ORDER BY days) AS so_far,
        sum(number) OVER (PARTITION BY key) AS number FROM waiting
)
SELECT key, max(number)::integer AS number, {parts} FROM run GROUP BY key HAVING max(number) > 0
"""
ARRAYS = (bindparam("spans", type_=ARRAY(Text())), bindparam("days", type_=ARRAY(Date())))
LONG = timedelta(3_660)  # after the last change: so far ahead nobody asks month by month what stands


def count_standing(
    session: Session, measures: Sequence[Measure], first: date, last: date, by: str | None
) -> Iterator[tuple[str, str, int]]:
    """Of each of these measures and each group: how many stand at the end of the period, or of each span of it."""
    ends = _ends(session, first, last, by)
    query = NUMBERS.format(key=_key(by, "kept"))
    bound = _bound(ends) | {"by": kept_by(by), "names": [each.name for each in measures]}
    names = bindparam("names", type_=ARRAY(Text()))
    for row in session.execute(text(query).bindparams(*ARRAYS, names), bound):
        if row.number or by is None or by in SPANS:
            yield row.measure, row.key, row.number


def age_standing(
    session: Session, measures: Sequence[Measure], first: date, last: date, by: str | None
) -> Iterator[tuple[str, str, int, int]]:
    """Of each of these measures and each group: days within which its part of what waits has waited, and how many."""
    if not measures:
        return
    parts = (f"min(days) FILTER (WHERE so_far >= {float(each.percentile)} * number)" for each in measures)
    query = AGES.format(key=_key(by, "stays"), parts=", ".join(parts))
    bound = _bound(_ends(session, first, last, by)) | {"by": kept_by(by)}
    for row in session.execute(text(query).bindparams(*ARRAYS), bound):
        for each, days in zip(measures, row[2:], strict=True):
            yield each.name, row.key, days, row.number


def _key(by: str | None, table: str) -> str:
    return f"{table}.key" if kept_by(by) else "at.span"


def _ends(session: Session, first: date, last: date, by: str | None) -> Mapping[str, date]:
    """The last day of each span; of no span the last of all."""
    if by not in SPANS:
        return {"": last}
    told = find_days(session, "standing")
    if told is None:
        return {}
    began, changed = told
    ends = dict(_spans(max(first, began), last, FORMATS[by]))
    return {name: ends[name] for name, _day in _spans(max(first, began), min(last, changed + LONG), FORMATS[by])}


def _spans(first: date, last: date, form: str) -> Iterable[tuple[str, date]]:
    """Each day under the name of its span: of those of one name the last stays."""
    return ((f"{day:{form}}", day) for day in (first + timedelta(n) for n in range((last - first).days + 1)))


def _bound(ends: Mapping[str, date]) -> dict[str, object]:
    return {"spans": list(ends), "days": list(ends.values())}
