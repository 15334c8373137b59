"""Decisions that are to be looked at a second time: those to draw from, those that wait, and what came of it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, text
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Checkpoint, Decision, Enquiry, SecondLook, Subject
from triage.store.why_nots import DONE
from workflows.calendar import midnight

# Of days before today as they are counted for measures: each row by itself would be asked who may see its decision.
COUNTED_LOOKS = text(
    "SELECT why, decided_as AS decided, weighed_as AS weighed, count(*)::integer AS number FROM measured_second_looks"
    " WHERE on_day >= :first AND on_day < :today GROUP BY 1, 2, 3"
)


def list_undrawn(session: Session, since: datetime) -> Sequence[Decision]:
    """Decisions in force that took effect since then, of which no second look is kept; none that came by import."""
    query = (
        select(Decision)
        .where(Decision.took_effect_at >= since, Decision.superseded_at.is_(None))
        .where(~exists().where(SecondLook.decision_id == Decision.id))
        .where(_made_here())
        .options(joinedload(Decision.recommendation), joinedload(Decision.subject).joinedload(Subject.enquiry))
        .options(joinedload(Decision.subject).joinedload(Subject.person))
        .order_by(Decision.took_effect_at, Decision.id)
    )
    return session.scalars(query).all()


def list_roots(session: Session, since: datetime) -> Sequence[Any]:
    """Of the checkpoints that were made since then, in order, each one's number, `made_at` and root."""
    told = select(Checkpoint.number, Checkpoint.made_at, Checkpoint.root)
    return session.execute(told.where(Checkpoint.made_at >= since).order_by(Checkpoint.number)).all()


def list_waiting_looks(session: Session, limit: int) -> tuple[Sequence[SecondLook], int]:
    """Those that nobody has looked at and this actor may, the oldest first; and how many there are.

    What is weighed again is left out, and what was: there the facts are not what they were, or another decision stands.
    """
    settled = Decision.subject.has(Subject.enquiry.has(Enquiry.state.in_(DONE)))
    waits = (SecondLook.looked_at.is_(None), SecondLook.decision.has(Decision.superseded_at.is_(None) & settled))
    query = select(SecondLook).where(*waits).options(*_whole()).order_by(SecondLook.drawn_at, SecondLook.id)
    count = session.scalar(select(func.count()).select_from(SecondLook).where(*waits))
    return session.scalars(query.limit(limit)).all(), count


def list_given_looks(session: Session, since: datetime, limit: int) -> Sequence[SecondLook]:
    """Those that somebody has given since then, the latest first."""
    query = select(SecondLook).where(SecondLook.looked_at >= since).options(*_whole())
    return session.scalars(query.order_by(SecondLook.looked_at.desc(), SecondLook.id).limit(limit)).all()


def count_given_looks(session: Session, first: date, today: date) -> Sequence[Any]:
    """Of those that somebody has given since that day, how often by `why` what was `decided` and what was `weighed`.

    A look of today is told at once, and so in a row of its own.
    """
    given_today = (
        select(
            SecondLook.why,
            Decision.outcome.label("decided"),
            SecondLook.outcome.label("weighed"),
            literal(1).label("number"),
        )
        .join(SecondLook.decision)
        .where(SecondLook.looked_at >= midnight(today))
    )
    before = session.execute(COUNTED_LOOKS, {"first": first, "today": today})
    return [*before, *session.execute(given_today)]


def list_decided(session: Session, begins: datetime, ends: datetime) -> Sequence[Decision]:
    """Decisions in force that took effect from `begins` to before `ends`, in order; none that came by import."""
    query = (
        select(Decision)
        .where(Decision.took_effect_at >= begins, Decision.took_effect_at < ends, Decision.superseded_at.is_(None))
        .where(_made_here())
        .options(joinedload(Decision.recommendation), joinedload(Decision.decided_by), joinedload(Decision.approved_by))
        .options(joinedload(Decision.subject).joinedload(Subject.enquiry))
        .options(joinedload(Decision.subject).joinedload(Subject.person))
        .order_by(Decision.took_effect_at, Decision.id)
    )
    return session.scalars(query).all()


def _made_here() -> ColumnElement[bool]:
    after = Subject.enquiry.has(Enquiry.logged_at < Decision.decided_at)
    return Decision.subject.has(or_(Subject.imported_person.is_(None), after))


def list_looks_at(session: Session, decisions: Collection[UUID]) -> Sequence[SecondLook]:
    """The second looks that were given at any of these decisions."""
    given = (SecondLook.decision_id.in_(decisions), SecondLook.looked_at.is_not(None))
    return session.scalars(select(SecondLook).where(*given).order_by(SecondLook.looked_at)).all()


def get_look(session: Session, key: UUID) -> SecondLook:
    """The second look, with what was decided and known. NotFound if it is not this actor's to see, or waits again."""
    look = session.get(SecondLook, key, options=_whole())
    if look is None or (look.looked_at is None and not _stands(look.decision)):
        raise NotFound(Problem("not_found", "There is no such second look, or it is not yours to give."))
    return look


def _stands(decision: Decision) -> bool:
    return decision.superseded_at is None and decision.subject.enquiry.state in DONE


def _whole() -> tuple[object, ...]:
    decision = joinedload(SecondLook.decision)
    subject = decision.joinedload(Decision.subject)
    return (
        joinedload(SecondLook.looked_by),
        decision.joinedload(Decision.decided_by),
        decision.joinedload(Decision.approved_by),
        decision.joinedload(Decision.recommendation),
        subject.joinedload(Subject.person),
        subject.joinedload(Subject.enquiry).selectinload(Enquiry.checks),
    )
