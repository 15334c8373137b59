"""Several questions of the numbers that are kept, asked at once: the database is gone to once, not once for each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

NAMED = re.compile(r"(?<!:):(\w+)")  # what is bound, and no cast
PLAN_ANEW = text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class Asked:
    """Local days `first` to `last`, both included, and what the numbers are told apart `by`, if by anything."""

    first: date
    last: date
    by: str | None = None


def plan_anew(session: Session) -> None:
    """Until the transaction ends: a plan for whichever period takes a year's rows for few, and sorts each of them."""
    session.execute(PLAN_ANEW)


def ask_together(
    session: Session, questions: Sequence[tuple[Label, str, Mapping[str, Any]]]
) -> Iterator[tuple[Label, Row[Any]]]:
    """Each row with the label of its question. A question is SQL and what is bound in it; all have the same columns."""
    parts = (_number(nth, query) for nth, (_label, query, _bound) in enumerate(questions))
    bound = {f"{name}_{nth}": told for nth, question in enumerate(questions) for name, told in question[2].items()}
    for row in session.execute(text(" UNION ALL ".join(parts)), bound) if questions else ():
        yield questions[row.nth][0], row


def _number(nth: int, query: str) -> str:
    """The question with its place in each row, and in the names of what is bound in it."""
    told = NAMED.sub(rf":\1_{nth}", query)
    return f"SELECT {nth} AS nth, told.* FROM ({told}) told"  # nosec B608 # noqa: S608
