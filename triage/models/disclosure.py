"""What was shared about a case, with whom, by whom, and on what basis: appended, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import CONSENTS, LAWFUL_BASES, SHARED_BY
from triage.models.organisation import User


class Disclosure(Keyed, Base):
    """One telling of what is known: of an enquiry, a referral or, where a whole record was released, of a person.

    `because` is the condition relied on or why it was shared without consent. `outbox_id` is the letter that told it.
    """

    __tablename__ = "disclosures"
    __table_args__ = (
        CheckConstraint("num_nonnulls(enquiry_id, referral_id, person_id) = 1", "of_one_case"),
        CheckConstraint("what <> '' AND to_whom <> ''", "says_what_and_to_whom"),
        CheckConstraint("shared_at <= recorded_at", "shared_before_recorded"),
        Index("ix_disclosures_enquiry_id", "enquiry_id"),
        Index("ix_disclosures_referral_id", "referral_id"),
        Index("ix_disclosures_person_id", "person_id"),
        Index("ix_disclosures_outbox_id", "outbox_id", postgresql_where=text("outbox_id IS NOT NULL")),
    )
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), default=None)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"), default=None)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    what: Mapped[str]
    to_whom: Mapped[str]
    shared_at: Mapped[datetime]
    shared_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(code_of("how", tuple(SHARED_BY)))
    lawful_basis: Mapped[str] = mapped_column(code_of("lawful_basis", tuple(LAWFUL_BASES)))
    consent: Mapped[str] = mapped_column(code_of("consent", tuple(CONSENTS)), default="not_asked")
    because: Mapped[str] = mapped_column(default="")
    outbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"), default=None)
    shared_by: Mapped[User] = relationship(init=False, viewonly=True)
