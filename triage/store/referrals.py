"""Queries about referrals: a locality's inbox, lists for systems, one with all that belongs to it."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem
from triage.models import Clock, Enquiry, Referral, User
from triage.store.enquiries import Page, paginate


def get_referral(session: Session, key: UUID) -> Referral:
    """The referral with its person, enquiry, assignments and clocks. NotFound if unseen."""
    referral = session.get(Referral, key, options=_whole())
    if referral is None:
        raise NotFound(Problem("not_found", "There is no such referral, or it is not yours to see."))
    return referral


def _whole() -> tuple[Any, ...]:
    return (
        joinedload(Referral.person),
        joinedload(Referral.enquiry).selectinload(Enquiry.subjects),
        selectinload(Referral.assignments),
        selectinload(Referral.clocks),
    )


def list_referrals(session: Session, *, state: str | None, service: str | None, cursor: str | None, limit: int) -> Page:
    """Referrals, latest requested first, `limit` at a time."""
    query = select(Referral).options(*_whole()).order_by(Referral.requested_at.desc(), Referral.id.desc())
    if state:
        query = query.where(Referral.state == state)
    if service:
        query = query.where(Referral.service == service)
    return paginate(session, query, (Referral.requested_at, Referral.id), cursor, limit)


def list_inbox(session: Session, states: tuple[str, ...], *, limit: int = 100) -> tuple[list[Referral], int]:
    """Referrals in these states that this actor may see, the least time left first; and how many there are."""
    there = Referral.state.in_(states)
    urgent = (
        select(Clock.referral_id, func.min(Clock.due_at).label("due_at"))
        .where(Clock.state == "running", Clock.referral_id.is_not(None))
        .group_by(Clock.referral_id)
        .subquery()
    )
    query = (
        select(Referral)
        .outerjoin(urgent, urgent.c.referral_id == Referral.id)
        .where(there)
        .options(*_whole())
        .order_by(urgent.c.due_at.asc().nulls_last(), Referral.requested_at)
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(Referral).where(there))
    return list(session.scalars(query)), total


def list_workers(session: Session, team_code: str) -> list[User]:
    """Those who work in a team and may be given its cases."""
    return list(session.scalars(select(User).where(User.team_code == team_code, User.active).order_by(User.name)))
