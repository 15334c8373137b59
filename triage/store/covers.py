"""Queries for who covers for whom. Whoever covers for somebody who covers for a third has that one's work too."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from triage.errors import NotFound, Problem
from triage.models import Cover, Enquiry, Referral, User

NONE = "There is no such cover. Open the list again."


def in_hands_of(who: UUID, now: datetime) -> Select[Any]:
    """The keys of everybody whose work this person has: their own, and of those whom they cover for now."""
    return _follow(who, now, Cover.by_id, Cover.user_id)


def in_hands(held_by: InstrumentedAttribute, who: UUID, now: datetime, whose: str) -> ColumnElement[bool]:
    """Whether a case that `held_by` has is "mine", as this person says it, "nobody"'s, or that colleague's, by key."""
    if whose == "nobody":
        return held_by.is_(None)
    return held_by.in_(in_hands_of(who, now)) if whose == "mine" else held_by == UUID(whose)


def list_covering(session: Session, who: UUID, now: datetime) -> list[User]:
    """Those who have this person's work now, by name; nobody while they are here."""
    there = _follow(who, now, Cover.user_id, Cover.by_id)
    query = select(User).where(User.id.in_(there), User.id != who, User.active)
    return list(session.scalars(query.order_by(User.name, User.username)))


def list_covered(session: Session, who: UUID, now: datetime) -> list[Cover]:
    """For whom this person covers now, by name."""
    mine = select(Cover).join(Cover.user).options(contains_eager(Cover.user)).where(Cover.by_id == who, *_stands(now))
    return list(session.scalars(mine.order_by(User.name, Cover.id)))


def list_away(session: Session, now: datetime) -> dict[UUID, str]:
    """Whoever is away now, and what whoever covers for them is called."""
    query = select(Cover.user_id, User.name).join(User, User.id == Cover.by_id).where(*_stands(now))
    return {away: name for away, name in session.execute(query)}


def list_covers(session: Session, now: datetime) -> list[Cover]:
    """Every cover that stands or is to come, by when it begins."""
    query = select(Cover).where(Cover.ends_at > now, Cover.ends_at > Cover.begins_at)
    whose = (joinedload(Cover.user), joinedload(Cover.by), joinedload(Cover.said_by))
    return list(session.scalars(query.options(*whose).order_by(Cover.begins_at, Cover.id)))


def list_held_by(session: Session, who: UUID) -> set[UUID]:
    """The keys of that person's own enquiries and referrals that are not closed, of those that this actor sees."""
    enquiries = select(Enquiry.id).where(Enquiry.owner_id == who, Enquiry.queue.is_not(None))
    referrals = select(Referral.id).where(Referral.worker_id == who, Referral.queue.is_not(None))
    return set(session.scalars(union_all(enquiries, referrals)))


def get_cover(session: Session, key: UUID) -> Cover:
    """That cover, locked until the transaction ends. NotFound where there is none."""
    cover = session.get(Cover, key, with_for_update={"of": Cover}, populate_existing=True)
    if cover is None:
        raise NotFound(Problem("not_found", NONE))
    return cover


def find_overlapping(session: Session, user_id: UUID, begins_at: datetime, ends_at: datetime) -> Cover | None:
    """A cover of that person for some of that time."""
    there = (Cover.user_id == user_id, Cover.begins_at < ends_at, Cover.ends_at > begins_at)
    return session.scalar(select(Cover).where(*there, Cover.ends_at > Cover.begins_at).order_by(Cover.begins_at))


def _stands(now: datetime) -> tuple[Any, ...]:
    return Cover.begins_at <= now, Cover.ends_at > now


def _follow(who: UUID, now: datetime, here: InstrumentedAttribute, there: InstrumentedAttribute) -> Select[Any]:
    """From one to the next, however often; two who cover for each other are met once each."""
    met = select(literal(who, Uuid).label("id")).cte("met", recursive=True)
    met = met.union(select(there).join(met, here == met.c.id).where(*_stands(now)))
    return select(met.c.id)
