"""What came, and how often what is asked of it was so, read from what is kept of each month and each day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from triage.insight.facts import SPANS, kept_by
from triage.insight.months import whole_months
from triage.insight.together import Asked, ask_together

# Of whole months one number each and of other days theirs; where weeks are told apart, of every day.
COUNTS = """
SELECT {columns}, sum(counted)::integer AS counted, sum(of)::integer AS of FROM rollups
WHERE by = :by AND measure = ANY (CAST(:names AS text[])) AND ({within}) GROUP BY 1, 2 HAVING sum(of) > 0
"""
BY_MONTHS = """span = 'month' AND on_day >= :from_month AND on_day < :to_month OR span = 'day'
    AND (on_day >= :first AND on_day < :from_month OR on_day >= greatest(:first, :to_month) AND on_day <= :last)"""
BY_DAYS = "span = 'day' AND on_day >= :first AND on_day <= :last"
NONE = "''"
OUTCOMES = ("decided_as", "weighed_as")
Choices = Mapping[str, tuple[int, int]]


def read_counts(session: Session, names: Sequence[str], asked: Sequence[Asked]) -> Iterator[tuple[int, Row[Any]]]:
    """Rows of `measure`, `key`, `counted` and `of`, each with the place of what was asked: of all there are "" by no
    group.
    """
    columns = "measure, {} AS key"
    questions = (
        (nth, *_write(columns.format(SPANS.get(each.by, "key") if each.by else NONE), names, each, kept_by(each.by)))
        for nth, each in enumerate(asked)
    )
    return ask_together(session, list(questions))


def read_choices(session: Session, name: str, asked: Sequence[Asked]) -> Iterator[tuple[int, str, Choices, Choices]]:
    """With the place of what was asked, of all or of each span of it, what was decided and what was weighed: by
    outcome, how often the other chose the same and how often it was chosen.
    """
    questions = (
        ((nth, kept), *_write(f"{SPANS[each.by] if each.by else NONE} AS key, key AS outcome", [name], each, kept))
        for nth, each in enumerate(asked)
        for kept in OUTCOMES
    )
    times: dict[tuple[int, str], dict[str, dict[str, tuple[int, int]]]] = {}
    for (nth, kept), row in ask_together(session, list(questions)):
        of_both = times.setdefault((nth, row.key), {each: {} for each in OUTCOMES})
        of_both[kept][row.outcome] = row.counted, row.of
    for (nth, key), told in times.items():
        yield nth, key, *(told[kept] for kept in OUTCOMES)


def _write(columns: str, names: Sequence[str], asked: Asked, kept: str) -> tuple[str, Mapping[str, Any]]:
    query = COUNTS.format(columns=columns, within=BY_DAYS if asked.by == "week" else BY_MONTHS)
    return query, _within(asked.first, asked.last) | {"by": kept, "names": list(names)}


def _within(first: date, last: date) -> dict[str, date]:
    begins, ends = whole_months(first, last)
    return {"first": first, "last": last, "from_month": begins, "to_month": ends}
