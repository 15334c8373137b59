"""Reports that were asked for, made one after the other by the worker and kept."""

from uuid import UUID

from triage.errors import DomainError
from triage.insight.counting import refresh
from triage.insight.quarterly.drawing import draw_all
from triage.insight.quarterly.gathering import gather_report
from triage.insight.quarterly.report import Report, Stamp, keep, stamp_of
from triage.models import QuarterlyReport
from triage.services.desk import Desk
from triage.services.reports import GIVEN_UP
from triage.store.ledger import find_last_checkpoint
from triage.store.reports import take_next
from workflows.quarters import Quarter, read_quarter


def begin_report(desk: Desk) -> UUID | None:
    """Say that the next one is begun; None where none waits, or one is being made. For the service itself."""
    report = take_next(desk.session, desk.now - GIVEN_UP)
    if report is None:
        return None
    report.begun_at = desk.now
    return report.id


def make_report(desk: Desk, key: UUID, *, made_up: bool) -> QuarterlyReport:
    """Make one that was begun, and keep its numbers: or why there are none, in plain words, as `fault`."""
    report = desk.session.get_one(QuarterlyReport, key)
    try:
        numbers, stamp = read_report(desk, read_quarter(report.quarter), made_up=made_up)
        report.checkpoint, report.result, report.charts = stamp.checkpoint, keep(numbers, stamp), draw_all(numbers)
    except DomainError as error:
        report.result = {"fault": str(error)}
    report.finished_at = desk.now
    return report


def read_report(desk: Desk, quarter: Quarter, *, made_up: bool) -> tuple[Report, Stamp]:
    """The numbers of what is on record now, and their stamp. For the service itself: what changed is counted first."""
    refresh(desk.session)
    stamp = stamp_of(find_last_checkpoint(desk.session), desk.now.isoformat(), made_up)
    return gather_report(desk.session, desk.pack, quarter), stamp
