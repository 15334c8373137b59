"""An enquiry: anything that reaches the front door about a person who may need help, and whom it is about."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import CHANNELS, CONSENTS, ENQUIRY_STATES, RAGS, SOURCES
from triage.models.organisation import User
from triage.models.person import Person
from workflows.enquiry import ENQUIRY

if TYPE_CHECKING:
    from triage.models.agency_check import AgencyCheck
    from triage.models.clock import Clock
    from triage.models.decision import Decision, Recommendation
    from triage.models.referral import Referral


QUEUE = "CASE WHEN state = 'closed' THEN NULL WHEN with_edt THEN 'edt' ELSE state END"


class Enquiry(Keyed, Versioned, Case, Base):
    """What was told, by whom, and where it stands.

    The narrative keeps fact apart from opinion, and what was witnessed apart from what was reported.
    `received_at` is when the hub was told; `logged_at`, never earlier, is when it was written down. `queue` is the one
    place where an open enquiry waits: the Emergency Duty Team's, or that of its state. A row on an earlier
    `workflow_version` is moved before it is worked. `imported_from` is the earlier system that it came from, where it
    was `imported_reference`.
    """

    __tablename__ = "enquiries"
    __table_args__ = (
        CheckConstraint("received_at <= logged_at", "received_before_logged"),
        CheckConstraint("(imported_from IS NULL) = (imported_reference IS NULL)", "imported_by_reference"),
        Index("ix_enquiries_state_received", "state", "received_at"),
        Index("ix_enquiries_received", "received_at", "id"),
        Index("ix_enquiries_logged_by_id", "logged_by_id", "received_at", "id"),
        Index("ix_enquiries_split_from_id", "split_from_id"),
        Index("ix_enquiries_queue", "queue", postgresql_where=text("queue IS NOT NULL")),
        Index("ix_enquiries_joined_into_id", "joined_into_id", postgresql_where=text("joined_into_id IS NOT NULL")),
        Index(
            "uq_enquiries_imported",
            "imported_from",
            "imported_reference",
            unique=True,
            postgresql_where=text("imported_from IS NOT NULL"),
        ),
    )
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(code_of("state", ENQUIRY_STATES), default=ENQUIRY.initial)
    workflow_version: Mapped[int] = mapped_column(default=ENQUIRY.version)
    received_at: Mapped[datetime]
    logged_at: Mapped[datetime]
    out_of_hours: Mapped[bool]
    logged_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    with_edt: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    channel: Mapped[str] = mapped_column(code_of("channel", tuple(CHANNELS)))
    source: Mapped[str] = mapped_column(code_of("source", tuple(SOURCES)))
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agencies.code"), default=None)
    referrer_name: Mapped[str] = mapped_column(default="")
    referrer_role: Mapped[str] = mapped_column(default="")
    referrer_email: Mapped[str | None] = mapped_column(default=None)
    referrer_phone: Mapped[str] = mapped_column(default="", server_default="")
    referrer_may_be_named: Mapped[bool] = mapped_column(default=True)
    who_was_told: Mapped[str] = mapped_column(default="")
    consent: Mapped[str] = mapped_column(code_of("consent", tuple(CONSENTS)), default="not_asked")
    consent_reason: Mapped[str] = mapped_column(default="")
    witnessed: Mapped[str] = mapped_column(default="")
    reported: Mapped[str] = mapped_column(default="")
    opinion: Mapped[str] = mapped_column(default="")
    child_voice: Mapped[str] = mapped_column(default="")
    rag: Mapped[str | None] = mapped_column(code_of("rag", RAGS), default=None)
    authority: Mapped[str] = mapped_column(default="unknown")
    district_code: Mapped[str | None] = mapped_column(ForeignKey("districts.code"), default=None)
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    working_minutes_to_decision: Mapped[int | None] = mapped_column(default=None)
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), default=None)
    joined_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), default=None)
    imported_from: Mapped[str | None] = mapped_column(default=None)
    imported_reference: Mapped[str | None] = mapped_column(default=None)
    queue: Mapped[str | None] = mapped_column(Computed(QUEUE, persisted=True), init=False)
    owner: Mapped[User | None] = relationship(foreign_keys="Enquiry.owner_id", init=False, viewonly=True)
    split_from: Mapped["Enquiry | None"] = relationship(
        foreign_keys="Enquiry.split_from_id", remote_side="Enquiry.id", init=False, viewonly=True
    )
    joined_into: Mapped["Enquiry | None"] = relationship(
        foreign_keys="Enquiry.joined_into_id", remote_side="Enquiry.id", init=False, viewonly=True
    )
    subjects: Mapped[list["Subject"]] = relationship(back_populates="enquiry", order_by="Subject.ordinal", init=False)
    checks: Mapped[list["AgencyCheck"]] = relationship(
        back_populates="enquiry", order_by="AgencyCheck.requested_at", init=False
    )
    clocks: Mapped[list["Clock"]] = relationship(back_populates="enquiry", order_by="Clock.started_at", init=False)
    referrals: Mapped[list["Referral"]] = relationship(
        back_populates="enquiry", order_by="Referral.requested_at", init=False
    )

    def __post_init__(self) -> None:
        """A new row has none yet: said outright, so that nobody asks the database once it is flushed."""
        self.subjects, self.checks, self.clocks, self.referrals = [], [], [], []


class Subject(Keyed, Base):
    """One person whom an enquiry is about, as seen on that day: what was observed, and needs.

    `seen_said_at` is when somebody said what was seen, as the list of indicators has it; None while nobody has.
    `danger_unsure`: whoever told us was not sure whether there is danger now. `imported_person` is how an earlier
    system, or else its file, told this person from others: no row of theirs is taken twice.
    """

    __tablename__ = "subjects"
    __table_args__ = (
        UniqueConstraint("enquiry_id", "ordinal"),
        Index("ix_subjects_person_id", "person_id"),
        Index(
            "uq_subjects_imported_person",
            "imported_person",
            "enquiry_id",
            unique=True,
            postgresql_where=text("imported_person IS NOT NULL"),
        ),
    )
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"), init=False)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), init=False)
    ordinal: Mapped[int]
    name_as_given: Mapped[str]
    indicators: Mapped[list[str]]
    needs: Mapped[str] = mapped_column(default="")
    mobile: Mapped[bool | None] = mapped_column(default=None)
    plan_failed: Mapped[bool | None] = mapped_column(default=None)
    ehc_request: Mapped[bool] = mapped_column(default=False)
    needs_immediate_protection: Mapped[bool | None] = mapped_column(default=None)
    danger_unsure: Mapped[bool] = mapped_column(default=False, server_default="false")
    seen_said_at: Mapped[datetime | None] = mapped_column(default=None)
    imported_person: Mapped[str | None] = mapped_column(default=None)
    enquiry: Mapped[Enquiry] = relationship(back_populates="subjects")
    person: Mapped[Person] = relationship()
    first_views: Mapped[list["FirstView"]] = relationship(
        back_populates="subject", order_by="FirstView.recorded_at", init=False
    )
    recommendations: Mapped[list["Recommendation"]] = relationship(
        back_populates="subject", order_by="(Recommendation.made_at, Recommendation.id)", init=False
    )
    decisions: Mapped[list["Decision"]] = relationship(
        back_populates="subject", order_by="Decision.decided_at", init=False
    )

    def __post_init__(self) -> None:
        """A new row has none yet: said outright, so that nobody asks the database once it is flushed."""
        self.first_views, self.recommendations, self.decisions = [], [], []

    @property
    def recommendation(self) -> "Recommendation":
        """What the policy said last."""
        return self.recommendations[-1]

    @property
    def gravest(self) -> "Recommendation":
        """The gravest that the policy said of them here: what was seen may be taken away, and who must agree stays."""
        return max(reversed(self.recommendations), key=lambda each: (each.section_47, each.level))

    @property
    def least_colour(self) -> str | None:
        """The colour that it has at least while nobody has said what was seen; None once somebody has."""
        if self.seen_said_at is not None:
            return None
        return "red" if self.danger_unsure or self.needs_immediate_protection else "amber"

    @property
    def decision(self) -> "Decision | None":
        """The decision in force, if a person has decided and nobody has reopened since."""
        return next((each for each in self.decisions if each.took_effect_at and each.superseded_at is None), None)

    @property
    def proposal(self) -> "Decision | None":
        """The decision that waits for a manager to approve it."""
        waiting = (each for each in self.decisions if each.took_effect_at is None and each.superseded_at is None)
        return next(waiting, None)

    def first_view_of(self, user_id: UUID) -> "FirstView | None":
        """What that worker thought before seeing what the policy says, if they have said."""
        return next((each for each in self.first_views if each.user_id == user_id), None)


class FirstView(Keyed, Base):
    """A worker's own view of the level, written down before the policy's recommendation was shown to them. Once."""

    __tablename__ = "first_views"
    __table_args__ = (UniqueConstraint("subject_id", "user_id"), CheckConstraint("level BETWEEN 1 AND 4", "level"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), init=False)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    level: Mapped[int]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    subject: Mapped[Subject] = relationship(back_populates="first_views")
    user: Mapped[User] = relationship(init=False, viewonly=True)
