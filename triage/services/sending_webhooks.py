"""Sending a webhook: signed, at least once, tried for three days with growing waits, and then left for a person."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from triage.access.vault import Vault
from triage.access.webhook_signing import PURPOSE, sign
from triage.calling_out import Network, NotAllowed, Unanswered, post
from triage.models import Event, OutboxMessage, Webhook
from triage.services.desk import Desk
from triage.services.webhook_messages import Said, write_message
from triage.services.webhooks import PAUSED

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
GIVEN_UP = timedelta(days=3)
LEAST_TRIES = 8  # however long nothing was sent because we were down ourselves
GONE = 410
REMOVED = "Removed before it went."
NOT_SHOWN = "Not for the account as which it reads."
SAID_GONE = "It answered 410: it is there no more."


@dataclass(frozen=True, slots=True)
class Way:
    """By what messages go: the secrets' vault, the private networks that may be reached, and our own address.

    `behind` is how far everybody's clocks stand behind the desk's: receivers go by theirs.
    """

    vault: Vault
    networks: Sequence[Network] = ()
    site: str = ""
    behind: timedelta = timedelta(0)
    post: Callable[..., int] = post


def send_webhook(desk: Desk, message: OutboxMessage, way: Way) -> None:
    """Do what an outbox message promised: send it, let it wait, or note why it is not sent."""
    webhook = desk.session.get(Webhook, UUID(message.payload["webhook_id"]))
    if webhook is None or webhook.paused_at:
        _settle(desk, message, PAUSED if webhook else REMOVED)
    elif webhook.next_try_at and webhook.next_try_at > desk.now:
        _let_wait(desk, webhook, message, webhook.next_try_at)  # it holds up no other letter while nobody answers
    else:
        _send(desk, webhook, message, way)


def _send(desk: Desk, webhook: Webhook, message: OutboxMessage, way: Way) -> None:
    event = desk.session.get(Event, UUID(message.payload["event_id"]))
    said = event and write_message(desk, webhook, event, way.site)
    if not said:
        _settle(desk, message, NOT_SHOWN)
        return
    try:
        status = deliver(desk, webhook, message.payload["event_id"], said, way)
    except (NotAllowed, Unanswered) as refusal:
        _note_failure(desk, webhook, message, str(refusal))
    else:
        _take_answer(desk, webhook, message, status)


def deliver(desk: Desk, webhook: Webhook, message_id: str, said: Said, way: Way) -> int:
    """Send it once, signed: the status of the answer. NotAllowed where it may not go; Unanswered where nobody does."""
    body = json.dumps(said, separators=(",", ":")).encode()
    timestamp = int((desk.now - way.behind).timestamp())
    headers = sign(_open_secrets(webhook, way.vault, desk.now), message_id, timestamp, body)
    return way.post(webhook.address, body, headers, way.networks)


def _open_secrets(webhook: Webhook, vault: Vault, now: datetime) -> list[str]:
    sealed = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and now < webhook.previous_until:
        sealed.append(webhook.previous_secret)
    return [vault.unseal(PURPOSE, each).decode() for each in sealed]


def _take_answer(desk: Desk, webhook: Webhook, message: OutboxMessage, status: int) -> None:
    if status == GONE:
        webhook.paused_at, webhook.paused_because = desk.now, SAID_GONE
        _settle(desk, message, PAUSED)
    elif 200 <= status < 300:
        webhook.failures, webhook.next_try_at = 0, None
        message.done_at = desk.now
    else:
        _note_failure(desk, webhook, message, f"It answered {status}.")


def _settle(desk: Desk, message: OutboxMessage, why: str) -> None:
    message.done_at, message.cancelled_reason = desk.now, why


def _note_failure(desk: Desk, webhook: Webhook, message: OutboxMessage, why: str) -> None:
    """This one waits longer each time, and all others of the webhook wait for its next try."""
    webhook.failures += 1
    webhook.next_try_at = desk.now + wait_after(webhook.failures)
    message.attempts += 1
    message.last_error = why
    _let_wait(desk, webhook, message, desk.now + wait_after(message.attempts))


def _let_wait(desk: Desk, webhook: Webhook, message: OutboxMessage, until: datetime) -> None:
    """Until then or, once three days and several tries have passed, until a person looks."""
    is_old, tried = desk.now - message.created_at >= GIVEN_UP, max(webhook.failures, message.attempts)
    if is_old and tried >= LEAST_TRIES:
        message.failed_at = desk.now
        message.last_error = message.last_error or "Nobody answered for three days."
    else:
        message.available_at, message.published_at = until, None


def wait_after(failures: int) -> timedelta:
    """Twice as long after each failure, from half a minute to six hours."""
    return min(FIRST_WAIT * 2 ** min(failures - 1, 20), LONGEST_WAIT)
