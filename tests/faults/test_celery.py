"""The real worker on the real Redis: an outbox row becomes a letter, once, whatever is sent twice."""

import os
import time
from datetime import UTC, date, datetime

import pytest
from celery.contrib.testing.worker import start_worker
from sqlalchemy import select

from tests.integration.test_worker import mail_server
from tests.services import REDIS, own_database, role_url
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.models import OutboxMessage
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.people import NewPerson
from worker.celery_app import app, state
from worker.tasks.outbox import deliver_message, relay_outbox


@pytest.fixture
def world(monkeypatch):
    """A database of its own, a mail server, and the environment that a worker reads."""
    with own_database() as name, mail_server() as (sink, port):
        url = role_url("triage_app", name)
        values = {
            "DATABASE_URL": url,
            "REDIS_URL": os.environ[REDIS],
            "SECRET_KEY": "not-a-secret-but-long-enough-for-a-test",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
        }
        for key, value in values.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        with Database(url) as database:
            yield database, sink
        state().database.engine.dispose()
        state.cache_clear()


def test_letter_goes_out_once_though_its_task_is_sent_twice(world):
    database, sink = world
    with database.transaction(SYSTEM) as session:
        clock = SettableClock(datetime(2013, 5, 7, 9, tzinfo=UTC))
        told = LogEnquiry(
            received_at=clock.now(),
            channel="email",
            source="2A",
            reported="Made up.",
            referrer_email="teacher@school.example",
            subjects=(NewSubject(person=NewPerson(given_name="Ava", birth_date=date(2008, 1, 2))),),
        )
        log_enquiry(Desk(session, SYSTEM, clock, load_pack("nottinghamshire")), told)
    with start_worker(app, perform_ping_check=False, pool="solo"):
        relay_outbox.delay()
        message = _wait_until_done(database)
        deliver_message.delay(str(message.id))
        relay_outbox.delay()
    assert [to for to, _letter in sink.letters] == [["teacher@school.example"]]


def _wait_until_done(database):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with database.transaction(SYSTEM) as session:
            message = session.scalars(select(OutboxMessage)).one()
            if message.done_at:
                return message
        time.sleep(0.05)
    raise AssertionError(f"not done: {message.last_error or 'not begun'}")
