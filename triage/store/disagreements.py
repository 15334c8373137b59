"""Queries about professionals who disagree: of one enquiry, of what one sent, and those that wait for an answer."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Clock, Disagreement, Enquiry, Event


def get_disagreement(session: Session, key: UUID) -> Disagreement:
    """The disagreement of that key. NotFound if this actor may not see the enquiry."""
    row = session.get(Disagreement, key, options=_whole())
    if row is None:
        raise NotFound(Problem("not_found", "There is no such disagreement, or it is not yours to see."))
    return row


def list_disagreements(session: Session, enquiry_ids: Collection[UUID]) -> Sequence[Disagreement]:
    """Those about a decision of these enquiries, or of what they were joined into, the first said first."""
    about = or_(Disagreement.enquiry_id.in_(enquiry_ids), Disagreement.sent_id.in_(enquiry_ids))
    return session.scalars(select(Disagreement).where(about).options(*_whole()).order_by(*_in_order())).all()


def list_said(session: Session, sent_ids: Collection[UUID]) -> Sequence[Disagreement]:
    """What was said of the decisions on what these enquiries told, the first said first."""
    query = select(Disagreement).where(Disagreement.sent_id.in_(sent_ids)).options(joinedload(Disagreement.clock))
    return session.scalars(query.order_by(*_in_order())).all()


def list_unanswered(session: Session, limit: int) -> tuple[Sequence[Disagreement], int]:
    """Those that wait for a manager, the first due first, of what this actor sees; and how many there are."""
    waits = Disagreement.state == "open"
    subjects = joinedload(Disagreement.enquiry).selectinload(Enquiry.subjects)
    query = select(Disagreement).join(Disagreement.clock).where(waits).options(*_whole(), subjects)
    rows = session.scalars(query.order_by(Clock.due_at, Disagreement.id).limit(limit)).all()
    return rows, len(rows) if len(rows) < limit else count_unanswered(session)


def count_unanswered(session: Session) -> int:
    """How many wait for a manager, of what this actor sees."""
    return session.scalar(select(func.count()).select_from(Disagreement).where(Disagreement.state == "open")) or 0


def find_of_clock(session: Session, clock_id: UUID) -> Disagreement:
    """The one whose answer that clock times."""
    return session.scalars(select(Disagreement).where(Disagreement.clock_id == clock_id)).one()


def list_withdrawers(session: Session, enquiry_id: UUID) -> Sequence[UUID]:
    """Whoever ever withdrew it: that was its decision, if it had no other."""
    withdrawn = (Event.case_id == enquiry_id, Event.type == "enquiry_withdrawn")
    return session.scalars(select(Event.actor_id).where(*withdrawn)).all()


def _in_order() -> tuple[Any, ...]:
    return Disagreement.said_at, Disagreement.id


def _whole() -> tuple[Any, ...]:
    beside = (Disagreement.clock, Disagreement.enquiry, Disagreement.sent)
    return tuple(map(joinedload, (*beside, Disagreement.said_by, Disagreement.answered_by)))
