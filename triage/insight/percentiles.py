"""Values within which a part of all lies, read from how often each value came: of whole months, of weeks, and of days.

What is kept of weeks is kept of all together alone: where groups are told apart, the days beside whole months are read
from the rows themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from triage.insight.definition import Measure
from triage.insight.facts import SPANS, key_of
from triage.insight.months import Parts, read_so_far, split_period
from triage.insight.together import Asked, ask_together

SO_FAR = """SELECT {kept} AS key, value, CASE WHEN month = ANY (CAST(:less AS date[])) THEN -so_far ELSE so_far END
    AS number FROM spreads
    WHERE by = :by AND spread = :spread AND month = ANY (CAST(:less AS date[]) || CAST(:more AS date[]))"""
MONTHS = """SELECT {kept} AS key, value, number FROM spreads
    WHERE by = :by AND spread = :spread AND month >= :from_month AND month < :to_month"""
WEEKS = """SELECT {kept} AS key, value, number FROM spreads
    WHERE by = 'week' AND spread = :spread
        AND (month, key) IN (SELECT * FROM unnest(CAST(:months AS date[]), CAST(:weeks AS text[])))"""
DAYS = """SELECT {key} AS key, ({value} + {grain} - 1) / {grain} * {grain} AS value, 1 AS number FROM {view}
    WHERE {value} IS NOT NULL AND on_day = ANY (CAST(:days AS date[]))"""
# OFFSET 0 keeps the two apart that are then hashed: to sort each row by its text takes twice as long as all the rest.
PERCENTILES = """
WITH grouped AS (
    SELECT key, value, sum(number)::integer AS number FROM ({told} OFFSET 0) told GROUP BY key, value OFFSET 0
), run AS (
    SELECT key, value, sum(number) OVER (PARTITION BY key ORDER BY value) AS so_far,
        sum(number) OVER (PARTITION BY key) AS number FROM grouped
)
SELECT key, max(number)::integer AS number, ARRAY[{parts}] AS percentiles FROM run GROUP BY key HAVING max(number) > 0
"""
Alike = Sequence[Measure]


def read_percentiles(
    session: Session, spreads: Sequence[Alike], asked: Sequence[Asked]
) -> Iterator[tuple[int, Alike, Row[Any]]]:
    """Of each group its `key`, the `number` of values there are, and `percentiles`, one for each measure.

    Each of `spreads` is measures of one; with them comes the place of what was asked.
    """
    questions = [((nth, alike), *_write(alike, each)) for nth, each in enumerate(asked) for alike in spreads]
    for (nth, alike), row in ask_together(session, questions):
        yield nth, alike, row


def _write(alike: Alike, asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """Of what there is none of, nothing is asked."""
    definition, by = alike[0], asked.by
    period = split_period(asked.first, asked.last, weeks=by is None or by in SPANS)
    months = MONTHS if by in SPANS else SO_FAR
    parts = ((months, period.months[0] < period.months[1]), (WEEKS, period.weeks), (DAYS, period.days))
    told = {
        "kept": "to_char(month, 'YYYY-MM')" if by == "month" else "key" if by else "''",
        "key": key_of(by) if by else "''",
        "value": definition.value,
        "grain": definition.among.values[definition.value],
        "view": definition.view,
    }
    found = " UNION ALL ".join(part.format(**told) for part, some in parts if some) or DAYS.format(**told)
    shares = ", ".join(f"min(value) FILTER (WHERE so_far >= {float(each.percentile)} * number)" for each in alike)
    return PERCENTILES.format(told=found, parts=shares), _bound(definition, period, by)


def _bound(definition: Measure, period: Parts, by: str | None) -> dict[str, Any]:
    begins, ends = period.months
    more, less = read_so_far(begins, ends)
    return {
        "by": "" if by in (None, "month") else by,
        "spread": definition.spread,
        "from_month": begins,
        "to_month": ends,
        "more": more,
        "less": less,
        "months": [month for month, _week in period.weeks],
        "weeks": [week for _month, week in period.weeks],
        "days": list(period.days),
    }
