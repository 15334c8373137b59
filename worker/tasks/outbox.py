"""The outbox's messages: published, and done once each."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import current_task

from triage.calling_out import read_networks
from triage.database import wait_for_locks
from triage.models import SEND_WEBHOOK, OutboxMessage
from triage.services.desk import Desk
from triage.services.notices import deliver, smtp_sender
from triage.services.relay import begin_message, note_failure, relay, take_message
from triage.services.sending_webhooks import Way, send_webhook
from triage.store.failing import take_asked
from triage.watching.tracing import continued
from worker.celery_app import app, state, tracer
from worker.desk import service_desk

log = logging.getLogger(__name__)


@app.task(name="outbox.relay")
def relay_outbox() -> int:
    """Publish what is due, and ask for what somebody wants tried again."""
    with service_desk() as desk:
        for name in take_asked(desk.session):
            app.send_task(name)
        return relay(desk.session, desk.now, _publish)


def _publish(message: OutboxMessage) -> None:
    """Another system that is slow to answer keeps no letter waiting."""
    task = call_out if message.task == SEND_WEBHOOK else deliver_message
    task.delay(str(message.id))


@app.task(name="outbox.deliver")
def deliver_message(message_id: str) -> None:
    """Send one letter, unless it is sent."""
    do_message(message_id)


@app.task(name="outbox.call")
def call_out(message_id: str) -> None:
    """Tell another system, unless it was told."""
    do_message(message_id)


def do_message(message_id: str) -> None:
    """Do one message, unless it is done. A failure is noted on its row, which is then due again later."""
    try:
        with service_desk() as desk:
            is_due = begin_message(desk.session, UUID(message_id), desk.now)
        if not is_due:
            return
        with service_desk() as desk:
            message = take_message(desk.session, UUID(message_id))
            if message:
                if current_task:
                    current_task.request.origin = message.request_id  # for the log
                with continued(tracer(), message):
                    _send(desk, message)
                wait_for_locks(desk.session)  # it is sent: that must be kept, or it goes again
                message.begun = 0
    except Exception as error:
        log.warning("outbox message %s failed: %s", message_id, type(error).__name__)
        with service_desk() as desk:
            message = take_message(desk.session, UUID(message_id))
            if message:
                note_failure(message, desk.now, f"{type(error).__name__}: {error}")


def _send(desk: Desk, message: OutboxMessage) -> None:
    """A letter, or what another system is told."""
    settings, site = state().settings, state().settings.public_url or ""
    if message.task == SEND_WEBHOOK:
        behind = timedelta(seconds=settings.clock_offset_seconds)
        send_webhook(desk, message, Way(state().vault, read_networks(settings.webhook_networks), site, behind))
    else:
        deliver(desk, message, settings.smtp_from, smtp_sender(settings), site=site, days=settings.link_days)
