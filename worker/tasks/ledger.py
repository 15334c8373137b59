"""The ledger's seal."""

import logging
from functools import cache

from celery.signals import worker_init

from triage.access.signing import SigningKey, find_key
from triage.services.sealing import seal_heads
from triage.settings import Settings
from worker.celery_app import app
from worker.desk import service_desk

log = logging.getLogger(__name__)
NO_KEY = "TRIAGE_LEDGER_KEY is not set: the ledger is not sealed. `triage ledger new-key` makes a key."


@cache
def signing_key() -> SigningKey | None:
    """The key of the settings, if there is one."""
    settings = Settings()
    return find_key(settings.ledger_key and settings.ledger_key.get_secret_value())


@worker_init.connect
def say_without_key(**_: object) -> None:
    """At the start, so that nobody takes the ledger to be sealed."""
    if signing_key() is None:
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
