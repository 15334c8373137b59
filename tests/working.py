"""The real worker on a Redis of its own, which no other test's worker reads, and what it is asked to do."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

from celery import Celery

from triage.processes import spawn
from triage.settings import Settings
from worker.queues import QUEUE_OF

WORKER = ("-m", "celery", "--app", "worker.celery_app", "worker", "--pool", "solo", "--loglevel", "WARNING")
GUARD = 60  # seconds


def start_worker(folder: Path, level: str = "WARNING") -> Popen[bytes]:
    """A worker, told what this process is told."""
    return spawn((sys.executable, *WORKER[:-1], level), folder / "worker.log", env=dict(os.environ))


def send(name: str, *args: str) -> None:
    """Ask whoever reads the Redis of which this process is told now: `worker.celery_app` keeps the first of them."""
    broker = Settings().broker
    with Celery(broker=broker.url, set_as_current=False) as sender:
        sender.conf.broker_transport_options = broker.options
        sender.send_task(name, args, queue=QUEUE_OF[name], ignore_result=True)


def wait_until(done: Callable[[], object], folder: Path) -> None:
    """AssertionError with the worker's log where it is not done in time."""
    end = time.monotonic() + GUARD
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.05)
    raise AssertionError((folder / "worker.log").read_text())
