"""The real worker on the real Redis: an outbox row becomes a letter, once, though its worker is killed."""

import signal
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.test_worker import mail_server
from tests.services import SECRET_KEY, own_database, role_url
from tests.working import send, start_worker, wait_until
from triage.access.actor import SYSTEM
from triage.access.signing import make_key
from triage.clock import SettableClock
from triage.database import Database
from triage.embedded import _run_redis
from triage.models import OutboxMessage
from triage.pack import load_pack
from triage.processes import stop
from triage.services.desk import Desk
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.people import NewPerson
from triage.store.ledger import find_last_checkpoint


@pytest.fixture
def world(monkeypatch, tmp_path):
    """A database and a Redis of its own, a mail server, and the environment that a worker reads."""
    with own_database() as name, _run_redis(tmp_path) as redis_url, mail_server() as (sink, port):
        url = role_url("triage_app", name)
        values = {
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET_KEY,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
        }
        for key, value in values.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        with Database(url) as database:
            yield database, sink


def test_letter_goes_out_once_though_the_worker_is_killed_and_its_task_sent_again(world, tmp_path):
    database, sink = world
    message_id = log_one(database)
    send("outbox.relay")
    first = start_worker(tmp_path)
    wait_until(lambda: message(database, message_id).done_at, tmp_path)
    first.send_signal(signal.SIGKILL)
    first.wait()
    send("outbox.deliver", str(message_id))
    other_id = log_one(database)
    send("outbox.deliver", str(other_id))
    second = start_worker(tmp_path)
    wait_until(lambda: message(database, other_id).done_at, tmp_path)
    stop(second)
    assert [to for to, _letter in sink.letters] == [["teacher@school.example"]] * 2


def test_worker_seals_what_was_done(world, tmp_path, monkeypatch):
    database, _sink = world
    monkeypatch.setenv("TRIAGE_LEDGER_KEY", make_key())
    log_one(database)
    send("ledger.seal")
    worker = start_worker(tmp_path)
    wait_until(lambda: sealed_by(database), tmp_path)
    stop(worker)
    assert sealed_by(database).tree_size == 2  # the enquiry's head and the child's


def test_worker_without_a_key_says_that_nothing_is_sealed(world, tmp_path):
    worker = start_worker(tmp_path)
    wait_until(lambda: "TRIAGE_LEDGER_KEY is not set" in (tmp_path / "worker.log").read_text(), tmp_path)
    stop(worker)


def sealed_by(database):
    with database.transaction(SYSTEM) as session:
        return find_last_checkpoint(session)


def log_one(database) -> UUID:
    """Log an enquiry whose referrer wants a receipt; the key of the promise."""
    clock = SettableClock(datetime(2013, 5, 7, 9, tzinfo=UTC))
    told = LogEnquiry(
        received_at=clock.now(),
        channel="email",
        source="2A",
        reported="Made up.",
        referrer_email="teacher@school.example",
        subjects=(NewSubject(person=NewPerson(given_name="Ava", birth_date=date(2008, 1, 2))),),
    )
    with database.transaction(SYSTEM) as session:
        log_enquiry(Desk(session, SYSTEM, clock, load_pack("nottinghamshire")), told)
        return session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id.desc())).first()


def message(database, message_id) -> OutboxMessage:
    with database.transaction(SYSTEM) as session:
        return session.get_one(OutboxMessage, message_id)
