"""Other systems that are told of what happens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed
from triage.models.organisation import User

SEND_WEBHOOK = "send_webhook"  # the task of its rows in the outbox


class Webhook(Keyed, Base):
    """Where which kinds of event are told, and as whom: of what that account may not see nothing is told.

    `listens_to` are the events of those kinds, as "enquiry.decision_made": the database promises each as it is written.
    Both secrets are sealed; the previous one signs too until `previous_until`. After `failures` in a row nothing is
    tried before `next_try_at`.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("name ~ '^[a-z0-9][a-z0-9-]{0,39}$'", "named"),
        CheckConstraint("kinds <> '{}' AND listens_to <> '{}'", "listens"),
        CheckConstraint("(previous_secret IS NULL) = (previous_until IS NULL)", "two_secrets_for_a_while"),
    )
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kinds: Mapped[list[str]]
    listens_to: Mapped[list[str]]
    secret: Mapped[bytes]
    added_at: Mapped[datetime]
    previous_secret: Mapped[bytes | None] = mapped_column(default=None)
    previous_until: Mapped[datetime | None] = mapped_column(default=None)
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    paused_because: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(default=None)
    user: Mapped[User] = relationship(init=False, lazy="joined", innerjoin=True)
