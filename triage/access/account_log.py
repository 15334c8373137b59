"""What happens to accounts: an event of the account's chain, and a line of the log. No name or secret is in either."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from triage.access.actor import Actor
from triage.access.ledger import seal_account
from triage.models import AccountEvent, AccountHead

log = logging.getLogger("triage.accounts")


def note(event: str, **ids: object) -> None:
    """A line of the log: what happened, and the ids of whom and what it is about."""
    log.info(event, extra={name: str(value) for name, value in ids.items()})


def record_account(
    session: Session, actor: Actor, user_id: UUID, type_: str, now: datetime, reason: str = "", **data: Any
) -> None:
    """That the past-tense `type_` happened to the account of `user_id`, by this actor."""
    head = _hold_head(session, user_id)
    row = AccountEvent(
        user_id=user_id,
        number=head.number + 1,
        actor_id=actor.id,
        type=type_,
        at=now,
        reason=reason,
        data=data,
        previous_hash=head.hash,
        hash=b"",
    )
    row.hash = seal_account(row)
    head.number, head.hash = row.number, row.hash
    session.add(row)
    session.flush()
    note(type_, user_id=user_id, actor_id=actor.id)


def _hold_head(session: Session, user_id: UUID) -> AccountHead:
    """The head of the account's chain, locked until the transaction ends."""
    session.flush()
    first = insert(AccountHead).values(user_id=user_id, number=0, hash=b"")
    session.execute(first.on_conflict_do_nothing())
    return session.get_one(AccountHead, user_id, with_for_update={"key_share": True}, populate_existing=True)
