"""Who covers for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed
from triage.models.organisation import User


class Cover(Keyed, Base):
    """That somebody is away, and who has their work with their own meanwhile; one at a time.

    It ends before `ends_at`. One that was taken back before it began has no length.
    """

    __tablename__ = "covers"
    __table_args__ = (
        CheckConstraint("user_id <> by_id", "of_two"),
        CheckConstraint("begins_at <= ends_at", "begins_first"),
        ExcludeConstraint(
            ("user_id", "="), (text("tstzrange(begins_at, ends_at)"), "&&"), name="ex_covers_one_at_a_time"
        ),
        Index("ix_covers_by_id", "by_id"),
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    said_at: Mapped[datetime]
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(foreign_keys="Cover.user_id", init=False, viewonly=True)
    by: Mapped[User] = relationship(foreign_keys="Cover.by_id", init=False, viewonly=True)
    said_by: Mapped[User] = relationship(foreign_keys="Cover.said_by_id", init=False, viewonly=True)
