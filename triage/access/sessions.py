"""Who is signed in, held here and not in the cookie: begun, found, renewed and ended (OWASP ASVS 5.0, chapter 7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, bindparam, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from triage.access.actor import Actor
from triage.access.signin import actor_of
from triage.access.tokens import digest, new_token
from triage.database import act_as
from triage.models import SignInSession, User

SEEN_EVERY = timedelta(minutes=1)  # when somebody was last seen is written no more often
HALF_SIGNED_IN = timedelta(minutes=10)  # for the second factor, or a first password
STILL_THEIRS = timedelta(hours=24)  # what is sent after a time-out is still known to be this person's
ENDED_THEIRS = timedelta(hours=4)  # and after it was ended for them: by an administrator, or from elsewhere
LEFT = ("signed_out", "replaced")  # by themselves: nothing more is theirs
KEPT = timedelta(days=90)  # so that it can be seen who was signed in, and where
OF_TOKEN = func.session_of(bindparam("token_hash", type_=SignInSession.token_hash.type))
HELD = aliased(SignInSession, OF_TOKEN.table_valued(*SignInSession.__table__.columns), adapt_on_names=True)
HELD_BY = select(HELD, User).join(User, User.id == HELD.user_id)  # put together once: every page asks it


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: without a sign of life, and at all."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class Entered:
    """A session as a request finds it. `owes` must be done before anything else; `timed_out` lets nobody in."""

    id: UUID
    actor: Actor
    username: str
    how: str
    second_factor: bool
    owes: str | None
    timed_out: bool
    challenge: bytes | None


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a session begins: by which way, from which kind of browser, and what is still owed."""

    how: str
    owes: str | None = None
    second_factor: bool = False
    device: str = ""


def begin_session(session: Session, actor: Actor, now: datetime, limits: Limits, beginning: Beginning) -> str:
    """A new session of this person, who acts: its token, which is kept nowhere but in their cookie."""
    token = new_token()
    session.execute(
        delete(SignInSession).where(SignInSession.user_id == actor.id, SignInSession.created_at < now - KEPT)
    )
    session.add(
        SignInSession(
            token_hash=digest(token),
            user_id=actor.id,
            created_at=now,
            last_seen_at=now,
            absolute_end=now + limits.absolute,
            how=beginning.how,
            owes=beginning.owes,
            second_factor=beginning.second_factor,
            device=beginning.device,
        )
    )
    return token


def find_session(session: Session, token: str, now: datetime, limits: Limits) -> Entered | None:
    """The session of that token, if its person still works here: timed out, where it was ended for them just now.

    That they were seen is noted.
    """
    found = session.execute(HELD_BY, {"token_hash": digest(token)}).one_or_none()
    if found is None or not found.User.active:
        return None
    row, user = found
    timed_out = _has_ended(row, now, limits)
    if timed_out and (row.owes or row.ended_why in LEFT or now >= _theirs_until(row)):
        return None
    entered = Entered(
        row.id, actor_of(user), user.username, row.how, row.second_factor, row.owes, timed_out, row.challenge
    )
    if not timed_out and now - row.last_seen_at >= SEEN_EVERY:
        act_as(session, entered.actor)
        session.execute(_of(row.id).values(last_seen_at=now))
    return entered


def _has_ended(row: SignInSession, now: datetime, limits: Limits) -> bool:
    idle = min(limits.idle, HALF_SIGNED_IN) if row.owes else limits.idle
    return row.ended_at is not None or now >= min(row.last_seen_at + idle, row.absolute_end)


def _theirs_until(row: SignInSession) -> datetime:
    """Until when what is sent is known to be this person's. Nothing is read by it."""
    return row.ended_at + ENDED_THEIRS if row.ended_at else row.last_seen_at + STILL_THEIRS


def renew_session(session: Session, entered: Entered, now: datetime, *, owes: str | None, second_factor: bool) -> str:
    """Another token for the session, because its person has shown more of who they are: the old one is worthless."""
    token = new_token()
    renewed = {"token_hash": digest(token), "owes": owes, "second_factor": second_factor, "challenge": None}
    session.execute(_of(entered.id).values(last_seen_at=now, **renewed))
    return token


def keep_challenge(session: Session, entered: Entered, challenge: bytes | None) -> None:
    """What a security key is asked to sign next in this session: once."""
    session.execute(_of(entered.id).values(challenge=challenge))


def list_sessions(session: Session, user_id: UUID, now: datetime, limits: Limits) -> list[SignInSession]:
    """Where this person is signed in now, the newest first."""
    alive = (SignInSession.ended_at.is_(None), SignInSession.last_seen_at > now - limits.idle)
    query = select(SignInSession).where(SignInSession.user_id == user_id, SignInSession.absolute_end > now, *alive)
    return list(session.scalars(query.order_by(SignInSession.created_at.desc())))


def end_session(session: Session, user_id: UUID, session_id: UUID, why: str, now: datetime) -> None:
    """End one session of this person."""
    _end(session, now, why, SignInSession.user_id == user_id, SignInSession.id == session_id)


def end_all(session: Session, user_id: UUID, why: str, now: datetime, but: UUID | None = None) -> None:
    """End every session of this person, or every other one."""
    _end(session, now, why, SignInSession.user_id == user_id, SignInSession.id != but if but else True)


def _end(session: Session, now: datetime, why: str, *which: object) -> None:
    ended = update(SignInSession).where(SignInSession.ended_at.is_(None), *which)
    session.execute(ended.values(ended_at=now, ended_why=why).execution_options(synchronize_session=False))


def _of(session_id: UUID) -> Update:
    return update(SignInSession).where(SignInSession.id == session_id).execution_options(synchronize_session=False)
