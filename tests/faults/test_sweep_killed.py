"""Each clock runs on after its pause, is warned of, breached and escalated once, and each letter of it is done once,
whatever is killed.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from aiosmtpd.controller import Controller
from redis import Redis
from sqlalchemy import func, select, text

from tests.making import a_subject
from tests.services import SECRET_KEY, own_database, role_url
from tests.working import WORKER, send, wait_until
from triage import embedded
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.models import Clock, ClockPause, Enquiry, Event, OutboxMessage
from triage.pack import load_pack
from triage.processes import spawn, stop
from triage.services.clocks import pause_clock
from triage.services.desk import Desk
from triage.services.events import seal
from triage.services.logging_enquiry import LogEnquiry, log_enquiry
from triage.services.sweep import sweep
from triage.serving import free_port
from triage.settings import Settings
from worker.queues import QUEUES, URGENT

MORNING = datetime(2013, 5, 7, 9, tzinfo=UTC)
PAUSED_UNTIL = date(2013, 5, 9)
LATER = MORNING + timedelta(days=30)  # every clock of an enquiry of that morning is long past due
PACK = load_pack("nottinghamshire")
ROOT = Path(__file__).parents[2]
MARKS = ("clock_warned", "clock_breached")
BATCH = 3
LANES, KILLS_A_LANE = 3, 10
LONGEST_LIFE = 80  # steps: about two transactions of a batch
LETTERS = 24
DEADLY_LETTERS = (*Random(1).sample(range(1, LETTERS), 3), LETTERS + 1)  # the last is one that is sent a second time
AGAIN_SECONDS = 180  # after so long a relay publishes again what was published and is not done


@dataclass(frozen=True, slots=True)
class Sweeper:
    """How a sweeper ended (a signal is negative), and each verb that it said before."""

    code: int
    verbs: list[str]

    @property
    def was_killed_in_the_middle(self) -> bool:
        """Whether it had marked a clock, and more was to be done before its commit, when it was killed."""
        ends = [number for number, verb in enumerate(self.verbs, 1) if verb in ("COMMIT", "LOST")]
        return self.code == -signal.SIGKILL and "INSERT" in self.verbs[max(ends, default=0) : -1]


@pytest.fixture
def database():
    with own_database() as name, Database(role_url("triage_app", name)) as database:
        yield database


def log_enquiries(database: Database, count: int) -> None:
    """Enquiries a minute apart, each with two clocks: of its screening, and of its decision."""
    with database.transaction(SYSTEM) as session:
        for number in range(count):
            clock = SettableClock(MORNING + timedelta(minutes=number))
            told = LogEnquiry(
                received_at=clock.now(), channel="telephone", source="2A", reported="Made up.", subjects=(a_subject(),)
            )
            log_enquiry(Desk(session, SYSTEM, clock, PACK), told)


def pause_some(database: Database) -> int:
    """Every third enquiry's decision stands still until a day that is long past when it is swept: how many."""
    with database.transaction(SYSTEM) as session:
        desk = Desk(session, SYSTEM, SettableClock(MORNING + timedelta(hours=2)), PACK)
        some = session.scalars(select(Enquiry).order_by(Enquiry.received_at)).all()[::3]
        for enquiry in some:
            pause_clock(desk, enquiry, "decision", "Made up", PAUSED_UNTIL)
        return len(some)


def test_each_clock_is_marked_and_promised_once_though_sweepers_and_their_backends_are_killed(database):
    log_enquiries(database, 60)
    paused = pause_some(database)
    with ThreadPoolExecutor(LANES) as pool:
        lanes = pool.map(lambda seed: kill_sweepers(database, Random(seed)), range(LANES))
        killed = [sweeper for lane in lanes for sweeper in lane]
    assert {sweeper.code for sweeper in killed} <= {-signal.SIGKILL, 0}
    assert sum(sweeper.was_killed_in_the_middle for sweeper in killed) > 10
    assert sum("LOST" in sweeper.verbs for sweeper in killed) > 3
    assert run_sweeper(database).code == 0
    with database.transaction(SYSTEM) as session:
        assert_each_clock_was_marked_once(session)
        assert_each_pause_ended_once(session, paused)
        for enquiry in session.scalars(select(Enquiry)):
            assert_log_is_whole(session, enquiry)


def kill_sweepers(database: Database, dice: Random) -> list[Sweeper]:
    return [run_sweeper(database, dice) for _ in range(KILLS_A_LANE)]


