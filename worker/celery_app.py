"""The Celery application."""

from functools import cache

from celery import Celery

from triage.clock import SystemClock
from triage.database import Database
from triage.pack import load_pack
from triage.settings import Settings
from triage.state import State
from worker.schedule import SCHEDULE

app = Celery("triage", include=["worker.tasks.outbox", "worker.tasks.clocks", "worker.tasks.measures"])


@cache
def state() -> State:
    """Settings, database, clock and pack of this process, made when first used: a pool must not cross a fork."""
    settings = Settings()
    return State(
        settings, Database(settings.database_url), SystemClock(settings.clock_offset_seconds), load_pack(settings.pack)
    )


@app.on_configure.connect
def configure(sender: Celery, **_: object) -> None:
    """A task is acknowledged when done, so that one whose worker dies is done by another."""
    sender.conf.update(
        broker_url=Settings().celery_broker_url,
        beat_schedule=SCHEDULE,
        timezone="UTC",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": 300},
        task_time_limit=120,
    )
