"""Asking for the report of a quarter, which the worker makes, and saying something of an indicator in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.access.permissions import has
from triage.errors import Forbidden, Problem, invalid
from triage.models import QuarterlyReport, ReportComment
from triage.models.report import WHOLE
from triage.services.desk import Desk
from triage.store.reports import find_waiting
from workflows.guards import say_date
from workflows.quarters import HOW, Quarter, read_quarter

GIVEN_UP = timedelta(minutes=15)  # as long as the worker may take; what is begun and not done by then came to nothing
WRITES = "reports.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReport:
    """The report of a quarter, as it is written: "2013-Q4"."""

    quarter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What is said of an indicator in a quarter, or of all of it (WHOLE); no words take back what was said."""

    quarter: str
    indicator: str
    words: str = ""


def ask_for_report(desk: Desk, command: AskReport) -> QuarterlyReport:
    """Keep what is asked for, or what was asked before and is on its way.

    Forbidden for a role that makes no reports; Invalid where it is no quarter, or one that is not over.
    """
    admit(desk)
    quarter = insist_over(desk, command.quarter)
    waiting = find_waiting(desk.session, str(quarter), desk.now - GIVEN_UP)
    if waiting:
        return waiting
    report = QuarterlyReport(quarter=str(quarter), asked_by_id=desk.actor.id, asked_at=desk.now)
    desk.session.add(report)
    desk.session.flush()
    return report


def insist_over(desk: Desk, written: str) -> Quarter:
    """The quarter that is written so. Invalid where it is none, or not over: its numbers would still change."""
    quarter = read_quarter(written)
    if quarter is None:
        raise invalid("quarter", HOW, "unknown_quarter")
    if desk.today <= quarter.last:
        message = f"{quarter.name} is not over. Ask for its report once it is, after {say_date(quarter.last)}."
        raise invalid("quarter", message, "not_over")
    return quarter


def comment(desk: Desk, command: Comment, indicators: Collection[str]) -> ReportComment:
    """Keep what is said beside what was said before. Invalid where there is no such quarter or indicator."""
    admit(desk)
    quarter = insist_over(desk, command.quarter)
    if command.indicator != WHOLE and command.indicator not in indicators:
        raise invalid("about", "The report has no such indicator. Choose one of its own.", "unknown_indicator")
    said = ReportComment(
        quarter=str(quarter),
        indicator=command.indicator,
        words=command.words,
        written_at=desk.now,
        written_by_id=desk.actor.id,
    )
    desk.session.add(said)
    desk.session.flush()
    return said


def has_given_up(report: QuarterlyReport, now: datetime) -> bool:
    """Whether the worker began it and never came to an end."""
    return report.finished_at is None and report.begun_at is not None and now - report.begun_at > GIVEN_UP


def admit(desk: Desk) -> None:
    """Forbidden for a role that makes no reports and writes nothing in them."""
    if not has(WRITES, desk.actor.role):
        raise Forbidden(Problem("role", "Managers of the hub and of early help make the report."))
