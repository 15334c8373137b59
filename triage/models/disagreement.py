"""That a professional who told us disagrees with what was decided, and what another manager answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.clock import Clock
from triage.models.codes import DISAGREEMENT_STATES
from triage.models.enquiry import Enquiry
from triage.models.organisation import User
from workflows.disagreement import DISAGREEMENT

ANSWERED = "num_nonnulls(answered_at, answered_by_id) = CASE WHEN state = 'open' THEN 0 ELSE 2 END"
TOLD = "(state = 'open') = (answer = '') AND (state = 'open') = (reason = '')"


class Disagreement(Keyed, Base):
    """What they said, of which decision, and the answer: `answer` they read, and `reason` is the manager's own.

    `enquiry_id` is where it was decided and `sent_id` what they had sent: another, where that was joined to it. Its
    clock says by when an answer is due. `again` is of the second about one decision.
    """

    __tablename__ = "disagreements"
    __table_args__ = (
        CheckConstraint("words <> ''", "says_what"),
        CheckConstraint(ANSWERED, "answered_whole"),
        CheckConstraint(TOLD, "told_when_answered"),
        Index("ix_disagreements_enquiry_id", "enquiry_id"),
        Index("ix_disagreements_sent_id", "sent_id"),
        Index("uq_disagreements_open", "sent_id", unique=True, postgresql_where=text("state = 'open'")),
    )
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"))
    sent_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"))
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clocks.id"), unique=True, init=False)
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    said_at: Mapped[datetime]
    words: Mapped[str]
    again: Mapped[bool]
    state: Mapped[str] = mapped_column(code_of("state", DISAGREEMENT_STATES), default=DISAGREEMENT.initial)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    answer: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    clock: Mapped[Clock] = relationship()
    enquiry: Mapped[Enquiry] = relationship(foreign_keys="Disagreement.enquiry_id", init=False, viewonly=True)
    sent: Mapped[Enquiry | None] = relationship(foreign_keys="Disagreement.sent_id", init=False, viewonly=True)
    said_by: Mapped[User] = relationship(foreign_keys="Disagreement.said_by_id", init=False, viewonly=True)
    answered_by: Mapped[User | None] = relationship(
        foreign_keys="Disagreement.answered_by_id", init=False, viewonly=True
    )
