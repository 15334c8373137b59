"""Queries about the links that letters to partners hold."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from triage.models import CheckLink, User


def find_key_of_link(session: Session, token_hash: bytes) -> UUID | None:
    """Which link has that secret, if any."""
    return session.scalar(select(func.check_link_of(token_hash)))


def find_link(session: Session, key: UUID, now: datetime) -> CheckLink | None:
    """The link of that key, unless it has expired: whoever came by it sees it, and no other."""
    return session.scalar(select(CheckLink).where(CheckLink.id == key, CheckLink.expires_at > now))


def has_account(session: Session, agency_code: str) -> bool:
    """Whether somebody of that agency signs in here, or its system does."""
    theirs = (User.agency_code == agency_code, User.active, User.role.in_(("partner_contributor", "partner_system")))
    return session.scalar(select(User.id).where(*theirs).limit(1)) is not None
