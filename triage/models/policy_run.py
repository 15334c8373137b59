"""A version of the thresholds being proved or tried on the past: asked for by somebody, made by the worker, kept."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import POLICY_RUNS
from triage.models.organisation import User
from triage.models.policy import PolicyVersion


class PolicyRun(Keyed, Base):
    """A proof of a text, or a replay of what was received from `first` to `last`, local days of which None is any.

    `hash` is that of the text when it was asked for: of no other is anything told. Nobody is named in what is kept.
    """

    __tablename__ = "policy_runs"
    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (result IS NULL)", "finished_with_result"),
        CheckConstraint("finished_at IS NULL OR begun_at IS NOT NULL", "begun_before_finished"),
        CheckConstraint("kind = 'replay' OR num_nonnulls(first, last) = 0", "days_of_a_replay"),
        CheckConstraint("first <= last", "first_before_last"),
    )
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id"), index=True)
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(POLICY_RUNS)))
    hash: Mapped[str]
    first: Mapped[date | None] = mapped_column(default=None)
    last: Mapped[date | None] = mapped_column(default=None)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    policy: Mapped[PolicyVersion] = relationship(init=False, viewonly=True)
    asked_by: Mapped[User] = relationship(init=False, viewonly=True)
