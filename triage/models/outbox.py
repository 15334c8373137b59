"""What must happen later, and what has been answered before."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import NOTICE_KINDS

AS_SAID = "NULLIF(current_setting('triage.{}', true), '')"
OF_WEBHOOKS = "task = 'send_webhook'"


class OutboxMessage(Keyed, Base):
    """Work promised in the transaction that caused it; published by the relay, done once by id.

    `failed_at` is set when every try was used up: a person must look. `cancelled_reason` says why it was never due.
    `request_id` and `traceparent` are of the request that promised it, if one did: the database writes them.
    `begun` counts those that began it and neither did it nor said why not: their process died.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "available_at", postgresql_where=text("done_at IS NULL AND failed_at IS NULL")),
        # By what it names, as a disposal asks: the same holds for the answers below, and for drafts.
        Index("ix_outbox_named", text("jsonb_path_query_array(payload, '$.*')"), postgresql_using="gin"),
        Index("ix_outbox_failed", "failed_at", postgresql_where=text("failed_at IS NOT NULL")),
        # What was sent to another system, the latest last.
        Index("ix_outbox_webhooks", text("(payload ->> 'webhook_id')"), "id", postgresql_where=text(OF_WEBHOOKS)),
    )
    # Whoever promises may not read it again.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - as SQLAlchemy asks for it
    task: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    failed_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_reason: Mapped[str | None] = mapped_column(default=None)
    request_id: Mapped[str | None] = mapped_column(server_default=text(AS_SAID.format("request_id")), init=False)
    traceparent: Mapped[str | None] = mapped_column(server_default=text(AS_SAID.format("traceparent")), init=False)
    begun: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class FailingTask(Base):
    """A task that beat asks for and that has failed, `times` in a row: until it is done, or somebody sets it aside.

    `error` is the kind of what went wrong, without its words. `asked_at` is when somebody asked for it to be tried.
    """

    __tablename__ = "failing_tasks"
    __table_args__ = (CheckConstraint("times > 0", "has_failed"),)
    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    error: Mapped[str]
    asked_at: Mapped[datetime | None] = mapped_column(default=None)


class DailyNotice(Keyed, Base):
    """That a notice of a kind was promised to a user for a local day: once, however often it is asked for."""

    __tablename__ = "daily_notices"
    __table_args__ = (UniqueConstraint("kind", "on_day", "user_id"), Index("ix_daily_notices_outbox_id", "outbox_id"))
    kind: Mapped[str] = mapped_column(code_of("kind", NOTICE_KINDS))
    on_day: Mapped[date]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    outbox_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id"))


class IdempotencyKey(Keyed, Base):
    """The answer once given to a key, so that a repeated request gets the same one and acts once.

    `people` are those whom it shows: whoever is given it again has read them again.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_idempotency_keys_people", "people", postgresql_using="gin"),
        Index("ix_idempotency_keys_named", text("keys_in(body || headers::text)"), postgresql_using="gin"),
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str]
    fingerprint: Mapped[bytes]
    created_at: Mapped[datetime]
    status: Mapped[int | None] = mapped_column(default=None)
    headers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    body: Mapped[str] = mapped_column(default="")
    people: Mapped[list[UUID]] = mapped_column(default_factory=list)
