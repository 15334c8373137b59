"""Work that must happen later, promised in the same transaction as what causes it."""

from datetime import datetime
from typing import Any

from triage.models import OutboxMessage
from triage.services.desk import Desk


def promise(desk: Desk, task: str, *, available_at: datetime | None = None, **payload: Any) -> OutboxMessage:
    """Promise that `task` will be done with `payload`, at `available_at` or as soon as may be.

    What is entered late is promised when it is entered: a letter is not late because of what it is about.
    """
    now = desk.entered_at
    message = OutboxMessage(task=task, payload=payload, created_at=now, available_at=available_at or now)
    desk.session.add(message)
    return message
