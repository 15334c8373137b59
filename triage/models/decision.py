"""What the policy said, and what a person chose. The first never becomes the second by itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, case, cast, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import CONSENTS, RAGS, ROUTES
from triage.models.enquiry import Subject
from triage.models.organisation import User


class Outcome:
    """What has a route and may have section 47."""

    @hybrid_property
    def outcome(self) -> str:
        """What it comes to, in one code: the route, but section 47 before it."""
        return "section_47" if self.section_47 else self.route

    @outcome.inplace.expression
    @classmethod
    def _outcome(cls) -> ColumnElement[str]:
        return case((cls.section_47, "section_47"), else_=cast(cls.route, Text))


class Recommendation(Outcome, Keyed, Base):
    """The policy's answer for one subject, with the facts it was asked about, so that it can be asked again."""

    __tablename__ = "recommendations"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", "level"),
        Index("ix_recommendations_subject_id", "subject_id"),
    )
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), init=False)
    made_at: Mapped[datetime]
    level: Mapped[int]
    route: Mapped[str] = mapped_column(code_of("route", tuple(ROUTES)))
    rag: Mapped[str] = mapped_column(code_of("rag", RAGS))
    section_47: Mapped[bool]
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]]
    policy_name: Mapped[str]
    policy_version: Mapped[str]
    policy_hash: Mapped[str]
    must_be_seen_today: Mapped[bool] = column_property(answer["must_be_seen_today"].as_boolean())
    subject: Mapped[Subject] = relationship(back_populates="recommendations")


class Decision(Outcome, Keyed, Base):
    """What a person chose for one subject, why, and why not each higher route. Reopening supersedes it.

    It takes effect when it is made or, where it needs a manager other than the decider, when one approves it.
    `sibling_reason` says why the outcome differs from that of the brothers and sisters decided with this child,
    `repeat_reason` what is different at a third enquiry in twelve months.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", "level"),
        CheckConstraint("reason <> ''", "has_reason"),
        CheckConstraint("approved_by_id <> decided_by_id", "approved_by_another"),
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", "approved_when_approved"),
        Index(
            "uq_decisions_subject_id_current", "subject_id", unique=True, postgresql_where=text("superseded_at IS NULL")
        ),
        Index("ix_decisions_decided_at", "decided_at"),
        Index("ix_decisions_subject_id", "subject_id"),
        Index("ix_decisions_recommendation_id", "recommendation_id"),
    )
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), init=False)
    recommendation_id: Mapped[UUID] = mapped_column(ForeignKey("recommendations.id"), init=False)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    took_effect_at: Mapped[datetime | None] = mapped_column(default=None)
    level: Mapped[int]
    route: Mapped[str] = mapped_column(code_of("route", tuple(ROUTES)))
    section_47: Mapped[bool]
    consent: Mapped[str] = mapped_column(code_of("consent", tuple(CONSENTS)))
    reason: Mapped[str]
    why_not: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    sibling_reason: Mapped[str] = mapped_column(default="")
    repeat_reason: Mapped[str] = mapped_column(default="")
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)
    subject: Mapped[Subject] = relationship(back_populates="decisions")
    recommendation: Mapped[Recommendation] = relationship()
    decided_by: Mapped[User] = relationship(foreign_keys="Decision.decided_by_id", init=False, viewonly=True)
    approved_by: Mapped[User | None] = relationship(foreign_keys="Decision.approved_by_id", init=False, viewonly=True)

    @property
    def came_by_import(self) -> bool:
        """Whether it was made in an earlier system, by its own rules, and not here after the enquiry was reopened."""
        return self.subject.imported_person is not None and self.decided_at <= self.subject.enquiry.logged_at
