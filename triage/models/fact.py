"""What measures are counted from: a row a thing that is counted, and the numbers kept of them. No name is in any.

The database fills and guards them (decision 31). A fact whose case was disposed of has neither its key nor its
reference: `disposed` says so. A clock is met, missed, cancelled, running or paused; "late" runs past its due time.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from triage.models.base import Base, Keyed


class Counted(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """What each fact has: the local day that it is of, where, and who told us."""

    disposed: Mapped[bool]
    on_day: Mapped[date]
    district: Mapped[str]
    locality: Mapped[str]
    source: Mapped[str]


class EnquiryFact(Keyed, Counted, Base):
    """An enquiry. Local day and hour of receipt; `weekday` is 1 for Monday; `nothing`: no further action for all."""

    __tablename__ = "enquiry_facts"
    __table_args__ = (Index("ix_enquiry_facts_on_day_working_minutes", "on_day", "working_minutes"),)
    reference: Mapped[str]
    rag: Mapped[str]
    hour: Mapped[str]
    weekday: Mapped[str]
    decided: Mapped[bool]
    working_minutes: Mapped[int | None]
    social_care: Mapped[bool]
    early_help: Mapped[bool]
    nothing: Mapped[bool]
    decision_clock: Mapped[str | None]
    screening_clock: Mapped[str | None]


class DecisionFact(Keyed, Counted, Base):
    """Somebody whom an enquiry is about, and the decision in force; `differs`, `lowers`: from what was recommended.

    What came by import is not `compared` with a recommendation.
    """

    __tablename__ = "decision_facts"
    __table_args__ = (
        Index("ix_decision_facts_on_day", "on_day"),
        Index("ix_decision_facts_enquiry_id", "enquiry_id"),
    )
    enquiry_id: Mapped[UUID | None]
    ethnicity: Mapped[str]
    team: Mapped[str]
    rule: Mapped[str]
    route: Mapped[str]
    decided: Mapped[bool]
    differs: Mapped[bool]
    lowers: Mapped[bool]
    says_why_not: Mapped[bool]
    again: Mapped[bool]
    prompted: Mapped[bool]
    compared: Mapped[bool]


class CheckFact(Keyed, Counted, Base):
    """A question put to a partner, by the day on which it was asked. Working minutes until it was answered."""

    __tablename__ = "check_facts"
    __table_args__ = (
        Index("ix_check_facts_on_day_working_minutes", "on_day", "working_minutes"),
        Index("ix_check_facts_enquiry_id", "enquiry_id"),
    )
    enquiry_id: Mapped[UUID | None]
    agency: Mapped[str]
    rag: Mapped[str]
    answer_clock: Mapped[str | None]
    working_minutes: Mapped[int | None]


class ReferralFact(Keyed, Counted, Base):
    """A referral, by the local day on which it was requested."""

    __tablename__ = "referral_facts"
    __table_args__ = (Index("ix_referral_facts_on_day", "on_day"),)
    reference: Mapped[str]
    service: Mapped[str]
    team: Mapped[str]
    ethnicity: Mapped[str]
    re_referral: Mapped[bool]
    stepped_up: Mapped[bool]
    stepped_down: Mapped[bool]
    stepped_up_again: Mapped[bool]
    needs_again: Mapped[bool]
    closure: Mapped[str | None]
    family_rating: Mapped[int | None]
    assessment_kind: Mapped[str | None]
    allocation_clock: Mapped[str | None]
    acceptance_clock: Mapped[str | None]
    first_contact_clock: Mapped[str | None]
    assessment_clock: Mapped[str | None]
    core_assessment_clock: Mapped[str | None]
    conference_clock: Mapped[str | None]
    ehc_decision_clock: Mapped[str | None]
    ehc_plan_clock: Mapped[str | None]


class AssessmentFact(Keyed, Counted, Base):
    """A single assessment that is complete, by the day on which it was. Working days from the referral; its band."""

    __tablename__ = "assessment_facts"
    __table_args__ = (
        Index("ix_assessment_facts_on_day_working_days", "on_day", "working_days"),
        Index("ix_assessment_facts_referral_id", "referral_id"),
    )
    referral_id: Mapped[UUID | None]
    team: Mapped[str]
    band: Mapped[str]
    working_days: Mapped[int | None]


class SecondLookFact(Keyed, Counted, Base):
    """A second look, by the day on which it was given: what the first and the second manager chose.

    `adequate` or better is how the work was graded; None where it was given before anybody graded it.
    """

    __tablename__ = "second_look_facts"
    __table_args__ = (
        Index("ix_second_look_facts_on_day", "on_day"),
        Index("ix_second_look_facts_enquiry_id", "enquiry_id"),
    )
    enquiry_id: Mapped[UUID | None]
    why: Mapped[str]
    decided_as: Mapped[str]
    weighed_as: Mapped[str]
    agreed: Mapped[bool]
    adequate: Mapped[bool | None]


class UnmetNeedFact(Keyed, Counted, Base):
    """A need that nobody could meet, by the day on which that was noted, and what the directory had for it."""

    __tablename__ = "unmet_need_facts"
    __table_args__ = (
        Index("ix_unmet_need_facts_on_day", "on_day"),
        Index("ix_unmet_need_facts_referral_id", "referral_id"),
    )
    referral_id: Mapped[UUID | None]
    need: Mapped[str]
    found: Mapped[str]


class StandingFact(Keyed, Counted, Base):
    """What stands from a day to a day: a row of the day on which it begins (`begins`), one of that on which it ended.

    `what`: a case with a team or with none, a decision that is waited for, a child protection plan, an EHC plan.
    `queue` is where it waits. Of a child protection plan: the child had one before (`again`, of its beginning), it
    stood for two years or more (`two_years`, of its end). What else began and ended on one day has no row.
    """

    __tablename__ = "standing_facts"
    __table_args__ = (
        Index("ix_standing_facts_on_day", "on_day"),
        Index("ix_standing_facts_case_id", "case_id"),
    )
    case_id: Mapped[UUID | None]
    what: Mapped[str]
    team: Mapped[str]
    service: Mapped[str]
    queue: Mapped[str]
    begins: Mapped[bool]
    ended_on: Mapped[date | None]
    again: Mapped[bool | None]
    two_years: Mapped[bool | None]


class CountingDue(Base):
    """A case that is to be counted again: of a case that `kind` names, or of a repeat."""

    __tablename__ = "counting_due"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    case_id: Mapped[UUID]


class Counting(Base):
    """By which definitions the numbers of a fact are kept: others are counted anew, whole."""

    __tablename__ = "countings"
    fact: Mapped[str] = mapped_column(primary_key=True)
    definitions: Mapped[str]


class Rollup(Base):
    """How many of a day, or of the month that begins on it (`span`), a measure counts, `of` how many, in one group.

    `by` is empty for all of them.
    """

    __tablename__ = "rollups"
    by: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    span: Mapped[str] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    counted: Mapped[int]
    of: Mapped[int]


class Spread(Base):
    """How many of a month had a value, in one group: percentiles are read from it.

    `so_far`: of that month and of those before it in its reporting year, which begins in April. A part of a week has
    its own number there.
    """

    __tablename__ = "spreads"
    by: Mapped[str] = mapped_column(primary_key=True)
    spread: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    so_far: Mapped[int] = mapped_column(server_default="0")


class Stay(Base):
    """How many of what waits began on a day and ended on another (infinity: not yet), in one group."""

    __tablename__ = "stays"
    by: Mapped[str] = mapped_column(primary_key=True)
    ended: Mapped[date] = mapped_column(primary_key=True)
    began: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
