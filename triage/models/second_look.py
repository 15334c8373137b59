"""A decision that another manager weighs blind, to see how far two agree."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import GRADES, LOOKED_AT_FOR, OUTCOMES
from triage.models.decision import Decision
from triage.models.organisation import User


class SecondLook(Keyed, Base):
    """Why a decision is looked at a second time, and what the second manager would have chosen, and why.

    Until somebody has looked there is no answer. `grade` is of the work that led to the decision, None of those that
    were given before it was asked for. `checkpoint` is the number of the one that chance was taken from.
    """

    __tablename__ = "second_looks"
    __table_args__ = (
        CheckConstraint("num_nonnulls(looked_at, looked_by_id, outcome) IN (0, 3)", "looked_whole"),
        CheckConstraint("(looked_at IS NULL) = (reason = '')", "reason_when_looked"),
        CheckConstraint("grade IS NULL OR looked_at IS NOT NULL", "graded_when_looked"),
        Index("ix_second_looks_looked_at", "looked_at"),
    )
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), unique=True)
    why: Mapped[str] = mapped_column(code_of("why", tuple(LOOKED_AT_FOR)))
    checkpoint: Mapped[int | None] = mapped_column(default=None)
    drawn_at: Mapped[datetime]
    looked_at: Mapped[datetime | None] = mapped_column(default=None)
    looked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    outcome: Mapped[str | None] = mapped_column(code_of("outcome", tuple(OUTCOMES)), default=None)
    reason: Mapped[str] = mapped_column(default="")
    grade: Mapped[str | None] = mapped_column(code_of("grade", tuple(GRADES)), default=None)
    decision: Mapped[Decision] = relationship(init=False, viewonly=True)
    looked_by: Mapped[User | None] = relationship(init=False, viewonly=True)
