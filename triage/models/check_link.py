"""A link by which a partner without an account opens one question, and answers it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed


class CheckLink(Keyed, Base):
    """What a letter holds: of its secret only the SHA-256 stands here. It opens until it expires or is answered."""

    __tablename__ = "check_links"
    __table_args__ = (Index("ix_check_links_check_id", "check_id"),)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("agency_checks.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
