"""Queries about professionals who disagree: of one enquiry, of what one sent, and those that wait for an answer."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem
from triage.models import Disagreement, Enquiry, Event

# Mostly nobody waits, and then nothing else is asked for. What was said first is due first,
# unless a manager paused its clock: each has as long.
UNANSWERED = (
    select(Disagreement)
    .where(Disagreement.state == "open")
    .options(selectinload(Disagreement.clock), selectinload(Disagreement.enquiry).selectinload(Enquiry.subjects))
    .order_by(Disagreement.said_at, Disagreement.id)
    .limit(bindparam("most"))
)
BESIDE = (
    Disagreement.clock,
    Disagreement.enquiry,
    Disagreement.sent,
    Disagreement.said_by,
    Disagreement.answered_by,
)
WHOLE = tuple(map(selectinload, BESIDE))
IN_ORDER = (Disagreement.said_at, Disagreement.id)
THESE = bindparam("enquiries", expanding=True)
OF_ENQUIRIES = (
    select(Disagreement)
    .where(or_(Disagreement.enquiry_id.in_(THESE), Disagreement.sent_id.in_(THESE)))
    .options(*WHOLE)
    .order_by(*IN_ORDER)
)


def get_disagreement(session: Session, key: UUID) -> Disagreement:
    """The disagreement of that key. NotFound if this actor may not see the enquiry."""
    row = session.get(Disagreement, key, options=WHOLE)
    if row is None:
        raise NotFound(Problem("not_found", "There is no such disagreement, or it is not yours to see."))
    return row


def list_disagreements(session: Session, enquiry_ids: Collection[UUID]) -> Sequence[Disagreement]:
    """Those about a decision of these enquiries, or of what they were joined into, the first said first."""
    return session.scalars(OF_ENQUIRIES, {"enquiries": [*enquiry_ids]}).all()


def list_said(session: Session, sent_ids: Collection[UUID]) -> Sequence[Disagreement]:
    """What was said of the decisions on what these enquiries told, the first said first."""
    query = select(Disagreement).where(Disagreement.sent_id.in_(sent_ids)).options(joinedload(Disagreement.clock))
    return session.scalars(query.order_by(*IN_ORDER)).all()


def list_unanswered(session: Session, limit: int) -> tuple[Sequence[Disagreement], int]:
    """Those that wait for a manager, the first said first, of what this actor sees; and how many there are."""
    rows = session.scalars(UNANSWERED, {"most": limit}).all()
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
