"""A referral: an enquiry accepted for social care or early help. One row a child."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import CLOSURES, REFERRAL_STATES, SERVICES, SOURCES
from triage.models.enquiry import Enquiry, Subject
from triage.models.person import Person

if TYPE_CHECKING:
    from triage.models.clock import Clock


class Referral(Keyed, Versioned, Case, Base):
    """One child's referral to one service. One that came from an old system by import has no enquiry."""

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", "level"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_when_closed"),
        Index("ix_referrals_person_id_requested_at", "person_id", "requested_at"),
        Index("ix_referrals_enquiry_id", "enquiry_id"),
        Index("ix_referrals_subject_id", "subject_id"),
        Index("ix_referrals_locality_code_state", "locality_code", "state"),
        Index("ix_referrals_requested_at", "requested_at", "id"),
    )
    reference: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), init=False)
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), init=False)
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subjects.id"), init=False)
    stepped_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"), init=False)
    service: Mapped[str] = mapped_column(code_of("service", tuple(SERVICES)))
    state: Mapped[str] = mapped_column(code_of("state", REFERRAL_STATES), default="requested")
    level: Mapped[int | None] = mapped_column(default=None)
    section_47: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(code_of("source", tuple(SOURCES)))
    requested_at: Mapped[datetime]
    district_code: Mapped[str | None] = mapped_column(ForeignKey("districts.code"), default=None)
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    team_code: Mapped[str | None] = mapped_column(ForeignKey("teams.code"), default=None)
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    lead_practitioner: Mapped[str] = mapped_column(default="")
    allocated_at: Mapped[datetime | None] = mapped_column(default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    assessed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closure: Mapped[str | None] = mapped_column(code_of("closure", tuple(CLOSURES)), default=None)
    imported_from: Mapped[str | None] = mapped_column(default=None)
    person: Mapped[Person] = relationship()
    enquiry: Mapped[Enquiry | None] = relationship(back_populates="referrals", default=None)
    subject: Mapped[Subject | None] = relationship(default=None)
    stepped_from: Mapped["Referral | None"] = relationship(remote_side="Referral.id", default=None)
    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="referral", order_by="Assignment.assigned_at", init=False
    )
    clocks: Mapped[list["Clock"]] = relationship(back_populates="referral", order_by="Clock.started_at", init=False)

    def __post_init__(self) -> None:
        """A new row has none yet: said outright, so that nobody asks the database once it is flushed."""
        self.assignments, self.clocks = [], []


class Assignment(Keyed, Base):
    """Who had a referral from when: appended and superseded, never overwritten."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_referral_id_current",
            "referral_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    team_code: Mapped[str] = mapped_column(ForeignKey("teams.code"))
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(default="")
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)
    referral: Mapped[Referral] = relationship(back_populates="assignments")
