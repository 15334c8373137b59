"""Queries about the quarterly report: figures of partners, what was said of indicators, and the reports made."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import PartnerFigure, QuarterlyReport, ReportComment

Key = tuple[str, str | None, date, date]  # indicator, district or None, first and last day
LATEST = PartnerFigure.taken_at.desc(), PartnerFigure.id.desc()


def key_of(figure: PartnerFigure) -> Key:
    """What a figure is of: a later one of the same stands in its place."""
    return figure.indicator, figure.district_code, figure.first, figure.last


def list_figures(session: Session, until: date, indicators: Iterable[str] | None = None) -> Sequence[PartnerFigure]:
    """The figures that stand, of periods that ended by that day: the earliest period first, the county's before."""
    what = PartnerFigure.indicator, PartnerFigure.district_code, PartnerFigure.first, PartnerFigure.last
    query = select(PartnerFigure).ext(distinct_on(*what)).where(PartnerFigure.last <= until)
    if indicators is not None:
        query = query.where(PartnerFigure.indicator.in_(list(indicators)))
    found = session.scalars(query.order_by(*what, *LATEST)).all()
    return sorted(found, key=lambda each: (each.last, each.first, each.district_code or ""))


def list_comments(session: Session, quarter: str) -> dict[str, ReportComment]:
    """What stands of each indicator in a quarter, by its name; what was taken back is empty and not among them."""
    query = select(ReportComment).ext(distinct_on(ReportComment.indicator)).where(ReportComment.quarter == quarter)
    order = ReportComment.indicator, ReportComment.written_at.desc(), ReportComment.id.desc()
    found = session.scalars(query.options(joinedload(ReportComment.written_by)).order_by(*order))
    return {each.indicator: each for each in found if each.words}


def list_reports(session: Session, limit: int) -> Sequence[QuarterlyReport]:
    """What was asked for, the latest first."""
    query = select(QuarterlyReport).options(joinedload(QuarterlyReport.asked_by))
    return session.scalars(
        query.order_by(QuarterlyReport.asked_at.desc(), QuarterlyReport.id.desc()).limit(limit)
    ).all()


def get_report(session: Session, quarter: str, key: UUID | None = None) -> QuarterlyReport:
    """That report of the quarter; without a key, the last that came to something. NotFound where there is none."""
    query = select(QuarterlyReport).options(joinedload(QuarterlyReport.asked_by))
    query = query.where(QuarterlyReport.quarter == quarter, QuarterlyReport.result.has_key("numbers"))
    if key:
        query = query.where(QuarterlyReport.id == key)
    found = session.scalar(query.order_by(QuarterlyReport.finished_at.desc(), QuarterlyReport.id.desc()).limit(1))
    if found is None:
        raise NotFound(Problem("not_found", "No report of this quarter is made yet. Ask for it on the page Reports."))
    return found


def find_waiting(session: Session, quarter: str, since: datetime) -> QuarterlyReport | None:
    """One of the quarter that is still to be made; what was begun before `since` never will be."""
    begun = QuarterlyReport.begun_at.is_(None) | (QuarterlyReport.begun_at > since)
    query = select(QuarterlyReport).where(QuarterlyReport.quarter == quarter, QuarterlyReport.finished_at.is_(None))
    return session.scalar(query.where(begun).limit(1))


def take_next(session: Session, since: datetime) -> QuarterlyReport | None:
    """The one that waits longest, locked; None while another that was begun after `since` is being made."""
    busy = select(QuarterlyReport.id).where(QuarterlyReport.finished_at.is_(None), QuarterlyReport.begun_at > since)
    if session.scalar(busy.limit(1)):
        return None
    waits = select(QuarterlyReport).where(QuarterlyReport.begun_at.is_(None))
    order = QuarterlyReport.asked_at, QuarterlyReport.id
    return session.scalar(waits.order_by(*order).limit(1).with_for_update(skip_locked=True))
