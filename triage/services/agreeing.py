"""What an administrator did to the account of somebody who sees cases counts once somebody else has agreed to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from triage.access.account_log import record_account
from triage.access.accounts import find_unagreed, give_first_password
from triage.access.passwords import has_password
from triage.access.permissions import has
from triage.errors import Conflict, Forbidden, Problem, invalid
from triage.models import User
from triage.models.codes import ROLES
from triage.services.addresses import roles
from triage.services.desk import Desk
from triage.services.letters import Letter, NoLongerNeeded
from triage.services.outbox import promise

WHO_AGREES = ("information_governance", "mash_manager")


def agree(desk: Desk, user_id: UUID, *, with_password: bool) -> tuple[User, str | None]:
    """Open the account. Where it has no password, a first one: shown to whoever agrees, and never to who asked."""
    user = _take(desk, user_id)
    user.active, user.unagreed_by_id = True, None
    _done(desk, user, "change_agreed")
    needs = with_password and not has_password(desk.session, user.id)
    return user, give_first_password(desk.session, user, desk.now) if needs else None


def refuse(desk: Desk, user_id: UUID, reason: str) -> User:
    """The account stays closed. Invalid without a reason."""
    if not reason.strip():
        raise invalid("reason", "Say why, in a few words.")
    user = _take(desk, user_id)
    user.unagreed_by_id = None
    _done(desk, user, "change_refused", reason.strip())
    return user


def ask_for_agreement(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To information governance and the MASH managers, at once: they may know that nobody asked for it."""
    user = desk.session.get_one(User, UUID(payload["user_id"]))
    if user.unagreed_by_id is None:
        raise NoLongerNeeded("Settled before it went.")
    text = (
        f"An administrator has opened or changed the account of {user.name} ({ROLES[user.role]}), who would see cases."
        "\n\nNobody can sign in to it until one of you has agreed. What was done and why is on the page Accounts to"
        " agree to. Ask the person themselves, not the administrator, before you agree.\n"
    )
    return Letter(roles(WHO_AGREES, domain), "An account waits until you agree", text)


def _take(desk: Desk, user_id: UUID) -> User:
    if not has("accounts.agree", desk.actor.role):
        raise Forbidden(Problem("role", "Only information governance and MASH managers agree to accounts."))
    user = find_unagreed(desk.session, user_id)
    if user is None:
        raise Conflict(Problem("nothing_to_agree", "Nothing of this account waits until you agree."))
    if desk.actor.id in (user.id, user.unagreed_by_id):
        raise Conflict(Problem("own_change", "Somebody else must agree to this."))
    return user


def _done(desk: Desk, user: User, type_: str, reason: str = "") -> None:
    desk.session.flush()
    record_account(desk.session, desk.actor, user.id, type_, desk.now, reason)
    promise(desk, "tell_account", user_id=str(user.id), what=type_)
