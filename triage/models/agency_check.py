"""A question put to a partner about the people of an enquiry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, Versioned, code_of
from triage.models.codes import CHECK_STATES, CONSENTS, LAWFUL_BASES
from triage.models.enquiry import Enquiry
from workflows.agency_check import AGENCY_CHECK


class AgencyCheck(Keyed, Versioned, Base):
    """What was asked of whom, on what lawful basis, with what consent or why without, and what they said.

    `answered_by` is who of the agency answered, as they say it; empty where the hub wrote down what it was told.
    `gone_without` is the reason for which somebody went on before there was an answer.
    """

    __tablename__ = "agency_checks"
    __table_args__ = (Index("ix_agency_checks_enquiry_id", "enquiry_id"),)
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"), init=False)
    agency_code: Mapped[str] = mapped_column(ForeignKey("agencies.code"))
    state: Mapped[str] = mapped_column(code_of("state", CHECK_STATES), default=AGENCY_CHECK.initial)
    workflow_version: Mapped[int] = mapped_column(default=AGENCY_CHECK.version)
    lawful_basis: Mapped[str] = mapped_column(code_of("lawful_basis", tuple(LAWFUL_BASES)))
    question: Mapped[str] = mapped_column(default="")
    consent: Mapped[str] = mapped_column(code_of("consent", tuple(CONSENTS)), default="not_asked")
    consent_reason: Mapped[str] = mapped_column(default="")
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    working_minutes_to_answer: Mapped[int | None] = mapped_column(default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    chased_at: Mapped[datetime | None] = mapped_column(default=None)
    escalated_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[str] = mapped_column(default="", server_default="")
    gone_without: Mapped[str] = mapped_column(default="")
    enquiry: Mapped[Enquiry] = relationship(back_populates="checks")
