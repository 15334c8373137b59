"""The Standard Safeguarding Dataset, from the views in which the database keeps it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

SCHEMA = "ssd"
AT_ONCE = 2000  # rows held in memory


def read_table(session: Session, name: str, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Each row of a table of the dataset, in the order of its first column, which is its key."""
    view = table(name, *map(column, columns), schema=SCHEMA)
    query = select(*view.columns).order_by(view.columns[columns[0]])
    return iter(session.execute(query.execution_options(yield_per=AT_ONCE)))
