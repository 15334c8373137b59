"""The whole service under a stream of enquiries, and its parts killed at random: nothing is lost, nothing done twice.

TRIAGE_FAULTS_MINUTES says for how long (without it, every kind of fault once), TRIAGE_FAULTS_SEED repeats a run.
"""

import os
import time
from collections import Counter
from datetime import UTC, datetime
from random import Random, randrange

from celery import Celery
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy import func, or_, select

from tests.faults.after import find_all_faults
from tests.faults.disk import small_disk
from tests.faults.killing import Killer, watched
from tests.faults.stream import REFUSED, Stream
from tests.faults.whole import KEY, PACK, Whole
from tests.integration.test_worker import mail_server
from triage.access.actor import SYSTEM
from triage.access.signin import issue_token
from triage.access.signing import find_key
from triage.clock import SettableClock, SystemClock
from triage.database import Database
from triage.models import Clock, OutboxMessage, User
from triage.redis_url import broker_of
from triage.services.desk import Desk
from triage.services.sealing import seal_heads
from worker.queues import QUEUE_OF

AFTERNOON = datetime(2013, 5, 7, 13, tzinfo=UTC)  # hours after what is told was received: the clock will be set back
OFFSET = int((AFTERNOON - SystemClock().now()).total_seconds())
LATER = 60 * 86_400  # seconds: every clock is long past due
SETTLES = 300  # seconds for what is left to be done: a guard
DECKS = 1


def test_nothing_is_lost_or_done_twice_whatever_is_killed():
    seed = int(os.environ.get("TRIAGE_FAULTS_SEED") or randrange(10**6))
    print(f"TRIAGE_FAULTS_SEED={seed}")  # noqa: T201 - by which a run that failed is told again
    with small_disk() as (folder, own), mail_server() as (sink, port), Whole(folder, port, OFFSET) as whole:
        stream = Stream(whole.port, hire(whole))
        killer = Killer(whole, stream, Random(seed), own)
        with watched(whole):
            with stream.running(seed):
                kill_for_a_while(killer)
            whole.step_clock(LATER)
            settle(whole)
        faults = look(whole, stream, [letter for _to, letter in sink.letters])
    again = len(sink.letters) - len({letter["Message-ID"] for _to, letter in sink.letters})
    print(f"{killer.done.total()} faults, {len(stream.told)} enquiries, {len(sink.letters)} letters, {again} again;")  # noqa: T201
    print(f"answers {dict(stream.answers)}, the longest {stream.longest:.1f} s; {killer.gave_up} migrations gave up")  # noqa: T201
    assert faults == [], f"TRIAGE_FAULTS_SEED={seed}"
    assert min(killer.done.values()) >= DECKS
    assert len(stream.told) > 20
    assert stream.answers["503"]
    assert not {"TimeoutError", REFUSED} & set(stream.answers)


def hire(whole: Whole) -> str:
    """The token of a system that logs enquiries."""
    with Database(whole.url()) as database, database.transaction(SYSTEM) as session:
        user = User(username="told-by", name="Made-up", role="social_worker")
        session.add_all([user, User(username="manager", name="Made-up manager", role="mash_manager")])
        session.flush()
        return issue_token(session, user, "test", ["read", "write"], AFTERNOON)


def kill_for_a_while(killer: Killer) -> None:
    end = time.monotonic() + float(os.environ.get("TRIAGE_FAULTS_MINUTES") or 0) * 60
    for _ in range(DECKS):
        killer.go_through_deck()
    while time.monotonic() < end:
        killer.go_through_deck()


def settle(whole: Whole) -> None:
    """Let be done what is left, asked for more often than beat does."""
    end = time.monotonic() + SETTLES
    with (
        Database(whole.url()) as database,
        Celery(broker=broker_of(whole.redis_url).url, set_as_current=False) as sender,
    ):
        while (left := what_is_left(database)) and time.monotonic() < end:
            for name in ("clocks.sweep", "outbox.relay"):
                ask(sender, name)
            time.sleep(2)
    assert not left, left


def ask(sender: Celery, name: str) -> None:
    try:
        sender.send_task(name, queue=QUEUE_OF[name], ignore_result=True, expires=5)
    except BrokerAway:
        return


def what_is_left(database: Database) -> Counter[str]:
    """How much is still to be done, by what it is."""
    unmarked = or_(Clock.warned_at.is_(None), Clock.breached_at.is_(None))
    undone = OutboxMessage.done_at.is_(None) & OutboxMessage.failed_at.is_(None)
    with database.transaction(SYSTEM) as session:
        left = {"clocks": (Clock, unmarked), "letters": (OutboxMessage, undone)}
        return +Counter(
            {
                what: session.scalar(select(func.count()).select_from(model).where(which))
                for what, (model, which) in left.items()
            }
        )


def look(whole: Whole, stream: Stream, letters: list) -> list[str]:
    """Seal the ledger, and find whatever is not as it must be."""
    key = find_key(KEY)
    with Database(whole.url()) as database:
        with database.transaction(SYSTEM) as session:
            clock = SettableClock(SystemClock(whole.offset).now())
            seal_heads(Desk(session, SYSTEM, clock, PACK), key)
        with database.one_moment() as session:
            return find_all_faults(session, stream.told, letters, {key.public.id: key.public})
