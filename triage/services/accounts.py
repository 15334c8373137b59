"""What an administrator does to accounts: each with a reason, on record, and told to whoever it is about.

Of those who see cases it counts once somebody else has agreed (`agreeing`), who is then given the first password.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from triage.access.account_log import record_account
from triage.access.accounts import (
    Post,
    add_account,
    check_post,
    find_account,
    give_first_password,
    revoke_tokens,
    settle,
)
from triage.access.claiming import claiming
from triage.access.passwords import drop_password
from triage.access.permissions import sees_cases
from triage.access.second_factor import remove_all
from triage.access.sessions import end_all
from triage.errors import Conflict, Forbidden, Problem, invalid
from triage.models import User
from triage.services.desk import Desk
from triage.services.interests import keep_home
from triage.services.outbox import promise
from triage.store.drafts import drop_oldest

KEEPERS = ("administrator", "system")
SYSTEM_ROLE = "partner_system"
NO_PERSON = (
    "A system comes by token and a person signs in, so neither becomes the other. Close this account and open one."
)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What is done to whose account, and why."""

    user_id: UUID
    reason: str


def open_account(desk: Desk, username: str, name: str, post: Post, *, with_password: bool) -> tuple[User, str | None]:
    """A new account, and its first password, which is shown this once and changed at the first sign-in.

    There is none for a system, nor where the account waits until somebody else agrees.
    """
    _refuse_others(desk)
    user = add_account(desk.session, desk.actor, username, name, post, desk.now)
    if user.unagreed_by_id:
        promise(desk, "ask_for_agreement", user_id=str(user.id))
    needs = with_password and user.active and post.role != SYSTEM_ROLE
    return user, give_first_password(desk.session, user, desk.now) if needs else None


def change_post(desk: Desk, change: AccountChange, post: Post) -> User:
    """Somebody does something else from now on, or elsewhere: they sign in again.

    Whoever comes to see cases gets a new password and second factor, because the administrator may know the old;
    whoever sees them no more leaves no draft.
    """
    user = _take(desk, change)
    check_post(desk.session, post)
    if SYSTEM_ROLE in (user.role, post.role) and user.role != post.role:
        raise Conflict(Problem("no_person", NO_PERSON))
    if sees_cases(post.role) and not sees_cases(user.role):
        drop_password(desk.session, user.id)
        remove_all(desk.session, user.id)
    elif sees_cases(user.role) and not sees_cases(post.role):
        with claiming(desk.session, user.id):  # whoever may come to sign in as them reads none of it
            drop_oldest(desk.session, user.id, 0)
    revoke_tokens(desk.session, user.id, desk.now)
    before = {name: getattr(user, name) for name in asdict(post)}
    with desk.session.no_autoflush:
        for name, value in asdict(post).items():
            setattr(user, name, value)
        _settle(desk, user)
    return _done(desk, change, user, "post_changed", before=before, after=asdict(post))


def change_home(desk: Desk, change: AccountChange, postcode: str) -> User:
    """Keep where somebody lives, so that it is seen when they open a record of that address. Nobody is signed out."""
    user = _take(desk, change)
    keep_home(desk, user.id, postcode, change.reason.strip())
    return user


def close_account(desk: Desk, change: AccountChange) -> User:
    """Nobody signs in to it any more. What its person did stays theirs."""
    user = _take(desk, change)
    user.active, user.unagreed_by_id = False, None
    return _done(desk, change, user, "account_closed")


def reopen_account(desk: Desk, change: AccountChange) -> User:
    """Its person signs in again."""
    user = _take(desk, change)
    settle(user, desk.actor)
    return _done(desk, change, user, "account_reopened")


def reset_password(desk: Desk, change: AccountChange) -> str | None:
    """A new first password for whoever forgot theirs: shown this once. None where whoever agrees is to be shown it."""
    user = _take(desk, change)
    if user.role == SYSTEM_ROLE:
        raise Conflict(Problem("no_person", NO_PERSON))
    if sees_cases(user.role):
        drop_password(desk.session, user.id)
        password = None
    else:
        password = give_first_password(desk.session, user, desk.now)
    _settle(desk, user)
    _done(desk, change, user, "password_reset")
    return password


def reset_second_factor(desk: Desk, change: AccountChange) -> User:
    """Whoever lost it sets up another at their next sign-in."""
    user = _take(desk, change)
    remove_all(desk.session, user.id)
    _settle(desk, user)
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


def _settle(desk: Desk, user: User) -> None:
    """One that was closed stays closed: to open it again takes two as well."""
    if user.active or user.unagreed_by_id:
        settle(user, desk.actor)


def _done(desk: Desk, change: AccountChange, user: User, type_: str, **data: object) -> User:
    """Flushed, on record, and told: whoever was signed in to it signs in again."""
    desk.session.flush()
    end_all(desk.session, user.id, "account", desk.now)
    record_account(desk.session, desk.actor, user.id, type_, desk.now, change.reason.strip(), **data)
    promise(desk, "tell_account", user_id=str(user.id), what=type_)
    if user.unagreed_by_id:
        promise(desk, "ask_for_agreement", user_id=str(user.id))
    return user


def _refuse_others(desk: Desk) -> None:
    if desk.actor.role not in KEEPERS:
        raise Forbidden(Problem("role", "Only an administrator changes accounts."))
