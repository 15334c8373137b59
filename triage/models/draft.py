"""What somebody has begun to type on a page and has not sent yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base

MOST_PATH = 200  # characters
MOST_SEALED = 1_500_000  # bytes: a megabyte typed, sealed and written in base64


class Draft(Base):
    """The fields of one form as they were opened by one person, sealed: the database cannot read them.

    Its key is the form's own, so that two windows of the same page do not write over each other; and each person's
    keys are apart, so that nobody's draft can stand in the way of another's.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint(f"length(page) <= {MOST_PATH}", "page"),
        CheckConstraint(f"octet_length(content) <= {MOST_SEALED}", "content"),
        Index("ix_drafts_user_id_page", "user_id", "page"),
        Index("ix_drafts_expires_at", "expires_at"),
        Index("ix_drafts_named", text("keys_in(page)"), postgresql_using="gin"),
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    page: Mapped[str]
    content: Mapped[bytes]
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
