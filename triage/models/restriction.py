"""Records that few may see, those few, and whoever opened one in an emergency; and the reasons given for opening."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import OPENED_KINDS, OPENING_REASONS, VERDICTS
from triage.models.organisation import User


class Restriction(Keyed, Base):
    """A person whose records only those on a list see: a colleague's child, a famous family. One at a time a person."""

    __tablename__ = "restrictions"
    __table_args__ = (
        Index("uq_restrictions_person_id", "person_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
        CheckConstraint("reason <> ''", "has_reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", "lifted_by_somebody"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reference: Mapped[str]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    lifted_reason: Mapped[str] = mapped_column(default="")
    readers: Mapped[list["RestrictionReader"]] = relationship(order_by="RestrictionReader.added_at", init=False)
    made_by: Mapped[User] = relationship(foreign_keys="Restriction.made_by_id", init=False, viewonly=True)

    def __post_init__(self) -> None:
        """A new row has none yet."""
        self.readers = []


class RestrictionReader(Keyed, Base):
    """Somebody on the list, from when until when."""

    __tablename__ = "restriction_readers"
    __table_args__ = (
        Index(
            "uq_restriction_readers_current",
            "restriction_id",
            "user_id",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )
    restriction_id: Mapped[UUID] = mapped_column(ForeignKey("restrictions.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    user: Mapped[User] = relationship(foreign_keys="RestrictionReader.user_id", init=False, viewonly=True)
    added_by: Mapped[User] = relationship(foreign_keys="RestrictionReader.added_by_id", init=False, viewonly=True)
    removed_by: Mapped[User | None] = relationship(
        foreign_keys="RestrictionReader.removed_by_id", init=False, viewonly=True
    )


class GlassBreak(Keyed, Base):
    """A restricted record opened in an emergency by somebody who is not on its list: two hours, and looked at again."""

    __tablename__ = "glass_breaks"
    __table_args__ = (
        Index("ix_glass_breaks_user_id_ends_at", "user_id", "ends_at"),
        CheckConstraint("reason <> ''", "has_reason"),
        CheckConstraint("ends_at > broken_at AND ends_at <= broken_at + interval '2 hours'", "two_hours"),
        CheckConstraint("reviewed_by_id <> user_id", "reviewed_by_another"),
        CheckConstraint("(verdict IS NULL) = (reviewed_by_id IS NULL)", "reviewed_by_somebody"),
    )
    restriction_id: Mapped[UUID] = mapped_column(ForeignKey("restrictions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    broken_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(code_of("verdict", tuple(VERDICTS)), default=None)
    note: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    user: Mapped[User] = relationship(foreign_keys="GlassBreak.user_id", init=False, viewonly=True)
    restriction: Mapped[Restriction] = relationship(init=False, viewonly=True)


class OpeningReason(Keyed, Base):
    """Why somebody opens a record outside their own team: asked once a shift, and on each reading until it ends."""

    __tablename__ = "opening_reasons"
    __table_args__ = (Index("ix_opening_reasons_user_id_case_id", "user_id", "case_id"),)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    case_kind: Mapped[str] = mapped_column(code_of("case_kind", OPENED_KINDS))
    case_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(code_of("reason", tuple(OPENING_REASONS)))
    words: Mapped[str] = mapped_column(default="")
    stated_at: Mapped[datetime]
    ends_at: Mapped[datetime]
