"""Queries about the links that letters to partners hold."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from triage.models import AccessToken, CheckLink, SignInSession, User


def find_key_of_link(session: Session, token_hash: bytes) -> UUID | None:
    """Which link has that secret, if any."""
    return session.scalar(select(func.check_link_of(token_hash)))


def find_link(session: Session, key: UUID, now: datetime) -> CheckLink | None:
    """The link of that key, unless it has expired: whoever came by it sees it, and no other."""
    return session.scalar(select(CheckLink).where(CheckLink.id == key, CheckLink.expires_at > now))


def has_account(session: Session, agency_code: str, now: datetime) -> bool:
    """Whether somebody of that agency has signed in here, or its system has a token: an account alone reads nothing."""
    entered = select(SignInSession.user_id).where(SignInSession.owes.is_(None))
    live = select(AccessToken.user_id).where(AccessToken.revoked_at.is_(None), AccessToken.expires_at > now)
    signs_in = and_(User.role == "partner_contributor", User.id.in_(entered))
    uses = or_(signs_in, and_(User.role == "partner_system", User.id.in_(live)))
    return (
        session.scalar(select(User.id).where(User.agency_code == agency_code, User.active, uses).limit(1)) is not None
    )
