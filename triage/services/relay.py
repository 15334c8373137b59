"""The outbox's way out: published after commit, done once by id, and seen by a person when it keeps failing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from triage.models import OutboxMessage

BATCH = 200
TRIES = 8
DEATHS = 3  # how often a message may take the process with it that does it, before a person looks
DIED = "WorkerLost: the process that did it died, each time."
AGAIN_AFTER = timedelta(minutes=2)  # published but not done by then: the broker or a worker lost it


def due_messages(session: Session, now: datetime) -> list[OutboxMessage]:
    """Messages that are due and not on their way, locked; another relay skips them."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.done_at.is_(None),
            OutboxMessage.failed_at.is_(None),
            OutboxMessage.available_at <= now,
            or_(OutboxMessage.published_at.is_(None), OutboxMessage.published_at < now - AGAIN_AFTER),
        )
        .order_by(OutboxMessage.available_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def relay(session: Session, now: datetime, publish: Callable[[OutboxMessage], None]) -> int:
    """Publish what is due; how many. If the broker is down it raises, nothing is marked, and all are due again."""
    messages = due_messages(session, now)
    for message in messages:
        publish(message)
        message.published_at = now
    return len(messages)


def take_message(session: Session, message_id: UUID) -> OutboxMessage | None:
    """The message to be done now, locked, or None where it is done or has failed.

    It waits for whoever has it: it is often here before the relay, which published it, has committed.
    """
    open_ = OutboxMessage.done_at.is_(None) & OutboxMessage.failed_at.is_(None)
    query = select(OutboxMessage).where(OutboxMessage.id == message_id, open_).with_for_update()
    return session.scalar(query)


def begin_message(session: Session, message_id: UUID, now: datetime) -> bool:
    """Whether it is to be done now. To be committed before: so it is counted, though whoever does it dies of it."""
    message = take_message(session, message_id)
    if message and message.begun >= DEATHS:
        message.failed_at, message.last_error, message.attempts = now, DIED, message.begun
        return False
    if message:
        message.begun += 1
    return message is not None


def note_failure(message: OutboxMessage, now: datetime, error: str) -> None:
    """Wait twice as long after each failure; after the last try leave it for a person, never silently done."""
    message.attempts, message.begun = message.attempts + 1, 0
    message.last_error = error[:500]
    if message.attempts >= TRIES:
        message.failed_at = now
    else:
        message.available_at, message.published_at = now + timedelta(seconds=15 * 2**message.attempts), None
