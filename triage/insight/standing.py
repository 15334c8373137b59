"""What stands at the end of a day: how many began by then, less how many ended; and how long they had waited.

The numbers are read from what is kept of each month and day, the ages from what is kept of each stay: how many began
on one day and ended on another. Over time, each month or week is read at its end, the last at the end of the period.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from triage.insight.days import find_days
from triage.insight.definition import Measure
from triage.insight.facts import SPANS, kept_by
from triage.insight.together import Asked, ask_together

FORMATS = {"month": "%Y-%m", "week": "%G-W%V"}
# All months before the day's own, and the days of that.
NUMBERS = """
SELECT measure, {key} AS key, sum(2 * counted - of)::integer AS number
FROM unnest(CAST(:spans AS text[]), CAST(:days AS date[])) AS at (span, day) CROSS JOIN LATERAL (
    SELECT measure, key, counted, of FROM rollups WHERE by = :by AND measure = ANY (CAST(:names AS text[]))
        AND span = 'month' AND on_day < date_trunc('month', at.day)::date
    UNION ALL
    SELECT measure, key, counted, of FROM rollups WHERE by = :by AND measure = ANY (CAST(:names AS text[]))
        AND span = 'day' AND on_day >= date_trunc('month', at.day)::date AND on_day <= at.day
) kept GROUP BY 1, 2
"""
AGES = """
WITH waiting AS (
    SELECT {key} AS key, at.day - began AS days, sum(number) AS number
    FROM unnest(CAST(:spans AS text[]), CAST(:days AS date[])) AS at (span, day)
        JOIN stays ON began <= at.day AND ended > at.day
    WHERE by = :by GROUP BY 1, 2
), run AS (
    SELECT key, days, sum(number) OVER (PARTITION BY key ORDER BY days) AS so_far,
        sum(number) OVER (PARTITION BY key) AS number FROM waiting
)
SELECT key, max(number)::integer AS number, ARRAY[{parts}] AS percentiles FROM run GROUP BY key HAVING max(number) > 0
"""
LONG = timedelta(3_660)  # after the last change: so far ahead nobody asks month by month what stands


def count_standing(
    session: Session, measures: Sequence[Measure], asked: Sequence[Asked]
) -> Iterator[tuple[int, Row[Any]]]:
    """Rows of `measure`, `key` and `number`, each with the place of what was asked: how many of each group stand at the
    end of the period, or of each span of it.
    """
    names = [each.name for each in measures]
    questions = (
        (nth, NUMBERS.format(key=_key(each.by, "kept")), _bound(session, each) | {"names": names})
        for nth, each in enumerate(asked)
    )
    for nth, row in ask_together(session, list(questions)) if names else ():
        if row.number or asked[nth].by is None or asked[nth].by in SPANS:
            yield nth, row


def age_standing(
    session: Session, measures: Sequence[Measure], asked: Sequence[Asked]
) -> Iterator[tuple[int, Row[Any]]]:
    """Of each group its `key`, the `number` that waits, and `percentiles`: for each of these measures the days within
    which its part of them has waited. With the place of what was asked.
    """
    parts = ", ".join(f"min(days) FILTER (WHERE so_far >= {float(each.percentile)} * number)" for each in measures)
    questions = (
        (nth, AGES.format(key=_key(each.by, "stays"), parts=parts), _bound(session, each))
        for nth, each in enumerate(asked)
    )
    return ask_together(session, list(questions) if measures else [])


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


def _bound(session: Session, asked: Asked) -> dict[str, object]:
    ends = _ends(session, asked.first, asked.last, asked.by)
    return {"by": kept_by(asked.by), "spans": list(ends), "days": list(ends.values())}
