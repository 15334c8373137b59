"""A desk for a task: one transaction as the service itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_task

from triage.access.actor import SYSTEM
from triage.database import wait_for_locks
from triage.services.desk import Desk
from worker.celery_app import state


@contextmanager
def service_desk(waits: float = 0) -> Iterator[Desk]:
    """Committed if the block succeeds. What takes long anyway says for how many seconds it waits for a lock."""
    here = state()
    with here.database.transaction(SYSTEM) as session:
        if waits:
            wait_for_locks(session, int(waits))
        yield Desk(session, SYSTEM, here.clock, here.pack, request_id=_task_id())


def _task_id() -> str:
    """Of the task that is being done, if one is."""
    return (current_task.request.id or "") if current_task else ""
