"""Somebody's word of how two people are related, and when. Taken back, it stays, and says by whom and why."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.organisation import User
from triage.models.person import Person
from workflows.people.family import RELATIONS


class Relationship(Keyed, Base):
    """That `relative` is the `kind` of `person`, from the first day to the last, both included; None: nobody knows.

    `known_by` is how that is known. It is said of two records, and holds of the people whose they are.
    """

    __tablename__ = "relationships"
    __table_args__ = (
        CheckConstraint("person_id <> relative_id", "of_two"),
        CheckConstraint("since <= until", "begins_first"),
        CheckConstraint("known_by <> ''", "is_known"),
        CheckConstraint("num_nulls(withdrawn_at, withdrawn_by_id) IN (0, 2)", "withdrawn_by_somebody"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", "withdrawn_with_reason"),
        Index("ix_relationships_person_id", "person_id"),
        Index("ix_relationships_relative_id", "relative_id"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    relative_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(RELATIONS)))
    since: Mapped[date | None] = mapped_column(default=None)
    until: Mapped[date | None] = mapped_column(default=None)
    known_by: Mapped[str]
    said_at: Mapped[datetime]
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship(foreign_keys="Relationship.person_id", init=False, viewonly=True)
    relative: Mapped[Person] = relationship(foreign_keys="Relationship.relative_id", init=False, viewonly=True)
    said_by: Mapped[User] = relationship(foreign_keys="Relationship.said_by_id", init=False, viewonly=True)
    withdrawn_by: Mapped[User | None] = relationship(
        foreign_keys="Relationship.withdrawn_by_id", init=False, viewonly=True
    )
