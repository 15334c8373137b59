"""The worker's log: the form of the web's, with the task's name and id, and one line for each task that ended."""

import logging
from logging.config import dictConfig
from time import perf_counter
from typing import Any

from celery import current_task
from celery.signals import setup_logging, task_postrun, task_prerun

from triage.logs import LOGGING

log = logging.getLogger("worker.tasks")


class InTask(logging.Filter):
    """Adds to each record which task it is of, and which request promised it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: nothing is left out."""
        if current_task:
            record.task, record.task_id = current_task.name, current_task.request.id
            record.request_id = getattr(current_task.request, "origin", None)
        return True


@setup_logging.connect
def set_up(loglevel: int | str | None = None, **_: Any) -> None:
    """Log as the web does, instead of as Celery would."""
    dictConfig(LOGGING)
    root = logging.getLogger()
    root.setLevel(loglevel or logging.INFO)
    root.handlers[0].addFilter(InTask())
    logging.getLogger("celery.app.trace").setLevel(logging.ERROR)  # of a task that succeeds we say so ourselves


@task_prerun.connect
def _begin(task: Any, **_: Any) -> None:
    task.request.begun = perf_counter()


@task_postrun.connect
def _note(task: Any, state: str | None = None, **_: Any) -> None:
    milliseconds = round((perf_counter() - task.request.begun) * 1000, 1)
    log.info("done", extra={"outcome": (state or "unknown").lower(), "milliseconds": milliseconds})
