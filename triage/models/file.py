"""A letter or photograph of an enquiry or a referral."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.enquiry import Enquiry
from triage.models.organisation import User
from triage.uploads.kinds import FILE_KINDS


class File(Keyed, Base):
    """What came with a case, sealed. A wrong one is taken away: its content goes, and the row says who did it and why.

    `size` (bytes) and `sha256` are of what is kept, `sent_sha256` of what was sent: a picture is drawn anew.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("num_nonnulls(enquiry_id, referral_id) = 1", "of_one"),
        CheckConstraint("(removed_at IS NULL) = (content IS NOT NULL)", "gone_when_removed"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", "removed_by_somebody"),
        CheckConstraint("(removed_at IS NULL) = (removed_reason = '')", "removed_with_reason"),
        CheckConstraint("name <> '' AND length(name) <= 120", "named"),
        CheckConstraint("size > 0", "not_empty"),
        Index("ix_files_enquiry_id", "enquiry_id"),
        Index("ix_files_referral_id", "referral_id"),
    )
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), default=None)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"), default=None)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(FILE_KINDS)))
    described: Mapped[str] = mapped_column(default="")
    size: Mapped[int]
    sha256: Mapped[bytes]
    sent_sha256: Mapped[bytes]
    # No list loads it: a case may have a hundred megabytes.
    content: Mapped[bytes | None] = mapped_column(deferred=True, deferred_raiseload=True)
    added_at: Mapped[datetime]
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    removed_reason: Mapped[str] = mapped_column(default="")
    enquiry: Mapped[Enquiry | None] = relationship(init=False, viewonly=True)
    added_by: Mapped[User] = relationship(foreign_keys="File.added_by_id", init=False, viewonly=True)
    removed_by: Mapped[User | None] = relationship(foreign_keys="File.removed_by_id", init=False, viewonly=True)
