"""What happens to accounts: a row that is only ever added, and a line of the log. No name or secret is in either."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from triage.access.actor import Actor
from triage.models import AccountEvent

log = logging.getLogger("triage.accounts")


def note(event: str, **ids: object) -> None:
    """A line of the log: what happened, and the ids of whom and what it is about."""
    log.info(event, extra={name: str(value) for name, value in ids.items()})


def record_account(
    session: Session, actor: Actor, user_id: UUID, type_: str, now: datetime, reason: str = "", **data: Any
) -> None:
    """That the past-tense `type_` happened to the account of `user_id`, by this actor."""
    row = AccountEvent(user_id=user_id, actor_id=actor.id, type=type_, at=now, reason=reason, data=data)
    session.add(row)
    note(type_, user_id=user_id, actor_id=actor.id)
