"""What the worker was last heard of doing, kept in Redis: by it one knows that worker and beat live, though they have
no address of their own.

One hash: for each task when it last succeeded, how often it was begun and how it ended, and how long it took. It is
gone with Redis, and there again as soon as the next task is done: nothing hangs on it but what is watched.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from redis import Redis

from triage.redis_url import connect_redis

KEY = "triage:heard"
URGENT, USUAL, LONG = QUEUES = (
    "urgent",
    "usual",
    "long",
)  # lists in which the broker keeps what no worker has taken yet
RELAY = "outbox.relay"  # asked for every five seconds: whoever does it was asked by beat
SILENT = 120  # seconds without a relay after which nobody is at work
ANSWER_SECONDS = 1.0


@dataclass
class Heard:
    """Of each task: when it last succeeded, how often it was begun, how often it ended which way, and the seconds that
    it took in all; and how many tasks wait for a worker.
    """

    succeeded: dict[str, datetime] = field(default_factory=dict)
    begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    waiting: int = 0

    def silent(self, task: str, now: datetime) -> float | None:
        """For how many seconds it has not succeeded; None where nobody has heard of it since Redis began."""
        last = self.succeeded.get(task)
        return max((now - last).total_seconds(), 0.0) if last else None


def connect(url: str, seconds: float = ANSWER_SECONDS) -> Redis:
    """Redis, which must answer within that time."""
    return connect_redis(url, seconds)


def note_begun(redis: Redis, task: str) -> None:
    """A worker has begun a task. RedisError where Redis is away."""
    redis.hincrby(KEY, f"begun {task}", 1)


def note_ended(redis: Redis, task: str, outcome: str, seconds: float, now: datetime) -> None:
    """A task has ended: "success", "failure" or "retry". RedisError where Redis is away."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.hincrby(KEY, f"{outcome} {task}", 1)
        pipe.hincrbyfloat(KEY, f"seconds {task}", seconds)
        if outcome == "success":
            pipe.hset(KEY, f"at {task}", now.astimezone(UTC).isoformat())
        pipe.execute()


def listen(redis: Redis) -> Heard:
    """All that was heard. RedisError where Redis is away."""
    heard = _read(redis.hgetall(KEY))
    heard.waiting = sum(redis.llen(queue) for queue in QUEUES)
    return heard


def _read(kept: Mapping[str, str]) -> Heard:
    heard = Heard()
    for key, value in kept.items():
        what, _, task = key.partition(" ")
        if what == "at":
            heard.succeeded[task] = datetime.fromisoformat(value)
        elif what == "seconds":
            heard.seconds[task] = float(value)
        elif what == "begun":
            heard.begun[task] = int(value)
        else:
            heard.ended[task, what] = int(value)
    return heard
