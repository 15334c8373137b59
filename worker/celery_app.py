"""The Celery application."""

from functools import cache

from celery import Celery

from triage.clock import SystemClock
from triage.database import Database
from triage.pack import load_pack
from triage.settings import Settings
from triage.state import State
from worker import logs  # noqa: F401 - connects itself to Celery's signals

NOUNS = (
    *("outbox", "clocks", "measures", "notices", "drafts", "ledger", "retention", "people", "second_looks"),
    "policies",
)
TASKS = tuple(f"worker.tasks.{noun}" for noun in NOUNS)

app = Celery("triage", include=TASKS)
app.config_from_object("worker.config")


@cache
def state() -> State:
    """Settings, database, clock and pack of this process, made when first used: a pool must not cross a fork."""
    settings = Settings()
    return State(
        settings, Database(settings.database_url), SystemClock(settings.clock_offset_seconds), load_pack(settings.pack)
    )
