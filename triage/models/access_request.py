"""A person's request for what is held about them, what was gathered for it, and what a reviewer kept out."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import ACCESS_STATES, EXPORT_KINDS, HELD_BACK, JUDGEMENTS, RELATIONS
from triage.models.person import Person
from workflows.access_request import ACCESS_REQUEST


class AccessRequest(Keyed, Versioned, Case, Base):
    """Who asks for whose record, how they showed that they may, by when it is due, and how far it has come.

    Another than who made or prepared it approves what is released. `extended_because` is empty until it is extended;
    `end_reason` says why it was refused.
    """

    __tablename__ = "access_requests"
    __table_args__ = (
        CheckConstraint("due_on > received_on", "due_after_receipt"),
        CheckConstraint("approved_by_id <> prepared_by_id AND approved_by_id <> made_by_id", "approved_by_another"),
        CheckConstraint(
            "state NOT IN ('approved', 'released') OR num_nonnulls(prepared_by_id, approved_by_id, approved_at) = 3",
            "approved_before_release",
        ),
        CheckConstraint("(state IN ('released', 'refused')) = (ended_at IS NOT NULL)", "ended_when_over"),
        Index("ix_access_requests_person_id", "person_id"),
    )
    reference: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), init=False)
    state: Mapped[str] = mapped_column(code_of("state", ACCESS_STATES), default=ACCESS_REQUEST.initial)
    workflow_version: Mapped[int] = mapped_column(default=ACCESS_REQUEST.version)
    asked_by: Mapped[str]
    relation: Mapped[str] = mapped_column(code_of("relation", tuple(RELATIONS)))
    identity: Mapped[str] = mapped_column(default="")
    authority: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date]
    due_on: Mapped[date]
    extended_because: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    prepared_at: Mapped[datetime | None] = mapped_column(default=None)
    prepared_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    end_reason: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship()


class AccessExport(Keyed, Base):
    """What was gathered for a request ("material"), or released of it as PDF or JSON: sealed, and not for ever."""

    __tablename__ = "access_exports"
    __table_args__ = (Index("ix_access_exports_request_id", "request_id"),)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("access_requests.id"))
    kind: Mapped[str] = mapped_column(code_of("kind", EXPORT_KINDS))
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]


class AccessJudgement(Keyed, Base):
    """What a reviewer said of one passage of the material: the last of each passage holds, and none is changed."""

    __tablename__ = "access_judgements"
    __table_args__ = (
        CheckConstraint("(choice = 'hold_back') = (held_back_for IS NOT NULL)", "held_back_for_a_reason"),
        Index("ix_access_judgements_material_id", "material_id"),
    )
    request_id: Mapped[UUID] = mapped_column(ForeignKey("access_requests.id"))
    material_id: Mapped[UUID] = mapped_column(ForeignKey("access_exports.id"))
    passage: Mapped[str]
    choice: Mapped[str] = mapped_column(code_of("choice", tuple(JUDGEMENTS)))
    words: Mapped[list[str]] = mapped_column(default_factory=list)
    held_back_for: Mapped[str | None] = mapped_column(code_of("held_back_for", tuple(HELD_BACK)), default=None)
    note: Mapped[str] = mapped_column(default="")
    judged_at: Mapped[datetime]
    judged_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
