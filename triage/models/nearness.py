"""What tells that a member of staff may be near to a family: where they live, and what they said themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import INTERESTS


class StaffHome(Base):
    """The postcode of somebody's home, where they gave it: read by themselves and by who looks after accounts."""

    __tablename__ = "staff_homes"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    postcode: Mapped[str | None]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class DeclaredInterest(Keyed, Base):
    """That a case is about somebody's own family, or about people whom they know. By its reference, looked up by nobody
    until information governance asks, so that whoever declares does not learn whether there is such a case.
    """

    __tablename__ = "declared_interests"
    __table_args__ = (Index("ix_declared_interests_user_id", "user_id"),)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reference: Mapped[str]
    relation: Mapped[str] = mapped_column(code_of("relation", tuple(INTERESTS)))
    words: Mapped[str] = mapped_column(default="")
    declared_at: Mapped[datetime]
