"""Queries of what keeps failing: messages that were given up, and tasks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from triage.models import SEND_WEBHOOK, FailingTask, OutboxMessage

GIVEN_UP = OutboxMessage.failed_at.is_not(None) & (OutboxMessage.task != SEND_WEBHOOK)


def list_given_up(session: Session, limit: int) -> Sequence[OutboxMessage]:
    """Letters that were given up, the latest first."""
    query = select(OutboxMessage).where(GIVEN_UP).order_by(OutboxMessage.failed_at.desc(), OutboxMessage.id)
    return session.scalars(query.limit(limit)).all()


def count_given_up(session: Session) -> int:
    """How many letters were given up."""
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(GIVEN_UP)) or 0


def take_given_up(session: Session, message_id: UUID) -> OutboxMessage | None:
    """That letter, locked; None where it was not given up, or is no longer."""
    return session.scalar(select(OutboxMessage).where(OutboxMessage.id == message_id, GIVEN_UP).with_for_update())


def list_failing(session: Session) -> Sequence[FailingTask]:
    """Tasks whose last run failed, the longest first."""
    return session.scalars(select(FailingTask).order_by(FailingTask.since, FailingTask.name)).all()


def take_failing(session: Session, name: str) -> FailingTask | None:
    """That task, locked; None where it does not fail, or no longer."""
    return session.get(FailingTask, name, with_for_update=True)


def note_failing(session: Session, name: str, now: datetime, error: str) -> None:
    """That it failed, once more."""
    first = insert(FailingTask).values(name=name, since=now, last_at=now, times=1, error=error)
    again = {"times": FailingTask.times + 1, "last_at": now, "error": error}
    session.execute(first.on_conflict_do_update(index_elements=["name"], set_=again))


def note_done(session: Session, name: str) -> None:
    """That it was done: whatever it was is over."""
    session.execute(delete(FailingTask).where(FailingTask.name == name))


def take_asked(session: Session) -> list[str]:
    """The tasks that somebody wants to be tried again, each once."""
    asked = update(FailingTask).where(FailingTask.asked_at.is_not(None)).values(asked_at=None)
    return sorted(session.scalars(asked.returning(FailingTask.name)))
