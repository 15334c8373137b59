"""What an administrator does to accounts: each with a reason, on record, and told to whoever it is about."""

import secrets
from dataclasses import asdict, dataclass
from uuid import UUID

from triage.access.account_log import record_account
from triage.access.accounts import Post, add_account, check_post, find_account
from triage.access.passwords import keep_password
from triage.access.second_factor import remove_all
from triage.access.sessions import end_all
from triage.errors import Conflict, Forbidden, Problem, invalid
from triage.models import User
from triage.services.desk import Desk
from triage.services.interests import keep_home
from triage.services.outbox import promise

KEEPERS = ("administrator", "system")
FIRST_PASSWORD_BYTES = 15  # 120 random bits, to be changed at the first sign-in


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What is done to whose account, and why."""

    user_id: UUID
    reason: str


def open_account(desk: Desk, username: str, name: str, post: Post, *, with_password: bool) -> tuple[User, str | None]:
    """A new account, and its first password, which is shown this once and changed at the first sign-in."""
    _refuse_others(desk)
    user = add_account(desk.session, desk.actor, username, name, post, desk.now)
    return user, _give_first_password(desk, user) if with_password and post.role != "partner_system" else None


def change_post(desk: Desk, change: AccountChange, post: Post) -> User:
    """Somebody does something else from now on, or elsewhere: they sign in again."""
    user = _take(desk, change)
    check_post(desk.session, post)
    before = {name: getattr(user, name) for name in asdict(post)}
    for name, value in asdict(post).items():
        setattr(user, name, value)
    return _done(desk, change, user, "post_changed", before=before, after=asdict(post))


def change_home(desk: Desk, change: AccountChange, postcode: str) -> User:
    """Keep where somebody lives, so that it is seen when they open a record of that address. Nobody is signed out."""
    user = _take(desk, change)
    keep_home(desk, user.id, postcode, change.reason.strip())
    return user


def close_account(desk: Desk, change: AccountChange) -> User:
    """Nobody signs in to it any more. What its person did stays theirs."""
    user = _take(desk, change)
    user.active = False
    return _done(desk, change, user, "account_closed")


def reopen_account(desk: Desk, change: AccountChange) -> User:
    """Its person signs in again."""
    user = _take(desk, change)
    user.active = True
    return _done(desk, change, user, "account_reopened")


def reset_password(desk: Desk, change: AccountChange) -> str:
    """A new first password for whoever forgot theirs: shown this once."""
    user = _take(desk, change)
    password = _give_first_password(desk, user)
    _done(desk, change, user, "password_reset")
    return password


def reset_second_factor(desk: Desk, change: AccountChange) -> User:
    """Whoever lost it sets up another at their next sign-in."""
    user = _take(desk, change)
    remove_all(desk.session, user.id)
    return _done(desk, change, user, "second_factor_reset")


def _take(desk: Desk, change: AccountChange) -> User:
    """The account, locked. Nobody changes their own, so that each change has two people."""
    _refuse_others(desk)
    if not change.reason.strip():
        raise invalid("reason", "Say why, in a few words.")
    user = find_account(desk.session, change.user_id, lock=True)
    if user.id == desk.actor.id:
        raise Conflict(Problem("own_account", "Another administrator must change your account."))
    return user


def _done(desk: Desk, change: AccountChange, user: User, type_: str, **data: object) -> User:
    """Flushed, on record, and told: whoever was signed in to it signs in again."""
    desk.session.flush()
    end_all(desk.session, user.id, "account", desk.now)
    record_account(desk.session, desk.actor, user.id, type_, desk.now, change.reason.strip(), **data)
    promise(desk, "tell_account", user_id=str(user.id), what=type_)
    return user


def _give_first_password(desk: Desk, user: User) -> str:
    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    keep_password(desk.session, user.id, password, desk.now, must_change=True)
    return password


def _refuse_others(desk: Desk) -> None:
    if desk.actor.role not in KEEPERS:
        raise Forbidden(Problem("role", "Only an administrator changes accounts."))
