"""Tasks that fail are kept where a person sees them, until they are done again."""

from contextlib import suppress
from typing import Any

from celery.signals import task_failure, task_success

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import UNREACHABLE, WORKER, Database
from triage.settings import Settings
from triage.store.failing import note_done, note_failing
from worker.desk import service_desk
from worker.schedule import SCHEDULE

# A message is told of by its own row.
KEPT = {entry["task"] for entry in SCHEDULE.values()}


@task_failure.connect
def keep_failure(sender: Any, exception: BaseException, **_: Any) -> None:
    """That it failed: raised, took too long, or killed its process. While the database is away nothing is kept.

    By a connection of its own: it may be told in the process that others are forked from.
    """
    if sender.name not in KEPT:
        return
    settings = Settings()
    now = SystemClock(settings.clock_offset_seconds).now()
    with (
        suppress(*UNREACHABLE),
        Database(settings.database_url, WORKER, pool_size=1) as database,
        database.transaction(SYSTEM) as session,
    ):
        note_failing(session, sender.name, now, type(exception).__name__)


@task_success.connect
def forget_failure(sender: Any, **_: Any) -> None:
    """That it was done."""
    if sender.name in KEPT:
        with suppress(*UNREACHABLE), service_desk() as desk:
            note_done(desk.session, sender.name)
