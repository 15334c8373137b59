"""What a person says is wrong about them: kept beside what is recorded, whether it is accepted or not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, Versioned, code_of
from triage.models.codes import CORRECTABLE, RECTIFICATION_STATES
from triage.models.enquiry import Enquiry
from triage.models.person import Person


class Rectification(Keyed, Versioned, Base):
    """A fact of a person (`field`) or a passage of an enquiry (`passage`): what is recorded, and what they say it is.

    Accepted of a fact, that becomes the current one, and what was recorded stays here. `statement` is the person's own,
    which stays beside what was not changed. `search_name` is the folded name that they were known by before.
    """

    __tablename__ = "rectifications"
    __table_args__ = (
        CheckConstraint("num_nonnulls(field, passage) = 1", "of_one_thing"),
        CheckConstraint("(passage IS NULL) = (enquiry_id IS NULL)", "passage_of_an_enquiry"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", "decided_when_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", "decided_by_somebody"),
        CheckConstraint("decided_by_id <> made_by_id", "decided_by_another"),
        Index("ix_rectifications_person_id", "person_id"),
        Index("ix_rectifications_enquiry_id", "enquiry_id"),
        Index(
            "ix_rectifications_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), init=False)
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), init=False)
    field: Mapped[str | None] = mapped_column(code_of("field", tuple(CORRECTABLE)), default=None)
    passage: Mapped[str | None] = mapped_column(default=None)
    recorded: Mapped[str]
    asserted: Mapped[str]
    asked_by: Mapped[str]
    evidence: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(code_of("state", RECTIFICATION_STATES), default="asked")
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    decision_reason: Mapped[str] = mapped_column(default="")
    statement: Mapped[str] = mapped_column(default="")
    search_name: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship()
    enquiry: Mapped[Enquiry | None] = relationship(default=None)
