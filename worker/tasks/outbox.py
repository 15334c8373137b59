"""The outbox's messages: published, and done once each."""

import logging
from uuid import UUID

from triage.services.notices import deliver, smtp_sender
from triage.services.relay import note_failure, relay, take_message
from worker.celery_app import app, state
from worker.desk import service_desk

log = logging.getLogger(__name__)


@app.task(name="outbox.relay")
def relay_outbox() -> int:
    """Publish what is due."""
    with service_desk() as desk:
        return relay(desk.session, desk.now, lambda message_id: deliver_message.delay(str(message_id)))


@app.task(name="outbox.deliver")
def deliver_message(message_id: str) -> None:
    """Do one message, unless it is done. A failure is noted on its row, which is then due again later."""
    try:
        with service_desk() as desk:
            message = take_message(desk.session, UUID(message_id))
            if message:
                settings = state().settings
                links = {"site": settings.public_url or "", "days": settings.link_days}
                deliver(desk, message, settings.smtp_from, smtp_sender(settings), **links)
    except Exception as error:
        log.warning("outbox message %s failed: %s", message_id, type(error).__name__)
        with service_desk() as desk:
            message = take_message(desk.session, UUID(message_id))
            if message:
                note_failure(message, desk.now, f"{type(error).__name__}: {error}")
