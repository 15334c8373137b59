"""The ledger's seal."""

import logging
from functools import cache
from typing import Any

from celery.signals import celeryd_after_setup

from triage.access.signing import SigningKey, find_key
from triage.services.sealing import seal_heads
from triage.settings import Settings
from worker.celery_app import app
from worker.desk import service_desk
from worker.queues import QUEUE_OF

log = logging.getLogger(__name__)
NO_KEY = "TRIAGE_LEDGER_KEY is not set: the ledger is not sealed. `triage ledger new-key` makes a key."


@cache
def signing_key() -> SigningKey | None:
    """The key of the settings, if there is one."""
    settings = Settings()
    return find_key(settings.ledger_key and settings.ledger_key.get_secret_value())


@celeryd_after_setup.connect
def say_without_key(instance: Any, **_: object) -> None:
    """At the start of a worker that is to seal, so that nobody takes the ledger to be sealed."""
    if QUEUE_OF["ledger.seal"] in instance.app.amqp.queues.consume_from and signing_key() is None:
        log.warning(NO_KEY)


@app.task(name="ledger.seal")
def seal_ledger() -> int | None:
    """A checkpoint over whatever grew; its number, or None."""
    key = signing_key()
    if key is None:
        log.warning(NO_KEY)
        return None
    with service_desk() as desk:
        checkpoint = seal_heads(desk, key)
        return checkpoint.number if checkpoint else None
