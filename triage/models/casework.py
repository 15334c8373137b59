"""What social care does on a referral, as the Children in Need census, Annex A and the Standard Safeguarding Dataset
have it: assessments, enquiries under section 47, plans. Days are local dates.
"""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import ASSESSMENT_KINDS, PLAN_KINDS
from workflows.census.codes import ABUSE

if TYPE_CHECKING:
    from triage.models.referral import Referral


class Assessment(Keyed, Base):
    """An assessment of the child. `factors` are codes of the census, found by the day on which it was authorised.

    `working_days` are those from the referral to that day; `child_seen` is whether the child was seen during it, None
    of those of which nobody was asked.
    """

    __tablename__ = "assessments"
    __table_args__ = (Index("ix_assessments_referral_id", "referral_id"),)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(ASSESSMENT_KINDS)))
    started_on: Mapped[date]
    internal_review_on: Mapped[date | None] = mapped_column(default=None)
    authorised_on: Mapped[date | None] = mapped_column(default=None)
    working_days: Mapped[int | None] = mapped_column(default=None)
    child_seen: Mapped[bool | None] = mapped_column(default=None)
    factors: Mapped[list[str]] = mapped_column(default_factory=list)
    referral: Mapped["Referral"] = relationship(back_populates="assessments")


class Section47(Keyed, Base):
    """An enquiry under section 47: by when a conference is to be held, when it was, or that none is needed."""

    __tablename__ = "section_47s"
    __table_args__ = (Index("ix_section_47s_referral_id", "referral_id"),)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    started_on: Mapped[date]
    conference_target_on: Mapped[date | None] = mapped_column(default=None)
    conference_on: Mapped[date | None] = mapped_column(default=None)
    conference_not_required: Mapped[bool | None] = mapped_column(default=False)
    referral: Mapped["Referral"] = relationship(back_populates="section_47s")


class Plan(Keyed, Base):
    """A plan for a child in need or under child protection, and the days on which it was reviewed.

    Of a child protection plan: the categories of abuse, and how many such plans the child had before it.
    """

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("previous_plans >= 0", "previous_plans"),
        Index("ix_plans_referral_id", "referral_id"),
    )
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(PLAN_KINDS)))
    started_on: Mapped[date]
    ended_on: Mapped[date | None] = mapped_column(default=None)
    initial_category: Mapped[str | None] = mapped_column(code_of("initial_category", tuple(ABUSE)), default=None)
    latest_category: Mapped[str | None] = mapped_column(code_of("latest_category", tuple(ABUSE)), default=None)
    previous_plans: Mapped[int | None] = mapped_column(default=None)
    reviewed_on: Mapped[list[date]] = mapped_column(ARRAY(Date), default_factory=list)
    referral: Mapped["Referral"] = relationship(back_populates="plans")
