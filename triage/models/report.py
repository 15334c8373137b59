"""The quarterly report: figures that partners sent, what managers said of an indicator, and the reports made."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed
from triage.models.organisation import User

WHOLE = "whole"  # in the place of an indicator: what is said of a report as a whole


class PartnerFigure(Keyed, Base):
    """An indicator's figure from `first` to `last`, of a district or (None) the county: appended, the latest stands.

    `value` is a share of 1, a number or a rate, as the indicator's unit has it; `counted` of `of`, where told.
    """

    __tablename__ = "partner_figures"
    __table_args__ = (
        CheckConstraint("first <= last", "first_before_last"),
        CheckConstraint("counted >= 0 AND counted <= of", "counted_of_those"),
        Index("ix_partner_figures_indicator", "indicator", "last"),
    )
    indicator: Mapped[str]
    district_code: Mapped[str | None] = mapped_column(ForeignKey("districts.code"))
    first: Mapped[date]
    last: Mapped[date]
    value: Mapped[float]
    counted: Mapped[int | None]
    of: Mapped[int | None]
    supplied_by: Mapped[str]
    supplied_on: Mapped[date]
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class ReportComment(Keyed, Base):
    """What a manager said of an indicator in a quarter ("2013-Q4"), or of all of it: appended, the latest stands."""

    __tablename__ = "report_comments"
    __table_args__ = (Index("ix_report_comments_quarter", "quarter"),)
    quarter: Mapped[str]
    indicator: Mapped[str]
    words: Mapped[str]
    written_at: Mapped[datetime]
    written_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    written_by: Mapped[User] = relationship(init=False, viewonly=True)


class QuarterlyReport(Keyed, Base):
    """A report of a quarter ("2013-Q4"): asked for by somebody, made by the worker, kept.

    `result` are its numbers and what they were made of, `charts` are drawn of them (SVG by indicator), and `checkpoint`
    is the ledger's last one when they were read.
    """

    __tablename__ = "quarterly_reports"
    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (result IS NULL)", "finished_with_result"),
        CheckConstraint("finished_at IS NULL OR begun_at IS NOT NULL", "begun_before_finished"),
        Index("ix_quarterly_reports_quarter", "quarter"),
    )
    quarter: Mapped[str]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    checkpoint: Mapped[int | None] = mapped_column(default=None)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    charts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None, deferred=True)
    asked_by: Mapped[User] = relationship(init=False, viewonly=True)
