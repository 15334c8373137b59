"""Webhooks: who is told of what, added and taken away, paused, given another secret, and told again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.access.account_log import record_account
from triage.access.permissions import has
from triage.access.vault import Vault
from triage.access.webhook_signing import PURPOSE, new_secret
from triage.calling_out import Network, NotAllowed, read_target
from triage.errors import Conflict, NotFound, Problem, invalid
from triage.models import OutboxMessage, User, Webhook
from triage.models.codes import OUTSIDE
from triage.services.desk import Desk, seeing_all
from triage.services.webhook_kinds import KINDS, OUTSIDE_KINDS, list_events_of
from triage.store.staff import find_user
from triage.store.webhooks import HAS_FAILED, begin_again, find_webhook, promise_again

READS = ("enquiry.read", "referral.read", "sent.read", "check.read")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PAUSED = "Paused before it went."
BY_HAND = "Somebody paused it."
BOTH_SIGN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class AddWebhook:
    """What is told of, where to, and as whom: by username."""

    name: str
    address: str
    username: str
    kinds: tuple[str, ...]


def add_webhook(desk: Desk, vault: Vault, networks: Sequence[Network], command: AddWebhook) -> tuple[Webhook, str]:
    """A new one, and its secret, which is shown this once. Invalid where something of it cannot be right."""
    user = _find_reader(desk, command.username)
    _check(desk, command, user, networks)
    secret = new_secret()
    webhook = Webhook(
        name=command.name,
        address=command.address,
        user_id=user.id,
        kinds=list(command.kinds),
        listens_to=list_events_of(command.kinds),
        secret=vault.seal(PURPOSE, secret.encode()),
        added_at=desk.now,
    )
    desk.session.add(webhook)
    desk.session.flush()
    _note(desk, webhook, "webhook_added", kinds=list(command.kinds))
    return webhook, secret


def _find_reader(desk: Desk, username: str) -> User:
    user = find_user(desk.session, username)
    if user is None:
        raise invalid("username", f"There is no user {username!r}. Add one with triage add-user.")
    if not any(has(permission, user.role) for permission in READS):
        raise invalid("username", f"{username!r} may read no case, so nothing would ever be sent.")
    return user


def _check(desk: Desk, command: AddWebhook, user: User, networks: Sequence[Network]) -> None:
    if not NAME.fullmatch(command.name):
        raise invalid("name", "Name it with small letters, digits and hyphens: 40 at most.")
    if find_webhook(desk.session, command.name):
        raise invalid("name", f"There is a webhook {command.name!r} already.", "taken")
    check_kinds(command.kinds, OUTSIDE_KINDS if user.role in OUTSIDE else tuple(KINDS))
    try:
        read_target(command.address, networks)
    except NotAllowed as refusal:
        raise invalid("address", str(refusal)) from None


def check_kinds(kinds: Sequence[str], known: Sequence[str]) -> None:
    """Invalid where none is named, or one that this account is never told of."""
    if not kinds:
        raise invalid("kinds", "Say of what it is told, at least of one kind.")
    if unknown := [each for each in kinds if each not in known]:
        raise invalid("kinds", f"It cannot be told of {', '.join(unknown)}. It can of {', '.join(known)}.")


def get_webhook(desk: Desk, name: str) -> Webhook:
    """The webhook of that name, locked. NotFound where there is none."""
    with seeing_all(desk):
        webhook = find_webhook(desk.session, name, lock=True)
    if webhook is None:
        raise NotFound(Problem("no_such_webhook", f"There is no webhook {name!r}."))
    return webhook


def pause_webhook(desk: Desk, name: str) -> Webhook:
    """Send nothing until it is resumed. What happens meanwhile waits. Conflict where it is paused already."""
    webhook = get_webhook(desk, name)
    if webhook.paused_at:
        raise Conflict(Problem("paused", f"{name} is paused already."))
    with seeing_all(desk):
        webhook.paused_at, webhook.paused_because = desk.now, BY_HAND
    _note(desk, webhook, "webhook_paused")
    return webhook


def resume_webhook(desk: Desk, name: str) -> int:
    """Send again, and at once: how many messages had waited for it meanwhile. Conflict where it is not paused."""
    webhook = get_webhook(desk, name)
    if webhook.paused_at is None:
        raise Conflict(Problem("not_paused", f"{name} is not paused."))
    with seeing_all(desk):
        webhook.paused_at, webhook.paused_because = None, ""
        _try_at_once(webhook)
        waited = begin_again(desk.session, webhook.id, OutboxMessage.cancelled_reason == PAUSED, desk.now)
    _note(desk, webhook, "webhook_resumed")
    return waited


def remove_webhook(desk: Desk, name: str) -> None:
    """Take it away. What was still to be sent is not sent any more."""
    webhook = get_webhook(desk, name)
    _note(desk, webhook, "webhook_removed")
    desk.session.delete(webhook)
    desk.session.flush()


def renew_secret(desk: Desk, vault: Vault, name: str, both: timedelta = BOTH_SIGN) -> str:
    """Another secret, shown this once. The one before signs too, for as long as `both`."""
    webhook, secret = get_webhook(desk, name), new_secret()
    webhook.previous_secret, webhook.previous_until = webhook.secret, desk.now + both
    webhook.secret = vault.seal(PURPOSE, secret.encode())
    _note(desk, webhook, "webhook_secret_renewed")
    return secret


def send_failed_again(desk: Desk, name: str) -> int:
    """Try again, at once, what was given up: how many."""
    webhook = get_webhook(desk, name)
    with seeing_all(desk):
        _try_at_once(webhook)
        count = begin_again(desk.session, webhook.id, HAS_FAILED, desk.now)
    _note(desk, webhook, "webhook_sent_again", messages=count)
    return count


def send_again(desk: Desk, name: str, since: datetime, until: datetime | None = None, kinds: Sequence[str] = ()) -> int:
    """Send what happened between, or all since, in its order and with the ids that it had: how many messages."""
    webhook = get_webhook(desk, name)
    if kinds:
        check_kinds(kinds, webhook.kinds)
    events = list_events_of(kinds or webhook.kinds)
    with seeing_all(desk):
        _try_at_once(webhook)
        count = promise_again(desk.session, webhook, events, since, until or desk.now, desk.now)
    _note(desk, webhook, "webhook_sent_again", messages=count, since=since.isoformat())
    return count


def _try_at_once(webhook: Webhook) -> None:
    webhook.failures, webhook.next_try_at = 0, None


def _note(desk: Desk, webhook: Webhook, what: str, **data: object) -> None:
    """In the log of the account as which it reads: whoever looks after that hears of it."""
    record_account(desk.session, desk.actor, webhook.user_id, what, desk.now, webhook=webhook.name, **data)
