"""Accounts: what must be right for one to be opened, and what is known of each."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from triage.access.account_log import record_account
from triage.access.actor import Actor
from triage.access.passwords import check_password, keep_password, words_about
from triage.access.permissions import sees_cases
from triage.errors import Conflict, NotFound, Problem, invalid
from triage.models import AccessToken, AccountEvent, Agency, SignInSession, Team, User
from triage.models.codes import ROLES
from triage.pack import Pack

FIRST_PASSWORD_BYTES = 15  # 120 random bits, to be changed at the first sign-in
AGREED = ("change_agreed", "change_refused")
# Nobody becomes the service, or whoever has no account.
GIVEN_ROLES = {role: name for role, name in ROLES.items() if role not in ("system", "visitor")}


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody does here, and where."""

    role: str
    team_code: str | None = None
    locality_code: str | None = None
    agency_code: str | None = None


def add_account(session: Session, actor: Actor, username: str, name: str, post: Post, now: datetime) -> User:
    """Open an account for somebody who is not here yet. Without a password or another way in, nobody signs in to it.

    One that sees cases is closed until somebody else agrees, unless the service itself opens it: by command.
    """
    known = username.strip().casefold()
    if not known or not name.strip():
        raise invalid("username" if not known else "name", "Say what they are called, and by what name they sign in.")
    if session.scalar(select(User.id).where(User.username == known)) is not None:
        raise invalid("username", "There is an account of that username already.", "taken")
    check_post(session, post)
    user = User(username=known, name=name.strip(), **asdict(post))
    settle(user, actor)
    session.add(user)
    session.flush()
    record_account(session, actor, user.id, "account_opened", now, role=post.role)
    return user


def settle(user: User, actor: Actor) -> None:
    """What this actor did counts at once or, of an account that sees cases, once somebody else has agreed."""
    waits = actor.role != "system" and sees_cases(user.role)
    user.active, user.unagreed_by_id = not waits, actor.id if waits else None


def give_first_password(session: Session, user: User, now: datetime) -> str:
    """One that is random: to be shown once, and changed at the first sign-in."""
    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    keep_password(session, user.id, password, now, must_change=True)
    return password


def give_password(session: Session, user: User, password: str, pack: Pack, now: datetime) -> None:
    """A first password, which whoever signs in with it changes. Invalid where nobody should have it."""
    check_password(password, words_about(pack, user.name, user.username))
    keep_password(session, user.id, password, now, must_change=True)


def check_post(session: Session, post: Post) -> None:
    """Invalid where nobody could do that there."""
    if post.role not in GIVEN_ROLES:
        raise invalid("role", "Choose what they do here.")
    if post.role.startswith("partner_") and (not post.agency_code or session.get(Agency, post.agency_code) is None):
        raise invalid("agency_code", "Give an agency: a partner sees the checks that its agency was asked.")
    team = session.get(Team, post.team_code) if post.team_code else None
    if post.team_code and team is None:
        raise invalid("team_code", "There is no such team.")
    serves_county = team is not None and team.service is not None and team.locality_code is None
    if post.role.startswith("locality_") and not post.locality_code and not serves_county:
        raise invalid("locality_code", "Give a locality, or a team of a service for the whole county.")


def find_account(session: Session, user_id: UUID, *, lock: bool = False) -> User:
    """Somebody's account. NotFound where there is none, and for the service's own."""
    user = session.get(User, user_id, with_for_update={"key_share": True} if lock else None)
    if user is None or user.role == "system":
        raise NotFound(Problem("no_such_account", "There is no such account."))
    return user


def find_unagreed(session: Session, user_id: UUID) -> User | None:
    """The account, locked, if something that was done to it waits until somebody agrees."""
    waits = select(User).where(User.id == user_id, User.unagreed_by_id.is_not(None))
    return session.scalar(waits.with_for_update(key_share=True).execution_options(populate_existing=True))


def list_unagreed(session: Session) -> list[tuple[User, list[AccountEvent]]]:
    """Each account that waits, by name, with what was done to it since somebody last agreed or refused, in order."""
    waits = session.scalars(select(User).where(User.unagreed_by_id.is_not(None)).order_by(User.name, User.username))
    return [(user, _events_since(session, user.id)) for user in waits]


def _events_since(session: Session, user_id: UUID) -> list[AccountEvent]:
    its = AccountEvent.user_id == user_id
    last = select(func.max(AccountEvent.number)).where(its, AccountEvent.type.in_(AGREED)).scalar_subquery()
    later = select(AccountEvent).where(its, AccountEvent.number > func.coalesce(last, 0))
    return list(session.scalars(later.order_by(AccountEvent.number)))


def list_accounts(session: Session) -> list[tuple[User, datetime | None]]:
    """Everybody who has an account, by name, with when they last signed in."""
    last = select(SignInSession.user_id, func.max(SignInSession.created_at).label("at")).group_by(SignInSession.user_id)
    signed_in = last.subquery()
    query = (
        select(User, signed_in.c.at).outerjoin(signed_in, signed_in.c.user_id == User.id).where(User.role != "system")
    )
    return [(user, at) for user, at in session.execute(query.order_by(User.name, User.username))]


def list_tokens(session: Session, user_id: UUID | None = None) -> list[tuple[AccessToken, User]]:
    """Every token of a system, or of all: the newest first."""
    query = select(AccessToken, User).join(User, User.id == AccessToken.user_id).order_by(AccessToken.created_at.desc())
    return [(token, user) for token, user in session.execute(query.where(User.id == user_id) if user_id else query)]


def revoke_tokens(session: Session, user_id: UUID, now: datetime) -> None:
    """None of this account's tokens counts any more."""
    its = update(AccessToken).where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None))
    session.execute(its.values(revoked_at=now).execution_options(synchronize_session=False))


def revoke_token(session: Session, actor: Actor, prefix: str, now: datetime) -> AccessToken:
    """The one token that begins so counts no more. Conflict where none does, or several do, or it is revoked."""
    found = session.scalars(
        select(AccessToken).where(AccessToken.prefix == prefix, AccessToken.revoked_at.is_(None))
    ).all()
    if len(found) != 1 or not prefix:
        raise Conflict(Problem("no_such_token", f"There is no one token in force that begins with {prefix!r}."))
    found[0].revoked_at = now
    record_account(session, actor, found[0].user_id, "token_revoked", now, prefix=prefix)
    return found[0]
