"""A made-up system that is told of what happens, and what it is told."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tests.disposing import service_desk
from tests.services import SECRET_KEY
from triage.access.vault import Vault
from triage.calling_out import Unanswered
from triage.models import SEND_WEBHOOK, OutboxMessage, User, Webhook
from triage.services.relay import take_message
from triage.services.sending_webhooks import Way, send_webhook
from triage.services.webhook_kinds import KINDS, OUTSIDE_KINDS
from triage.services.webhooks import AddWebhook, add_webhook
from triage.store.webhooks import IS_OPEN

ADDRESS = "https://cases.council.example/webhooks"
VAULT = Vault([SECRET_KEY])


@dataclass
class Receiver:
    """Answers with the statuses that it is given, then with 204; "away" is no answer. It keeps what came."""

    answers: list[Any] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def take(self, address: str, body: bytes, headers: dict[str, str], networks: Any) -> int:
        self.came.append((headers, body))
        status = self.answers.pop(0) if self.answers else 204
        if status == "away":
            raise Unanswered("It did not answer within ten seconds.")
        return status

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.came]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.came]

    def kinds(self) -> list[str]:
        """Of what it was told, as far as it is told in order, and nothing any more."""
        kinds = [each["type"] for each in self.said]
        self.came.clear()
        return kinds


def a_webhook(office: Any, who: str, *kinds: str, name: str = "cases") -> tuple[Webhook, str]:
    """One that reads as that member of the office, and is told of these kinds or of all that it may be."""
    username = office.session.get_one(User, office.actor(who).id).username
    all_ = OUTSIDE_KINDS if who.startswith(("partner_", "referrer")) else tuple(KINDS)
    command = AddWebhook(name, ADDRESS, username, kinds or all_)
    added = add_webhook(service_desk(office), VAULT, (), command)
    office.session.flush()
    return added


def waiting(office: Any) -> list[OutboxMessage]:
    """What is still to be sent, in its order."""
    office.session.flush()
    query = select(OutboxMessage).where(OutboxMessage.task == SEND_WEBHOOK, IS_OPEN)
    return list(office.session.scalars(query.order_by(OutboxMessage.available_at, OutboxMessage.id)))


def send_all(office: Any, receiver: Receiver) -> list[OutboxMessage]:
    """What is due, each once, as the worker does it."""
    way = Way(VAULT, site="https://triage.example", post=receiver.take)
    due = [each for each in waiting(office) if each.available_at <= office.clock.now()]
    for message in due:
        send_webhook(service_desk(office), take_message(office.session, message.id), way)
        office.session.flush()
    return due
