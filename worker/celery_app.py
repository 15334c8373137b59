"""The Celery application."""

from functools import cache

from celery import Celery
from opentelemetry.trace import Tracer

from triage.clock import SystemClock
from triage.database import WORKER, Database
from triage.pack import load_pack
from triage.settings import Settings
from triage.state import State
from triage.watching.tracing import tracer_of, watch
from worker import heard, logs  # noqa: F401 - they connect themselves to Celery's signals

NOUNS = (
    *("outbox", "clocks", "measures", "notices", "drafts", "ledger", "retention", "people", "second_looks"),
    *("policies", "reports", "worklist"),
)
TASKS = tuple(f"worker.tasks.{noun}" for noun in NOUNS)

app = Celery("triage", include=(*TASKS, "worker.failing"))
app.config_from_object("worker.config")


@cache
def state() -> State:
    """Settings, database, clock and pack of this process, made when first used: a pool must not cross a fork."""
    settings = Settings()
    database = Database(settings.database_url, WORKER)
    if settings.traces_endpoint:
        watch(database.engine, tracer_of(settings.traces_endpoint, "worker"))
    return State(settings, database, SystemClock(settings.clock_offset_seconds), load_pack(settings.pack))


def tracer() -> Tracer | None:
    """What traces go out by, if they are to."""
    endpoint = state().settings.traces_endpoint
    return tracer_of(endpoint, "worker") if endpoint else None
