"""Notices of the day: promised once to each person, whoever asks, how often, and however many at once."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from triage.models import DailyNotice, OutboxMessage, User

TASK = "daily_notice"


def promise_notices(session: Session, kind: str, on_day: date, roles: Collection[str], now: datetime) -> int:
    """Promise the notice to everybody active in those roles who has no such promise for that day; how many had none."""
    told = exists().where(DailyNotice.kind == kind, DailyNotice.on_day == on_day, DailyNotice.user_id == User.id)
    waiting = select(User.id).where(User.role.in_(roles), User.active, ~told).order_by(User.id)
    rows = [
        {"id": uuid7(), "kind": kind, "on_day": on_day, "user_id": key, "outbox_id": uuid7()}
        for key in session.scalars(waiting)
    ]
    return _insert(session, rows, now) if rows else 0


def _insert(session: Session, rows: list[dict[str, object]], now: datetime) -> int:
    """Notice and outbox row in one statement, so that neither is ever there without the other."""
    notices = insert(DailyNotice).values(rows).on_conflict_do_nothing()
    made = notices.returning(DailyNotice.outbox_id, DailyNotice.kind, DailyNotice.on_day, DailyNotice.user_id).cte(
        "made"
    )
    pairs = [each for name in ("kind", "on_day", "user_id") for each in (name, made.c[name])]
    at = literal(now)
    what, none = func.jsonb_build_object(*pairs), literal(0)
    promised = select(made.c.outbox_id, literal(TASK), what, at, at, none, none, literal(""))
    columns = ["id", "task", "payload", "created_at", "available_at", "attempts", "begun", "last_error"]
    written = insert(OutboxMessage).from_select(columns, promised).returning(OutboxMessage.id)
    return len(session.execute(written).all())
