"""A version of a council's thresholds on its way from draft to published, and what it said."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import POLICY_STATES

PUBLISHED = "state IN ('published', 'superseded')"
ON_ITS_WAY = "state IN ('draft', 'reviewed')"


def _unique(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, postgresql_where=text(where))


class PolicyVersion(Keyed, Versioned, Case, Base):
    """The text of one version, by its hash. Once reviewed the database refuses to change it.

    What came with the service has no author. Anything else was reviewed, proved and published by others than its
    author; until its first day another may withdraw it. Of one name, one version is published and has no successor yet;
    those before it are superseded, and stay in force for their own days. `policy_version` is the council's name for it
    ("V4"); `version` is the row's.
    """

    __tablename__ = "policies"
    __table_args__ = (
        CheckConstraint("reviewed_by_id <> drafted_by_id", "reviewed_by_another"),
        CheckConstraint("published_by_id <> drafted_by_id", "published_by_another"),
        CheckConstraint(
            "state NOT IN ('published', 'superseded') OR drafted_by_id IS NULL"
            " OR (reviewed_by_id IS NOT NULL AND published_by_id IS NOT NULL"
            " AND coalesce(jsonb_typeof(proof), '') = 'object')",
            "reviewed_and_proved",
        ),
        CheckConstraint("state IN ('published', 'superseded') OR drafted_by_id IS NOT NULL", "has_author"),
        CheckConstraint("state <> 'draft' OR num_nonnulls(reviewed_by_id, reviewed_at) = 0", "draft_is_unreviewed"),
        CheckConstraint(
            "num_nonnulls(withdrawn_by_id, withdrawn_at) = CASE state WHEN 'withdrawn' THEN 2 ELSE 0 END",
            "withdrawn_by_somebody",
        ),
        _unique("uq_policies_name_policy_version", "name", "policy_version", where=PUBLISHED),
        _unique("uq_policies_name_policy_version_on_its_way", "name", "policy_version", where=ON_ITS_WAY),
        _unique("uq_policies_hash", "hash", where=PUBLISHED),
        _unique("uq_policies_name_effective_from_published", "name", "effective_from", where=PUBLISHED),
        _unique("uq_policies_name_published", "name", where="state = 'published'"),
    )
    name: Mapped[str]
    policy_version: Mapped[str]
    effective_from: Mapped[date]
    hash: Mapped[str]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(code_of("state", POLICY_STATES), default="draft")
    drafted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    drafted_at: Mapped[datetime | None] = mapped_column(default=None)
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    proof: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
