"""What is left of what was disposed of, and what a disposal reaches: the database's own, which nobody else reads."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed


class DisposalReach(Base):
    """What of a table a disposal reaches, in order. `change` is what of a row is emptied; else the row goes."""

    __tablename__ = "disposal_reach"
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    reached: Mapped[str]
    condition: Mapped[str]
    change: Mapped[str | None] = mapped_column(default=None)


class DisposedEnquiry(Keyed, Base):
    """An enquiry that is gone, for the numbers of its quarter: no name, no reference, a key of its own."""

    __tablename__ = "disposed_enquiries"
    reference: Mapped[str]
    on_day: Mapped[date]
    source: Mapped[str]
    district: Mapped[str]
    locality: Mapped[str]
    decided: Mapped[bool]
    working_minutes: Mapped[int | None]
    social_care: Mapped[bool]
    early_help: Mapped[bool]
    decision_clock: Mapped[str | None]
    decision_due: Mapped[datetime | None]
    screening_clock: Mapped[str | None]
    screening_due: Mapped[datetime | None]
    level: Mapped[int | None]
    routes: Mapped[list[str] | None]


class DisposedReferral(Keyed, Base):
    """A referral that is gone. `person_id` stands for as long as something else of that person is kept."""

    __tablename__ = "disposed_referrals"
    __table_args__ = (
        Index("ix_disposed_referrals_person_id", "person_id", postgresql_where=text("person_id IS NOT NULL")),
    )
    reference: Mapped[str]
    on_day: Mapped[date]
    service: Mapped[str]
    source: Mapped[str]
    district: Mapped[str]
    locality: Mapped[str]
    re_referral: Mapped[bool]
    allocation_clock: Mapped[str | None]
    allocation_due: Mapped[datetime | None]
    acceptance_clock: Mapped[str | None]
    acceptance_due: Mapped[datetime | None]
    first_contact_clock: Mapped[str | None]
    first_contact_due: Mapped[datetime | None]
    assessment_clock: Mapped[str | None]
    assessment_due: Mapped[datetime | None]
    person_id: Mapped[UUID | None]
