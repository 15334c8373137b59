"""The hub's worktray: open enquiries, the worst first, each with its most urgent clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.models import Clock, Enquiry, Subject
from workflows.enquiry import UNSETTLED


@dataclass(frozen=True, slots=True)
class TrayRow:
    """An open enquiry and its most urgent running clock; `paused` are the clocks that stand still."""

    enquiry: Enquiry
    clock: Clock | None
    paused: list[Clock]


def list_worktray(session: Session, now: datetime, *, queue: str | None = None, limit: int = 100) -> list[TrayRow]:
    """Open enquiries of a queue, or of all: the overdue first, then the reds, then by the time left."""
    urgent = _most_urgent()
    query = (
        select(Enquiry)
        .outerjoin(urgent, urgent.c.enquiry_id == Enquiry.id)
        .where(Enquiry.queue == queue if queue else Enquiry.queue.is_not(None))
        .options(*_what_a_line_shows())
        .order_by(*_worst_first(urgent, now))
        .limit(limit)
    )
    return [_lay(enquiry) for enquiry in session.scalars(query)]


def _most_urgent() -> Subquery:
    """Of each enquiry when its first clock is due, and whether it is screened as red."""
    is_red = and_(Clock.kind == "screening", Clock.variant == "red")
    return (
        select(Clock.enquiry_id, func.min(Clock.due_at).label("due_at"), func.bool_or(is_red).label("red"))
        .where(Clock.state == "running", Clock.enquiry_id.is_not(None))
        .group_by(Clock.enquiry_id)
        .subquery()
    )


def _worst_first(urgent: Subquery, now: datetime) -> tuple[ColumnElement[Any], ...]:
    """A red that is decided waits only to be closed, so it presses no more than any other."""
    red = and_(Enquiry.state.in_(UNSETTLED), or_(Enquiry.rag == "red", urgent.c.red))
    return (
        case((urgent.c.due_at < now, 0), else_=1),
        case((red, 0), else_=1),
        urgent.c.due_at.asc().nulls_last(),
        Enquiry.received_at.asc(),
    )


def _what_a_line_shows() -> tuple[Any, ...]:
    subjects = selectinload(Enquiry.subjects)
    return (
        joinedload(Enquiry.owner),
        subjects.selectinload(Subject.recommendations),
        subjects.selectinload(Subject.decisions),
        selectinload(Enquiry.clocks).selectinload(Clock.pauses),
    )


def _lay(enquiry: Enquiry) -> TrayRow:
    paused = [clock for clock in enquiry.clocks if clock.state == "paused"]
    return TrayRow(enquiry, most_urgent(enquiry.clocks), paused)


def most_urgent(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock that is due first."""
    return min((clock for clock in clocks if clock.state == "running"), key=lambda clock: clock.due_at, default=None)
