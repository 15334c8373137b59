"""Somebody's word that two records are one person's. It is never overwritten: undone, it says by whom and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed
from triage.models.organisation import User
from triage.models.person import Person


class Merge(Keyed, Base):
    """That `person` and `other`, the later recorded, are one. Both records stay whole; `Person.same_as_id` follows it.

    `evidence` is what spoke for it then, a line a field.
    """

    __tablename__ = "merges"
    __table_args__ = (
        CheckConstraint("person_id < other_id", "two_in_order"),
        CheckConstraint("reason <> ''", "has_reason"),
        CheckConstraint("num_nulls(undone_at, undone_by_id) IN (0, 2)", "undone_by_somebody"),
        CheckConstraint("(undone_at IS NULL) = (undone_reason = '')", "undone_with_reason"),
        Index("ix_merges_person_id", "person_id"),
        Index("ix_merges_other_id", "other_id"),
        Index(
            "uq_merges_standing",
            "person_id",
            "other_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str]
    evidence: Mapped[list[str]]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    undone_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    undone_reason: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship(foreign_keys="Merge.person_id", init=False, viewonly=True)
    other: Mapped[Person] = relationship(foreign_keys="Merge.other_id", init=False, viewonly=True)
    made_by: Mapped[User] = relationship(foreign_keys="Merge.made_by_id", init=False, viewonly=True)
    undone_by: Mapped[User | None] = relationship(foreign_keys="Merge.undone_by_id", init=False, viewonly=True)
