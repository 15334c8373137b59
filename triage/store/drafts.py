"""Queries about drafts. Each asks for one person's own, and the database gives no others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from triage.models import Draft

FRESH = {"populate_existing": True}  # rows are written past the session, which may hold what they were


def write_draft(session: Session, user_id: UUID, key: UUID, **values: Any) -> None:
    """Add it, or write it over what its form held before."""
    added = insert(Draft).values(user_id=user_id, id=key, begun_at=values["saved_at"], **values)
    session.execute(added.on_conflict_do_update(index_elements=[Draft.user_id, Draft.id], set_=values))


def find_draft(session: Session, user_id: UUID, key: UUID, now: datetime) -> Draft | None:
    """The draft of that key, unless it has expired."""
    query = select(Draft).where(Draft.user_id == user_id, Draft.id == key, Draft.expires_at > now)
    return session.scalar(query, execution_options=FRESH)


def list_drafts(session: Session, user_id: UUID, now: datetime, page: str | None = None) -> list[Draft]:
    """This person's drafts, of one page and every place on it or of all, the last saved first."""
    query = select(Draft).where(Draft.user_id == user_id, Draft.expires_at > now)
    if page is not None:
        query = query.where((Draft.page == page) | Draft.page.startswith(f"{page}#", autoescape=True))
    return list(session.scalars(query.order_by(Draft.saved_at.desc(), Draft.id.desc()), execution_options=FRESH))


def drop_draft(session: Session, user_id: UUID, key: UUID) -> str | None:
    """Delete it. The page that it was typed on, or None where there was none."""
    return session.scalar(delete(Draft).where(Draft.user_id == user_id, Draft.id == key).returning(Draft.page))


def drop_oldest(session: Session, user_id: UUID, most: int) -> list[datetime]:
    """Delete this person's drafts beyond `most`. When each of those was begun."""
    query = select(Draft.id).where(Draft.user_id == user_id)
    beyond = query.order_by(Draft.saved_at.desc(), Draft.id.desc()).offset(most)
    dropped = delete(Draft).where(Draft.user_id == user_id, Draft.id.in_(beyond)).returning(Draft.begun_at)
    return list(session.scalars(dropped, execution_options={"synchronize_session": False}))


def drop_expired(session: Session, now: datetime) -> int:
    """Delete everybody's that have expired: the service's alone to do. How many."""
    return session.scalar(select(func.forget_drafts(now))) or 0
