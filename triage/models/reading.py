"""What was read: one row a page or answer that showed people, chained for each reader."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, InTransaction, Keyed


class Reading(Keyed, InTransaction, Base):
    """Somebody opened `what` (an endpoint's name), of that case if of one, and was shown these `people`.

    Chained for each reader, because two who open one child must not wait for each other, and a reading changes no case.
    """

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("reader_id", "number"),
        CheckConstraint("(case_kind IS NULL) = (case_id IS NULL)", "whole_case"),
        Index("ix_readings_xid", "xid"),
        Index("ix_readings_at", "at"),
        Index("ix_readings_people", "people", postgresql_using="gin"),
    )
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    reader_name: Mapped[str]
    reader_role: Mapped[str]
    purpose: Mapped[str]
    request_id: Mapped[str]
    what: Mapped[str]
    case_kind: Mapped[str | None]
    case_id: Mapped[UUID | None]
    people: Mapped[list[UUID]]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class ReadingHead(Base):
    """The head of a reader's chain: the last number given and the hash of that reading."""

    __tablename__ = "reading_heads"
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    number: Mapped[int]
    hash: Mapped[bytes]
