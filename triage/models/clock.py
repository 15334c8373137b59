"""A deadline, as a row: never a countdown queued somewhere that may forget it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.agency_check import AgencyCheck
from triage.models.base import Base, Keyed, code_of
from triage.models.codes import CLOCK_KINDS, CLOCK_STATES
from triage.models.enquiry import Enquiry
from triage.models.referral import Referral


class Clock(Keyed, Base):
    """One running or stopped clock of an enquiry (perhaps of one of its checks) or of a referral.

    `timescale_version` names the row of timescales.yaml that set it. `paused_at` is since when it stands still.
    `warned_at`, `breached_at` and `escalated_at` are the sweep's. `entered_at` is when its end was entered, if that was
    done on paper before.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        CheckConstraint("num_nonnulls(enquiry_id, referral_id) = 1", "of_one_case"),
        CheckConstraint("(state IN ('running', 'paused')) = (stopped_at IS NULL)", "stopped_when_not_running"),
        CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", "paused_when_paused"),
        CheckConstraint("due_at >= started_at", "due_after_start"),
        Index("ix_clocks_enquiry_id", "enquiry_id"),
        Index("ix_clocks_referral_id", "referral_id"),
        Index("ix_clocks_agency_check_id", "agency_check_id", postgresql_where=text("agency_check_id IS NOT NULL")),
        Index("ix_clocks_unstopped", "due_at", postgresql_where=text("stopped_at IS NULL")),
        Index("ix_clocks_warn", "warn_at", postgresql_where=text("state = 'running' AND warned_at IS NULL")),
        Index("ix_clocks_breach", "due_at", postgresql_where=text("state = 'running' AND breached_at IS NULL")),
    )
    enquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("enquiries.id"), init=False)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"), init=False)
    agency_check_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency_checks.id"), init=False)
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(CLOCK_KINDS)))
    variant: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(code_of("state", CLOCK_STATES), default="running")
    started_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    limit_text: Mapped[str]
    authority: Mapped[str]
    escalate_to: Mapped[str]
    timescale_version: Mapped[str]
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)
    entered_at: Mapped[datetime | None] = mapped_column(default=None)
    warned_at: Mapped[datetime | None] = mapped_column(default=None)
    breached_at: Mapped[datetime | None] = mapped_column(default=None)
    escalated_at: Mapped[datetime | None] = mapped_column(default=None)
    enquiry: Mapped[Enquiry | None] = relationship(back_populates="clocks", default=None)
    referral: Mapped[Referral | None] = relationship(back_populates="clocks", default=None)
    agency_check: Mapped[AgencyCheck | None] = relationship(default=None)
    pauses: Mapped[list["ClockPause"]] = relationship(
        back_populates="clock", order_by="ClockPause.paused_at", init=False
    )

    def __post_init__(self) -> None:
        """A new row has none yet: said outright, so that nobody asks the database once it is flushed."""
        self.pauses = []

    @property
    def pause(self) -> "ClockPause | None":
        """Why it stands still now, if it does."""
        return next((each for each in self.pauses if each.resumed_at is None), None)


class ClockPause(Keyed, Base):
    """Why a clock stood still, and from when until when. Appended; only its end is added later.

    It runs on when the office opens on the day `until` at the latest; a manager may let it run on before.
    """

    __tablename__ = "clock_pauses"
    __table_args__ = (
        Index("ix_clock_pauses_clock_id", "clock_id"),
        Index("ix_clock_pauses_until", "until", postgresql_where=text("resumed_at IS NULL")),
    )
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clocks.id"), init=False)
    paused_at: Mapped[datetime]
    paused_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    until: Mapped[date]
    resumed_at: Mapped[datetime | None] = mapped_column(default=None)
    resumed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    clock: Mapped[Clock] = relationship(back_populates="pauses")
