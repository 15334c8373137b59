"""Trying one thing after another on the same rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Whatever the block does to the database is taken back, so that the next finds the same."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()
