"""A time in which the service was down, as a manager states it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed
from triage.models.organisation import User


class Outage(Keyed, Base):
    """From when until when, and why: never changed. What was done on paper then may be entered with its true time.

    `done_meanwhile` is how many things people did in the service in that time: many, if it was not down for all.
    """

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("began_at < ended_at AND ended_at <= declared_at", "over"),
        CheckConstraint("ended_at <= began_at + interval '7 days'", "no_longer_than_a_week"),
        CheckConstraint("declared_at <= ended_at + interval '7 days'", "soon_declared"),
        CheckConstraint("reason <> ''", "has_reason"),
    )
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    reason: Mapped[str]
    done_meanwhile: Mapped[int]
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    declared_by: Mapped[User] = relationship(foreign_keys="Outage.declared_by_id", init=False, viewonly=True)
