"""Recognising who calls: a person by username and password, a system by bearer token."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.access.actor import Actor
from triage.models import AccessToken, User

SCOPES = ("read", "write", "measures")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Checked for a username that does not exist, so that both answers take as long."""
    return _hasher().hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """Argon2id with the library's current parameters (RFC 9106)."""
    return _hasher().hash(password)


def recognise_person(session: Session, username: str, password: str) -> Actor | None:
    """The person of that username and password, or None: never which of the two was wrong."""
    user = session.scalar(select(User).where(User.username == username.strip().casefold(), User.active))
    known = user.password_hash if user and user.password_hash else None
    try:
        _hasher().verify(known or _nobodys_hash(), password)
    except VerificationError:
        return None
    return actor_of(user) if known else None


def issue_token(session: Session, user: User, name: str, scopes: list[str], now: datetime, days: int = 365) -> str:
    """A new bearer token for a system: returned once, kept only as its hash."""
    token = f"triage_{secrets.token_urlsafe(32)}"
    session.add(
        AccessToken(
            user_id=user.id,
            name=name,
            token_hash=_digest(token),
            scopes=scopes,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return token


def recognise_token(session: Session, token: str, now: datetime) -> Actor | None:
    """The system that bears `token`, with the token's scopes, unless it has expired or been revoked."""
    found = session.execute(
        select(User, AccessToken)
        .join(AccessToken, AccessToken.user_id == User.id)
        .where(AccessToken.token_hash == _digest(token), AccessToken.revoked_at.is_(None), User.active)
    ).one_or_none()
    if found is None or found.AccessToken.expires_at <= now:
        return None
    return actor_of(found.User, frozenset(found.AccessToken.scopes))


def actor_of(user: User, scopes: frozenset[str] = frozenset(SCOPES)) -> Actor:
    """The actor that a user is."""
    return Actor(user.id, user.name, user.role, user.team_code, user.locality_code, user.agency_code, scopes)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
