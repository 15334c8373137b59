"""A question put to a partner about the people of an enquiry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, Versioned, code_of
from triage.models.codes import CHECK_STATES, LAWFUL_BASES
from triage.models.enquiry import Enquiry


class AgencyCheck(Keyed, Versioned, Base):
    """What was asked of whom, on what lawful basis, and what they said."""

    __tablename__ = "agency_checks"
    __table_args__ = (Index("ix_agency_checks_enquiry_id", "enquiry_id"),)
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"), init=False)
    agency_code: Mapped[str] = mapped_column(ForeignKey("agencies.code"))
    state: Mapped[str] = mapped_column(code_of("state", CHECK_STATES), default="requested")
    lawful_basis: Mapped[str] = mapped_column(code_of("lawful_basis", tuple(LAWFUL_BASES)))
    question: Mapped[str] = mapped_column(default="")
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(default="")
    enquiry: Mapped[Enquiry] = relationship(back_populates="checks")
