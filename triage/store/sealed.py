"""What lies sealed in the database, a few rows at a time: one may be of ten megabytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

AT_ONCE = 8
Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row's key, and what is sealed in it."""

    key: tuple[Any, ...]
    sealed: bytes


def list_sealed(session: Session, column: Column, after: tuple[Any, ...] | None, *, lock: bool) -> Sequence[SealedRow]:
    """The next that are not empty, by key."""
    keys = _key_of(column)
    query = select(*keys, column).where(*_full(column)).order_by(*keys).limit(AT_ONCE)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    if lock:
        query = query.with_for_update()
    return [SealedRow(tuple(key), sealed) for *key, sealed in session.execute(query)]


def count_sealed(session: Session, column: Column) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(column.class_).where(*_full(column))) or 0


def put_sealed(session: Session, column: Column, row: SealedRow, sealed: bytes) -> None:
    """This in its place."""
    here = tuple_(*_key_of(column)) == tuple_(*row.key)
    session.execute(update(column.class_).where(here).values({column.key: sealed}), execution_options=PLAIN)


PLAIN = {"synchronize_session": False}


def _key_of(column: Column) -> tuple[ColumnElement[Any], ...]:
    return tuple(column.class_.__table__.primary_key.columns)


def _full(column: Column) -> tuple[ColumnElement[bool], ...]:
    return column.is_not(None), column != b""