def run_sweeper(database: Database, dice: Random | None = None) -> Sweeper:
    """A sweeper, left alone; or, with dice, killed after some steps, and perhaps robbed of its backend before."""
    url = database.engine.url.render_as_string(False)
    command = [sys.executable, "-m", "tests.faults.sweeping", url, LATER.isoformat(), str(BATCH)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        steps = follow_and_kill(database, process, dice) if dice else []
        steps += process.stdout
    return Sweeper(process.returncode, [step.split()[1] for step in steps])


def follow_and_kill(database: Database, process: subprocess.Popen[str], dice: Random) -> list[str]:
    """The steps that were read; while they are, it goes on, so that it dies wherever it has come to."""
    steps = list(islice(process.stdout, dice.randint(1, LONGEST_LIFE)))
    if steps and dice.random() < 0.3:
        end_backend(database, int(steps[-1].split()[0]))
        steps += islice(process.stdout, dice.randint(1, LONGEST_LIFE))
    process.kill()
    return steps


def end_backend(database: Database, number: int) -> None:
    with database.transaction(SYSTEM) as session:
        session.execute(select(func.pg_terminate_backend(number)))


def assert_each_clock_was_marked_once(session) -> None:
    clocks = session.scalars(select(Clock)).all()
    assert {(clock.warned_at, clock.breached_at, clock.escalated_at) for clock in clocks} == {(LATER,) * 3}
    events = session.scalars(select(Event).where(Event.type.in_(MARKS)))
    logged = Counter((event.case_id, event.data["kind"], event.type) for event in events)
    assert logged == Counter((clock.enquiry_id, clock.kind, mark) for clock in clocks for mark in MARKS)
    promised = session.execute(select(OutboxMessage.task, OutboxMessage.payload["clock_id"].astext))
    assert Counter(map(tuple, promised)) == Counter(("escalate_breach", str(clock.id)) for clock in clocks)


def assert_each_pause_ended_once(session, count: int) -> None:
    """When the office opened on its day, however late the sweep came."""
    pauses = session.scalars(select(ClockPause)).all()
    assert {each.resumed_at for each in pauses} == {PACK.calendar.opening(PAUSED_UNTIL)}
    told = session.scalars(select(Event).where(Event.type == "clock_resumed"))
    assert Counter(event.case_id for event in told) == Counter(pause.clock.enquiry_id for pause in pauses)
    assert len(pauses) == count


def assert_log_is_whole(session, enquiry: Enquiry) -> None:
    """Numbered without gaps, each event sealed after the one before, and the enquiry knows the last."""
    events = session.scalars(select(Event).where(Event.case_id == enquiry.id).order_by(Event.number)).all()
    assert [event.number for event in events] == list(range(1, enquiry.event_number + 1))
    assert [event.previous_hash for event in events] == [b"", *(event.hash for event in events[:-1])]
    assert [seal(event) for event in events] == [event.hash for event in events]
    assert enquiry.event_hash == events[-1].hash


class Post:
    """A mail server that keeps each letter, and kills the worker that brings a deadly one: 1 is the first letter.

    The worker dies when its letter is taken and it does not know: the worst moment there is.
    """

    def __init__(self) -> None:
        self.letters, self.deaths, self.worker = [], Counter(), None

    async def handle_DATA(self, server, session, envelope) -> str:
        self.letters.append(message_from_bytes(envelope.content))
        if len(self.letters) in DEADLY_LETTERS:
            self.deaths[self.letters[-1]["Message-ID"]] += 1
            kill(self.worker)
        return "250 OK"


@contextmanager
def post_office(post: Post) -> Iterator[int]:
    """The port on loopback at which `post` takes letters."""
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def post(database, monkeypatch, tmp_path):
    """Letters' way out: a mail server, a Redis that no other test's worker reads, and the worker's environment."""
    post = Post()
    with post_office(post) as port, embedded._run_redis(tmp_path) as redis_url:
        values = {
            "DATABASE_URL": database.engine.url.render_as_string(False),
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET_KEY,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
        }
        for key, value in values.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        yield post
        if post.worker:
            stop(post.worker)


def test_each_letter_is_done_once_though_the_relay_and_the_workers_are_killed(database, post, tmp_path, monkeypatch):
    log_enquiries(database, LETTERS // 2)
    with database.transaction(SYSTEM) as session:
        sweep(Desk(session, SYSTEM, SettableClock(LATER), PACK))
    kill_the_relay(database, post, tmp_path)
    monkeypatch.setenv("TRIAGE_DEMO", "true")
    for number in range(len(DEADLY_LETTERS) + 1):
        monkeypatch.setenv("TRIAGE_CLOCK_OFFSET_SECONDS", str(number * AGAIN_SECONDS))
        post.worker = start_worker(tmp_path)
        wait_until(lambda: post.worker.poll() is not None or is_all_done(database), tmp_path)
        stop(post.worker)
    with database.transaction(SYSTEM) as session:
        messages = session.scalars(select(OutboxMessage)).all()
    assert {(bool(each.done_at), each.failed_at, each.attempts) for each in messages} == {(True, None, 0)}
    once = Counter(f"<{message.id}@triage.example>" for message in messages)
    assert Counter(letter["Message-ID"] for letter in post.letters) == once + post.deaths
    assert (len(once), post.deaths.total()) == (LETTERS, len(DEADLY_LETTERS))
    texts = {letter.get_payload() for letter in post.letters}
    assert len({(letter["Message-ID"], letter.get_payload()) for letter in post.letters}) == len(texts) == LETTERS


def kill_the_relay(database: Database, post: Post, folder: Path) -> None:
    """Kill a worker when its relay has published every letter and has not written that it did."""
    with database.transaction(SYSTEM) as session:
        session.execute(text("LOCK TABLE outbox IN SHARE MODE"))  # read, but do not write
        post.worker = start_worker(folder)
        wait_until(lambda: count_queued() == LETTERS, folder)
        kill(post.worker)
    with database.transaction(SYSTEM) as session:
        assert set(session.scalars(select(OutboxMessage.published_at))) == {None}


def start_worker(folder: Path) -> subprocess.Popen[bytes]:
    """A worker, which does not look for others first, with a relay to do before all that is queued already.

    So what the one before published is in the queue twice. The queue is a list, sent to its left, taken from its right.
    """
    send("outbox.relay")
    with Redis.from_url(Settings().redis_url) as redis:
        redis.lmove(URGENT, URGENT, "LEFT", "RIGHT")
    return spawn((sys.executable, *WORKER, "--without-mingle"), folder / "worker.log", env=dict(os.environ))


def count_queued() -> int:
    with Redis.from_url(Settings().redis_url) as redis:
        return sum(redis.llen(queue) for queue in QUEUES)


def is_all_done(database: Database) -> bool:
    """Whether every letter is done and every time it was published, again or not, has been looked at."""
    with database.transaction(SYSTEM) as session:
        left = session.scalar(select(func.count()).where(OutboxMessage.done_at.is_(None)))
    return not left and not count_queued()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
