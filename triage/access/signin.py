"""Recognising who calls: a person by username and password, a system by bearer token."""

import secrets
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from triage.access.actor import Actor
from triage.access.claiming import claiming
from triage.access.passwords import fits, hash_password, hasher
from triage.access.tokens import digest, new_token
from triage.database import act_as
from triage.models import AccessToken, Credential, User

SCOPES = ("read", "write", "measures")
TOKEN_BEGINS = "triage_"  # noqa: S105 - by which scanners for lost secrets know one
SHOWN = len(TOKEN_BEGINS) + 8  # characters of a token that are kept, to tell which one was lost
MOST_DAYS = 730
USED_EVERY = timedelta(minutes=1)  # when a token was last used is written no more often


@cache
def _nobodys_hash() -> str:
    """Checked for a username that does not exist, so that both answers take as long."""
    return hash_password(secrets.token_hex())


def recognise_person(session: Session, username: str, password: str) -> Actor | None:
    """The person of that username and password, or None: never which of the two was wrong."""
    user = session.scalar(select(User).where(User.username == username.strip().casefold(), User.active))
    actor, key = (actor_of(user), user.id) if user else (None, uuid4())
    with claiming(session, key):
        known = _password_hash(session, key)
        right = fits(known or _nobodys_hash(), password) and known is not None
        if right and hasher().check_needs_rehash(known):
            _rehash(session, key, password)
    return actor if right else None


def _password_hash(session: Session, user_id: UUID) -> str | None:
    return session.scalar(select(Credential.password_hash).where(Credential.user_id == user_id))


def _rehash(session: Session, user_id: UUID, password: str) -> None:
    """Keep it by today's parameters: only whoever signs in can say what it is."""
    mine = update(Credential).where(Credential.user_id == user_id)
    session.execute(mine.values(password_hash=hash_password(password)).execution_options(synchronize_session=False))


def issue_token(session: Session, user: User, name: str, scopes: list[str], now: datetime, days: int = 365) -> str:
    """A new bearer token for a system: returned once, kept only as its hash."""
    token = f"{TOKEN_BEGINS}{new_token()}"
    session.add(
        AccessToken(
            user_id=user.id,
            name=name,
            token_hash=digest(token),
            prefix=token[:SHOWN],
            scopes=scopes,
            created_at=now,
            expires_at=now + timedelta(days=min(days, MOST_DAYS)),
        )
    )
    return token


def recognise_token(session: Session, token: str, now: datetime) -> Actor | None:
    """The system that bears `token`, with its scopes, unless it expired or was revoked. That it came is noted."""
    columns = AccessToken.__table__.columns
    held = aliased(AccessToken, func.token_of(digest(token)).table_valued(*columns), adapt_on_names=True)
    found = session.execute(select(held, User).join(User, User.id == held.user_id)).one_or_none()
    if found is None or not found.User.active or found[0].revoked_at or found[0].expires_at <= now:
        return None
    row, actor = found[0], actor_of(found.User, frozenset(found[0].scopes))
    if row.last_used_at is None or now - row.last_used_at >= USED_EVERY:
        act_as(session, actor)
        mine = update(AccessToken).where(AccessToken.id == row.id)
        session.execute(mine.values(last_used_at=now).execution_options(synchronize_session=False))
    return actor


def actor_of(user: User, scopes: frozenset[str] = frozenset(SCOPES)) -> Actor:
    """The actor that a user is."""
    return Actor(user.id, user.name, user.role, user.team_code, user.locality_code, user.agency_code, scopes)
