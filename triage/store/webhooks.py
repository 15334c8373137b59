"""Queries of webhooks, and of their rows in the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Text, cast, func, insert, literal, select, update
from sqlalchemy.orm import Session

from triage.models import SEND_WEBHOOK, Event, OutboxMessage, Webhook

OF_WEBHOOKS = OutboxMessage.task == SEND_WEBHOOK
ITS = OutboxMessage.payload["webhook_id"].astext
IS_OPEN = OutboxMessage.done_at.is_(None) & OutboxMessage.failed_at.is_(None)
HAS_FAILED = OutboxMessage.failed_at.is_not(None)
EVENT = Event.case_kind + "." + Event.type
APART = timedelta(milliseconds=1)  # so that what is sent again begins in its order
PLAIN = {"synchronize_session": False}


def list_webhooks(session: Session) -> Sequence[Webhook]:
    """All of them, by name."""
    return session.scalars(select(Webhook).order_by(Webhook.name)).all()


def find_webhook(session: Session, name: str, *, lock: bool = False) -> Webhook | None:
    """The one of that name."""
    query = select(Webhook).where(Webhook.name == name)
    if lock:
        query = query.with_for_update(of=Webhook).execution_options(populate_existing=True)
    return session.scalar(query)


def list_messages(session: Session, webhook_id: UUID, limit: int) -> Sequence[OutboxMessage]:
    """What was sent by it, or is to be, the latest first."""
    query = select(OutboxMessage).where(OF_WEBHOOKS, str(webhook_id) == ITS)
    return session.scalars(query.order_by(OutboxMessage.id.desc()).limit(limit)).all()


def count_failed(session: Session) -> dict[UUID, int]:
    """How many of each were given up."""
    query = select(ITS, func.count()).where(OF_WEBHOOKS, HAS_FAILED).group_by(ITS)
    return {UUID(key): count for key, count in session.execute(query)}


def count_waiting(session: Session, webhook_id: UUID) -> int:
    """How many are still to be sent by it."""
    query = select(func.count()).where(OF_WEBHOOKS, str(webhook_id) == ITS, IS_OPEN)
    return session.scalar(query) or 0


def begin_again(session: Session, webhook_id: UUID, of_those: ColumnElement[bool], now: datetime) -> int:
    """Send these of its messages as if they were new: how many."""
    fresh = {"created_at": now, "available_at": now, "attempts": 0, "last_error": "", "begun": 0}
    fresh |= dict.fromkeys(("published_at", "done_at", "failed_at", "cancelled_reason"))
    its = update(OutboxMessage).where(OF_WEBHOOKS, str(webhook_id) == ITS, of_those)
    return session.execute(its.values(fresh), execution_options=PLAIN).rowcount


def promise_again(
    session: Session, webhook: Webhook, events: Sequence[str], since: datetime, until: datetime, now: datetime
) -> int:
    """Promise what happened between, in its order, except what is still to be sent: how many."""
    of_event = OutboxMessage.payload["event_id"].astext == cast(Event.id, Text)
    waits = select(OutboxMessage.id).where(OF_WEBHOOKS, str(webhook.id) == ITS, of_event, IS_OPEN)
    row = func.row_number().over(order_by=(Event.at, Event.case_id, Event.number))
    names = {"webhook_id": str(webhook.id), "event_id": Event.id, "case_id": Event.case_id, "event": EVENT}
    pairs = [part for name, value in names.items() for part in (name, value)]
    query = select(
        func.uuidv7(),
        literal(SEND_WEBHOOK),
        func.jsonb_build_object(*pairs),
        literal(now),
        literal(now) + row * cast(APART, Interval),
        literal(0),
        literal(0),
        literal(""),
    ).where(EVENT.in_(events), Event.at >= since, Event.at < until, Event.disposed_at.is_(None), ~waits.exists())
    columns = ("id", "task", "payload", "created_at", "available_at", "attempts", "begun", "last_error")
    made = insert(OutboxMessage.__table__).from_select(columns, query)
    return session.execute(made, execution_options={"preserve_rowcount": True}).rowcount
