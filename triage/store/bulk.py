"""Many rows at once, in one statement for each table: for what comes by the thousand."""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from triage.models.base import Base, Versioned

FIRST_VERSION = 1


def insert_rows(session: Session, rows: Iterable[Base]) -> None:
    """Insert rows that no session knows, the tables in the order of their first rows; of others, by key alone."""
    by_table: dict[type[Base], list[dict[str, object]]] = {}
    for row in rows:
        model = type(row)
        told = {name: getattr(row, name) for name in _columns(model)}
        if issubclass(model, Versioned):
            told["version"] = FIRST_VERSION
        by_table.setdefault(model, []).append(told)
    for model, several in by_table.items():
        session.execute(_insert(model), {"rows": json.dumps(several, default=_say)})


@cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    """What is written of a row: all but what the database says of it by itself."""
    return tuple(
        column.key
        for column in model.__table__.columns
        if column.computed is None and column.key not in ("version", "xid")
    )


@cache
def _insert(model: type[Base]) -> TextClause:
    names = ", ".join((*_columns(model), *(["version"] if issubclass(model, Versioned) else [])))
    table = model.__tablename__
    said = f"jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
    return text(f"INSERT INTO {table} ({names}) SELECT {names} FROM {said}")  # nosec B608 # noqa: S608


def _say(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written so")
