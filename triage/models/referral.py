"""A referral: a person handed from the front door to a service, whose table says how it goes on. One row a child."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import CLOSURES, RAGS, SERVICES, SOURCES, TABLES, TRANSFER_STATES
from triage.models.enquiry import Enquiry, Subject
from triage.models.organisation import User
from triage.models.person import Person
from workflows.census.codes import PRIMARY_NEEDS
from workflows.transfer import TRANSFER

if TYPE_CHECKING:
    from triage.models.casework import Assessment, Plan, Section47
    from triage.models.clock import Clock


QUEUE = (
    "CASE WHEN state = 'closed' THEN NULL WHEN service = 'other_authority' THEN 'other_authority'"
    " WHEN team_code IS NULL THEN 'hub' ELSE team_code END"
)
# A row that stands on an earlier version of its table may have a state that there is no more, until it is moved.
STATE_OF_SERVICE = " OR ".join(
    f"service = '{service}' AND (workflow_version < {table.version} OR state IN {table.states})"
    for service, table in TABLES.items()
)

# What came by import stands as it was told, whether or not that makes two.
ONE_OPEN = "service IN ('social_care', 'early_help') AND state <> 'closed' AND imported_from IS NULL"


class Referral(Keyed, Versioned, Case, Base):
    """One person's referral to one service. One that came from an old system by import has no enquiry.

    `queue` is the one place where an open referral waits: its team's, the hub's while it has none, or the hub's own of
    what another authority has been told of. `to_authority` is that authority's name, as far as anybody knows it.
    `primary_need` is a census code; `conference_on` is for a child protection conference without section 47 here.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", "level"),
        CheckConstraint(STATE_OF_SERVICE, "state_of_service"),
        CheckConstraint("family_rating BETWEEN 1 AND 5", "family_rating"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_when_closed"),
        Index("ix_referrals_person_id_requested_at", "person_id", "requested_at"),
        Index("ix_referrals_enquiry_id", "enquiry_id"),
        Index("ix_referrals_file_id", text("COALESCE(enquiry_id, id)")),
        Index("ix_referrals_subject_id", "subject_id"),
        Index("ix_referrals_stepped_from_id", "stepped_from_id", postgresql_where=text("stepped_from_id IS NOT NULL")),
        Index("ix_referrals_locality_code_state", "locality_code", "state"),
        Index("ix_referrals_requested_at", "requested_at", "id"),
        Index("ix_referrals_queue", "queue", postgresql_where=text("queue IS NOT NULL")),
        Index(
            "uq_referrals_person_id_service_open",
            "person_id",
            "service",
            unique=True,
            postgresql_where=text(ONE_OPEN),
        ),
    )
    reference: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), init=False)
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), init=False)
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subjects.id"), init=False)
    stepped_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"), init=False)
    service: Mapped[str] = mapped_column(code_of("service", tuple(SERVICES)))
    state: Mapped[str]
    workflow_version: Mapped[int]
    level: Mapped[int | None] = mapped_column(default=None)
    rag: Mapped[str | None] = mapped_column(code_of("rag", RAGS), default=None)
    section_47: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(code_of("source", tuple(SOURCES)))
    requested_at: Mapped[datetime]
    district_code: Mapped[str | None] = mapped_column(ForeignKey("districts.code"), default=None)
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    team_code: Mapped[str | None] = mapped_column(ForeignKey("teams.code"), default=None)
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    provider_code: Mapped[str | None] = mapped_column(ForeignKey("providers.code"), default=None)
    to_authority: Mapped[str | None] = mapped_column(default=None)
    lead_practitioner: Mapped[str] = mapped_column(default="")
    child_protection_plan: Mapped[bool] = mapped_column(default=False)
    primary_need: Mapped[str | None] = mapped_column(code_of("primary_need", tuple(PRIMARY_NEEDS)), default=None)
    conference_on: Mapped[date | None] = mapped_column(default=None)
    family_rating: Mapped[int | None] = mapped_column(default=None)
    rating_reason: Mapped[str] = mapped_column(default="")
    allocated_at: Mapped[datetime | None] = mapped_column(default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    contacted_at: Mapped[datetime | None] = mapped_column(default=None)
    assessed_at: Mapped[datetime | None] = mapped_column(default=None)
    assessment_expected_on: Mapped[date | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closure: Mapped[str | None] = mapped_column(code_of("closure", tuple(CLOSURES)), default=None)
    imported_from: Mapped[str | None] = mapped_column(default=None)
    queue: Mapped[str | None] = mapped_column(Computed(QUEUE, persisted=True), init=False)
    worker: Mapped[User | None] = relationship(foreign_keys="Referral.worker_id", init=False, viewonly=True)
    person: Mapped[Person] = relationship()
    enquiry: Mapped[Enquiry | None] = relationship(back_populates="referrals", default=None)
    subject: Mapped[Subject | None] = relationship(default=None)
    stepped_from: Mapped["Referral | None"] = relationship(remote_side="Referral.id", default=None)
    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="referral", order_by="Assignment.assigned_at", init=False
    )
    clocks: Mapped[list["Clock"]] = relationship(back_populates="referral", order_by="Clock.started_at", init=False)
    discussions: Mapped[list["StrategyDiscussion"]] = relationship(
        back_populates="referral", order_by="StrategyDiscussion.called_at", init=False
    )
    transfers: Mapped[list["Transfer"]] = relationship(
        back_populates="referral", order_by="Transfer.offered_at", init=False
    )
    assessments: Mapped[list["Assessment"]] = relationship(
        back_populates="referral", order_by="(Assessment.started_on, Assessment.id)", init=False
    )
    section_47s: Mapped[list["Section47"]] = relationship(
        back_populates="referral", order_by="(Section47.started_on, Section47.id)", init=False
    )
    plans: Mapped[list["Plan"]] = relationship(
        back_populates="referral", order_by="(Plan.started_on, Plan.id)", init=False
    )

    def __post_init__(self) -> None:
        """A new row has none yet: said outright, so that nobody asks the database once it is flushed."""
        self.assignments, self.clocks, self.discussions, self.transfers = [], [], [], []
        self.assessments, self.section_47s, self.plans = [], [], []

    @property
    def offer(self) -> "Transfer | None":
        """The transfer that is on offer now, if one is."""
        return next((each for each in self.transfers if each.state == "offered"), None)


class Assignment(Keyed, Base):
    """Who had a referral from when: appended and superseded, never overwritten."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("ix_assignments_referral_id", "referral_id"),
        Index(
            "uq_assignments_referral_id_current",
            "referral_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    team_code: Mapped[str] = mapped_column(ForeignKey("teams.code"))
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(default="")
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)
    referral: Mapped[Referral] = relationship(back_populates="assignments")


class StrategyDiscussion(Keyed, Base):
    """Who was called to decide whether to open section 47, who came, and what they decided.

    `opened_section_47` is None until it was held. `reason` is why not, or why it went ahead without somebody.
    """

    __tablename__ = "strategy_discussions"
    __table_args__ = (Index("ix_strategy_discussions_referral_id", "referral_id"),)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    called_at: Mapped[datetime]
    called_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    invited: Mapped[list[str]]
    held_at: Mapped[datetime | None] = mapped_column(default=None)
    came: Mapped[list[str]] = mapped_column(default_factory=list)
    opened_section_47: Mapped[bool | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    referral: Mapped[Referral] = relationship(back_populates="discussions")


class Transfer(Keyed, Versioned, Base):
    """An open case offered to another team (`to_team_code`) or authority (`to_authority`), and what they said."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("num_nonnulls(to_team_code, to_authority) = 1", "to_one"),
        CheckConstraint("(state = 'offered') = (ended_at IS NULL)", "ended_when_answered"),
        Index(
            "uq_transfers_referral_id_offered", "referral_id", unique=True, postgresql_where=text("state = 'offered'")
        ),
        Index("ix_transfers_referral_id", "referral_id"),
    )
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"), init=False)
    state: Mapped[str] = mapped_column(code_of("state", TRANSFER_STATES), default=TRANSFER.initial)
    workflow_version: Mapped[int] = mapped_column(default=TRANSFER.version)
    to_team_code: Mapped[str | None] = mapped_column(ForeignKey("teams.code"), default=None)
    to_authority: Mapped[str | None] = mapped_column(default=None)
    from_locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    to_locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    reason: Mapped[str]
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    answer_reason: Mapped[str] = mapped_column(default="")
    referral: Mapped[Referral] = relationship(back_populates="transfers")
