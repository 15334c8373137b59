"""What somebody without an account tells: kept while they type it, and emptied once it is an enquiry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed
from triage.models.draft import MOST_SEALED


class Telling(Keyed, Base):
    """One form of one visitor, sealed: the database cannot read it.

    Of the code by which it is opened elsewhere stands here only the SHA-256. Once it is sent, what was typed is the
    enquiry's alone, and this row says no more than which that is.
    """

    __tablename__ = "tellings"
    __table_args__ = (
        CheckConstraint(f"octet_length(content) <= {MOST_SEALED}", "content"),
        CheckConstraint("sent_at IS NULL OR content = ''", "sent_is_emptied"),
        CheckConstraint("(sent_at IS NULL) = (enquiry_id IS NULL)", "sent_is_an_enquiry"),
        Index("ix_tellings_expires_at", "expires_at"),
        Index("ix_tellings_enquiry_id", "enquiry_id"),
    )
    reference: Mapped[str] = mapped_column(unique=True)
    content: Mapped[bytes]
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    code_hash: Mapped[bytes | None] = mapped_column(unique=True, default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), default=None)
