"""What followed something earlier of the same child within twelve months: kept right by the database alone."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, code_of
from triage.models.codes import REPEATS


class Repeat(Base):
    """A referral (`case_id`) that followed another, or a subject that followed an earlier enquiry, and its local day.

    `before_id` is what it followed, None where that was disposed of; `before_on` its day. `person_id` is the record's.
    """

    __tablename__ = "repeats"
    __table_args__ = tuple(Index(f"ix_repeats_{key}", key) for key in ("person_id", "case_id", "before_id"))
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(REPEATS)), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    on_day: Mapped[date]
    before_id: Mapped[UUID | None]
    before_on: Mapped[date]

    @property
    def days(self) -> int:
        """How long after."""
        return (self.on_day - self.before_on).days
