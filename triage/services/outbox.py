"""Work that must happen later, promised in the same transaction as what causes it."""

from datetime import datetime
from typing import Any

from triage.models import OutboxMessage
from triage.services.desk import Desk


def promise(desk: Desk, task: str, *, available_at: datetime | None = None, **payload: Any) -> OutboxMessage:
    """Promise that `task` will be done with `payload`, at `available_at` or as soon as may be."""
    message = OutboxMessage(task=task, payload=payload, created_at=desk.now, available_at=available_at or desk.now)
    desk.session.add(message)
    return message
