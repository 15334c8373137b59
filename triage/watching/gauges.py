"""Numbers that are read from the database and Redis at the moment that they are asked for.

They are the whole county's and of work: how much waits, how late, what failed. No name, no reference, and nothing by
district or child is among them.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from threading import Lock
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from triage.clock import Clock
from triage.database import Database, WrongRole
from triage.heard import Heard, listen
from triage.replica import Replica, seconds_behind
from triage.store.ledger import find_sealed_at
from triage.store.operations import (
    Waiting,
    count_clocks,
    count_messages,
    count_queues,
    count_undecided,
    measure_sweep,
)
from triage.store.schema import is_behind

log = logging.getLogger("triage.watching")
Family = CounterMetricFamily | GaugeMetricFamily
PATIENCE = text("SET LOCAL statement_timeout = '8s'")  # whoever asks gives up after ten
OF_MESSAGES = {
    "due": "Messages of the outbox that are due and not done.",
    "lag_seconds": "For how long the oldest of them has been due.",
    "again": "Messages that were tried in vain and will be tried again.",
    "failed": "Messages that every try failed for: a person must look.",
    "failed_last_day": "Those of them that failed within the last 24 hours.",
}


class Gauges:
    """A collector: Prometheus's library asks it each time. One question at a time, however many ask."""

    def __init__(self, database: Database, redis: Redis, clock: Clock) -> None:
        self.database, self.redis, self.clock = database, redis, clock
        self._lock = Lock()

    def describe(self) -> Iterable[Family]:
        """Nothing: what there is is known once the database was asked."""
        return ()

    def collect(self) -> Iterator[Family]:
        """All of them; of what cannot be reached, that it is away."""
        with self._lock:
            yield from self._of_database()
            yield from self._of_redis()

    def _of_database(self) -> list[Family]:
        try:
            with self.database.one_moment() as session:
                session.execute(PATIENCE)
                found = list(tell_database(session, self.clock.now()))
        except (SQLAlchemyError, WrongRole) as error:
            log.warning("the database could not be asked: %s", type(error).__name__)
            found = []
        return [_one("triage_database_up", "Whether the database could be asked.", bool(found)), *found]

    def _of_redis(self) -> list[Family]:
        try:
            found = list(tell_tasks(listen(self.redis), self.clock.now()))
        except RedisError as error:
            log.warning("redis could not be asked: %s", type(error).__name__)
            found = []
        return [_one("triage_redis_up", "Whether Redis could be asked.", bool(found)), *found]


class ReplicaGauge:
    """A collector of how far the replica is behind: infinite where it is away, or follows another."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica

    def describe(self) -> Iterable[Family]:
        """Nothing, as above."""
        return ()

    def collect(self) -> Iterator[Family]:
        """One number."""
        about = "How far the replica that managers' numbers are read from is behind; infinite where it is away."
        yield _one("triage_replica_behind_seconds", about, seconds_behind(self.replica.say_lag()))


def tell_database(session: Session, now: datetime) -> Iterator[Family]:
    """What the rows say."""
    undecided = count_undecided(session, now).items()
    yield from _waiting("triage_enquiries_undecided", "Open enquiries not decided", ("rag",), undecided)
    queues = count_queues(session, now).items()
    yield from _waiting("triage_queue", "Open cases in a queue", ("holds", "queue"), queues)
    clocks = GaugeMetricFamily("triage_clocks", "Clocks that have not stopped.", labels=("kind", "standing"))
    for key, count in count_clocks(session, now).items():
        clocks.add_metric(key, count)
    yield clocks
    behind = "For how long a clock is past its time and the sweep has not marked it."
    yield _one("triage_sweep_behind_seconds", behind, measure_sweep(session, now))
    yield from _outbox(session, now)
    yield _one("triage_schema_behind", "Whether the schema is older than the code.", is_behind(session))
    sealed_at = find_sealed_at(session)
    if sealed_at:
        age = max((now - sealed_at).total_seconds(), 0)
        yield _one("triage_ledger_sealed_age_seconds", "How long ago the ledger was sealed.", age)


def tell_tasks(heard: Heard, now: datetime) -> Iterator[Family]:
    """What the worker has done since Redis began."""
    begun = CounterMetricFamily("triage_tasks_begun", "Tasks that a worker began.", labels=("task",))
    ended = CounterMetricFamily("triage_tasks", "Tasks that ended, and how.", labels=("task", "outcome"))
    took = CounterMetricFamily("triage_task_seconds", "How long tasks took in all.", labels=("task",))
    silent = GaugeMetricFamily("triage_task_silent_seconds", "How long ago a task last succeeded.", labels=("task",))
    for task, count in heard.begun.items():
        begun.add_metric((task,), count)
    for key, count in heard.ended.items():
        ended.add_metric(key, count)
    for task, seconds in heard.seconds.items():
        took.add_metric((task,), seconds)
    for task in heard.succeeded:
        silent.add_metric((task,), heard.silent(task, now) or 0)
    yield from (begun, ended, took, silent)
    yield _one("triage_tasks_waiting", "Tasks that no worker has taken yet.", heard.waiting)


def _outbox(session: Session, now: datetime) -> Iterator[Family]:
    found = count_messages(session, now).items()
    for place, (name, about) in enumerate(OF_MESSAGES.items()):
        family = GaugeMetricFamily(f"triage_outbox_{name}", about, labels=("kind",))
        for kind, messages in found:
            family.add_metric((kind,), messages[place])
        yield family


def _waiting(name: str, what: str, labels: tuple[str, ...], found: Iterable[tuple[Any, Waiting]]) -> Iterator[Family]:
    counts = GaugeMetricFamily(name, f"{what}.", labels=labels)
    oldest = GaugeMetricFamily(f"{name}_oldest_seconds", f"{what}: the age of the oldest.", labels=labels)
    for key, waiting in found:
        told = key if isinstance(key, tuple) else (key,)
        counts.add_metric(told, waiting.count)
        oldest.add_metric(told, waiting.oldest)
    yield from (counts, oldest)


def _one(name: str, about: str, value: float) -> Family:
    return GaugeMetricFamily(name, about, value=float(value))
