"""Queries about what visitors tell. Each asks for the one before this visitor: the database gives no other."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from triage.models import Telling


def find_telling(session: Session, key: UUID, now: datetime, *, lock: bool = False) -> Telling | None:
    """The telling of that key, unless it has expired: with `lock`, held until this transaction ends."""
    query = select(Telling).where(Telling.id == key, Telling.expires_at > now)
    query = query.with_for_update() if lock else query
    return session.scalar(query, execution_options={"populate_existing": True})


def find_key_of_code(session: Session, code_hash: bytes) -> UUID | None:
    """Which telling the code opens, if any."""
    return session.scalar(select(func.telling_of(code_hash)))


def drop_telling(session: Session, key: UUID) -> bool:
    """Delete it, unless it was sent. Whether it was deleted."""
    gone = delete(Telling).where(Telling.id == key, Telling.sent_at.is_(None)).returning(Telling.id)
    return session.scalar(gone) is not None


def drop_expired(session: Session, now: datetime) -> int:
    """Delete everybody's that have expired: the service's alone to do. How many."""
    return session.scalar(select(func.forget_tellings(now))) or 0
