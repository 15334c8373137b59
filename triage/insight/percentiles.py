"""Values within which a part of all lies, read from how often each value came: of whole months, of weeks, and of days.

What is kept of weeks is kept of all together alone: where groups are told apart, the days beside whole months are read
from the rows themselves.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from triage.insight.definition import Measure
from triage.insight.facts import SPANS, key_of
from triage.insight.months import Parts, split_period

MONTHS = """SELECT {kept} AS key, value, number FROM spreads
    WHERE by = :by AND spread = :spread AND month >= :from_month AND month < :to_month"""
WEEKS = """SELECT {kept} AS key, value, number FROM spreads
    WHERE by = 'week' AND spread = :spread
        AND (month, key) IN (SELECT * FROM unnest(CAST(:months AS date[]), CAST(:weeks AS text[])))"""
DAYS = """SELECT {key} AS key, ({value} + {grain} - 1) / {grain} * {grain} AS value, 1 AS number FROM {view}
    WHERE {value} IS NOT NULL AND on_day = ANY (CAST(:days AS date[]))"""
PERCENTILES = """
WITH told AS ({told}), run AS (
    SELECT key, value, sum(sum(number)) OVER (PARTITION BY key ORDER BY value) AS so_far,
        sum(sum(number)) OVER (PARTITION BY key) AS number FROM told GROUP BY key, value
)
SELECT key, max(number)::integer, {parts} FROM run GROUP BY key HAVING max(number) > 0
"""


def read_percentiles(
    session: Session, alike: Sequence[Measure], first: date, last: date, by: str | None
) -> Iterator[tuple[str, int, Sequence[int]]]:
    """Of each group of local days `first` to `last`: its key, how many values there are, and each measure's percentile.

    `alike` are measures of one spread.
    """
    period = split_period(first, last, weeks=by is None or by in SPANS)
    for key, number, *values in session.execute(text(_write(alike, period, by)), _bound(alike[0], period, by)):
        yield key, number, values


def _write(alike: Sequence[Measure], period: Parts, by: str | None) -> str:
    """Of what there is none of, nothing is asked."""
    definition = alike[0]
    asked = ((MONTHS, period.months[0] < period.months[1]), (WEEKS, period.weeks), (DAYS, period.days))
    told = {
        "kept": "to_char(month, 'YYYY-MM')" if by == "month" else "key" if by else "''",
        "key": key_of(by) if by else "''",
        "value": definition.value,
        "grain": definition.among.values[definition.value],
        "view": definition.view,
    }
    found = " UNION ALL ".join(part.format(**told) for part, some in asked if some) or DAYS.format(**told)
    parts = ", ".join(f"min(value) FILTER (WHERE so_far >= {float(each.percentile)} * number)" for each in alike)
    return PERCENTILES.format(told=found, parts=parts)


def _bound(definition: Measure, period: Parts, by: str | None) -> dict[str, Any]:
    begins, ends = period.months
    return {
        "by": "" if by in (None, "month") else by,
        "spread": definition.spread,
        "from_month": begins,
        "to_month": ends,
        "months": [month for month, _week in period.weeks],
        "weeks": [week for _month, week in period.weeks],
        "days": list(period.days),
    }
