"""Each task leaves word in Redis that it was begun and how it ended (see triage.heard). No task fails for that."""

import logging
from functools import cache
from time import perf_counter
from typing import Any

from celery.signals import task_postrun, task_prerun
from redis import Redis
from redis.exceptions import RedisError

from triage.clock import SystemClock
from triage.heard import connect, note_begun, note_ended
from triage.settings import Settings

log = logging.getLogger(__name__)


@cache
def _heard() -> tuple[Redis, SystemClock]:
    settings = Settings()
    return connect(settings.redis_url), SystemClock(settings.clock_offset_seconds)


@task_prerun.connect
def _begin(task: Any, **_: Any) -> None:
    task.request.heard_at = perf_counter()
    try:
        note_begun(_heard()[0], task.name)
    except RedisError as error:
        log.warning("it could not be noted that a task was begun: %s", type(error).__name__)


@task_postrun.connect
def _end(task: Any, state: str | None = None, **_: Any) -> None:
    redis, clock = _heard()
    seconds = perf_counter() - task.request.heard_at
    try:
        note_ended(redis, task.name, (state or "unknown").lower(), seconds, clock.now())
    except RedisError as error:
        log.warning("it could not be noted that a task ended: %s", type(error).__name__)
