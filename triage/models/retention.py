"""What keeps a file, and which files two people agreed to let go."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import HOLD_REASONS
from triage.models.organisation import User

HELD = "lifted_at IS NULL"


class RetentionRule(Base):
    """A class of the pack's schedule, as the database goes by it; one with `rows` goes by the age of those alone."""

    __tablename__ = "retention_classes"
    __table_args__ = (CheckConstraint("(rows IS NULL) = (days IS NULL)", "rows_by_days"),)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    source: Mapped[str]
    routes: Mapped[list[str]] = mapped_column(default_factory=list)
    section_47: Mapped[bool] = mapped_column(default=False)
    protection_plan: Mapped[bool] = mapped_column(default=False)
    by_hand: Mapped[bool] = mapped_column(default=False)
    since_birth: Mapped[int | None] = mapped_column(default=None)
    since_closing: Mapped[int | None] = mapped_column(default=None)
    died_before_18: Mapped[int | None] = mapped_column(default=None)
    rows: Mapped[str | None] = mapped_column(default=None)
    days: Mapped[int | None] = mapped_column(default=None)


class Hold(Keyed, Base):
    """Why a person or a case is kept whatever the schedule says, until somebody lifts it.

    With `keep_as` it holds nothing by itself: it puts the person into a class that the service cannot know of.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, enquiry_id, referral_id) = 1", "on_one"),
        CheckConstraint("words <> ''", "has_words"),
        CheckConstraint("(reason = 'class') = (keep_as IS NOT NULL)", "class_when_class"),
        CheckConstraint("keep_as IS NULL OR person_id IS NOT NULL", "class_of_a_person"),
        CheckConstraint(
            "num_nonnulls(lifted_at, lifted_by_id, nullif(lifted_reason, '')) IN (0, 3)", "lifted_with_a_reason"
        ),
        Index("ix_holds_person_id", "person_id", postgresql_where=text(HELD)),
        Index("ix_holds_enquiry_id", "enquiry_id", postgresql_where=text(HELD)),
        Index("ix_holds_referral_id", "referral_id", postgresql_where=text(HELD)),
    )
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), default=None)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"), default=None)
    reason: Mapped[str] = mapped_column(code_of("reason", tuple(HOLD_REASONS)))
    keep_as: Mapped[str | None] = mapped_column(default=None)
    words: Mapped[str]
    placed_at: Mapped[datetime]
    placed_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    lifted_reason: Mapped[str] = mapped_column(default="")
    placed_by: Mapped[User] = relationship(foreign_keys="Hold.placed_by_id", init=False, viewonly=True)


class Disposal(Keyed, Versioned, Case, Base):
    """Files that are due on a day, put together by one person and agreed to by another; then they go.

    `counts` says how many rows of each table would go, as it was prepared. `certificate` is the SHA-256 of what was
    done, which the database works out.
    """

    __tablename__ = "disposals"
    __table_args__ = (
        CheckConstraint("approved_by_id <> prepared_by_id", "approved_by_another"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", "approved_by_somebody"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", "withdrawn_by_somebody"),
        CheckConstraint("executed_at IS NULL OR approved_at IS NOT NULL", "executed_when_approved"),
        CheckConstraint("num_nonnulls(approved_at, withdrawn_at) < 2", "one_end"),
    )
    on_day: Mapped[date]
    schedule_hash: Mapped[str]
    counts: Mapped[dict[str, Any]]
    prepared_at: Mapped[datetime]
    prepared_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    executed_at: Mapped[datetime | None] = mapped_column(default=None)
    certificate: Mapped[bytes | None] = mapped_column(default=None)
    prepared_by: Mapped[User] = relationship(foreign_keys="Disposal.prepared_by_id", init=False, viewonly=True)
    approved_by: Mapped[User | None] = relationship(foreign_keys="Disposal.approved_by_id", init=False, viewonly=True)
    items: Mapped[list["DisposalItem"]] = relationship(
        back_populates="disposal", order_by="DisposalItem.code, DisposalItem.references", init=False
    )

    @property
    def state(self) -> str:
        """Where it stands: prepared, withdrawn, approved or executed."""
        steps = ("executed", "approved", "withdrawn")
        return next((step for step in steps if getattr(self, f"{step}_at")), "prepared")


class DisposalItem(Keyed, Base):
    """One file: its cases by key and reference, the class that kept it longest, and since when and until when.

    `skipped` says why it did not go after all. Once it is gone the day that it was counted from is gone too.
    """

    __tablename__ = "disposal_items"
    __table_args__ = (
        CheckConstraint("cardinality(cases) > 0", "has_cases"),
        CheckConstraint(
            "num_nonnulls(excluded_at, excluded_by_id, nullif(excluded_reason, '')) IN (0, 3)",
            "excluded_with_a_reason",
        ),
        Index("ix_disposal_items_disposal_id", "disposal_id"),
    )
    disposal_id: Mapped[UUID] = mapped_column(ForeignKey("disposals.id"), init=False)
    cases: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    references: Mapped[list[str]]
    code: Mapped[str]
    since: Mapped[date | None]
    due_on: Mapped[date]
    people: Mapped[int]
    excluded_at: Mapped[datetime | None] = mapped_column(default=None)
    excluded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    excluded_reason: Mapped[str] = mapped_column(default="")
    skipped: Mapped[str | None] = mapped_column(default=None)
    disposed_at: Mapped[datetime | None] = mapped_column(default=None)
    counts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    disposal: Mapped[Disposal] = relationship(back_populates="items")
