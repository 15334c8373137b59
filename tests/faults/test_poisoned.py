"""What kills whoever does it, or fails each time, goes round a few times, then waits for a person; all else goes on."""

import os
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import NullPool, create_engine, select, text

from tests.faults.test_celery import log_one, message
from tests.faults.whole import WORKER, children_of, kill_all
from tests.services import SECRET_KEY, own_database, role_url
from tests.working import send, wait_until
from triage.access.actor import SYSTEM
from triage.database import Database
from triage.embedded import _run_redis
from triage.models import FailingTask
from triage.processes import spawn, stop
from triage.services.relay import DEATHS, DIED
from triage.serving import free_port


class DeadlyPost:
    """A mail server that kills the process of the worker which brings a letter with a poisoned id, each time."""

    def __init__(self) -> None:
        self.came, self.poisoned, self.worker = Counter(), "", None

    async def handle_DATA(self, server, session, envelope) -> str:
        key = message_from_bytes(envelope.content)["Message-ID"]
        self.came[key] += 1
        if self.poisoned in key:
            kill_all(children_of(self.worker.pid))
        return "250 OK"


@contextmanager
def mail_taken_by(post: DeadlyPost):
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def world(monkeypatch, tmp_path):
    """A database and a Redis of its own, that post, and a worker with a pool of one process, as production has it."""
    post = DeadlyPost()
    with (
        own_database() as name,
        _run_redis(tmp_path) as redis_url,
        mail_taken_by(post) as port,
        Database(role_url("triage_app", name)) as database,
    ):
        told = {"DATABASE_URL": role_url("triage_app", name), "REDIS_URL": redis_url, "SECRET_KEY": SECRET_KEY}
        for key, value in {**told, "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port)}.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        post.worker = spawn((*WORKER, "--concurrency", "1"), tmp_path / "worker.log", env=dict(os.environ))
        yield database, post
        stop(post.worker)


def test_letter_that_kills_its_process_each_time_is_given_up_and_the_next_one_goes(world, tmp_path):
    database, post = world
    deadly = log_one(database)
    post.poisoned = str(deadly)
    for number in (*range(1, DEATHS + 1), DEATHS, DEATHS):
        send("outbox.deliver", str(deadly))
        wait_until(lambda now=number: post.came.total() == now, tmp_path)
    wait_until(lambda: message(database, deadly).failed_at, tmp_path)
    other = log_one(database)
    send("outbox.deliver", str(other))
    wait_until(lambda: message(database, other).done_at, tmp_path)
    row = message(database, deadly)
    assert (row.last_error, row.attempts, row.done_at) == (DIED, DEATHS, None)
    assert post.came == {f"<{deadly}@triage.example>": DEATHS, f"<{other}@triage.example>": 1}
    assert post.worker.poll() is None


def failing(database) -> dict[str, tuple[int, str]]:
    with database.transaction(SYSTEM) as session:
        return {row.name: (row.times, row.error) for row in session.scalars(select(FailingTask))}


def test_task_that_fails_is_kept_until_it_is_done(world, tmp_path):
    database, _post = world
    owner = create_engine(role_url("triage_owner", database.engine.url.database), poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE drafts RENAME TO away"))
    for number in (1, 2):
        send("drafts.forget")
        wait_until(lambda now=number: failing(database) == {"drafts.forget": (now, "ProgrammingError")}, tmp_path)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO drafts"))
    with database.transaction(SYSTEM) as session:
        session.execute(text("UPDATE failing_tasks SET asked_at = now()"))  # as the page's button does
    send("outbox.relay")
    wait_until(lambda: not failing(database), tmp_path)
