"""A task that waits in vain for what somebody else holds is done later, once; what is sent is kept as sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import NullPool, create_engine, select, text
from sqlalchemy.exc import OperationalError

from tests.faults.test_celery import log_one, message
from tests.integration.test_worker import mail_server
from tests.services import SECRET_KEY, own_database, role_url
from triage.access.actor import SYSTEM
from triage.cli import main
from triage.database import Database, Part, waited
from triage.errors import CommandRefused
from triage.insight.counting import rebuild
from triage.models import OutboxMessage
from triage.state import State
from worker import desk
from worker.celery_app import state
from worker.tasks import outbox

SOON = Part("triage worker", 1)  # as the worker, but given up after a second
# Those who have waited for longer than `SOON` would.
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
AND clock_timestamp() - query_start > interval '1500 ms'
"""


@pytest.fixture
def world(monkeypatch):
    """A worker's database, as the worker connects to it, its owner's address, and the letters that came."""
    with (
        own_database() as name,
        mail_server() as (sink, port),
        Database(role_url("triage_app", name), SOON) as database,
    ):
        told = {
            "DATABASE_URL": role_url("triage_app", name),
            "REDIS_URL": "redis://127.0.0.1:1",
            "SECRET_KEY": SECRET_KEY,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
        }
        for key, value in told.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        usual = state.__wrapped__()
        here = State(usual.settings, database, usual.clock, usual.pack)
        for module in (desk, outbox):
            monkeypatch.setattr(module, "state", lambda: here)
        yield database, role_url("triage_owner", name), sink


def as_worker(name):
    return Database(role_url("triage_app", name), SOON)


def as_owner(url):
    return create_engine(url, poolclass=NullPool).connect()


def test_letter_that_somebody_holds_goes_later_and_once(world):
    database, _owner, sink = world
    key = log_one(database)
    with database.transaction(SYSTEM) as other:
        other.execute(select(OutboxMessage.id).where(OutboxMessage.id == key).with_for_update())
        with pytest.raises(OperationalError) as gave_up:
            outbox.do_message(str(key))
    assert waited(gave_up.value)
    held = message(database, key)
    assert (held.done_at, held.failed_at, held.attempts, held.begun, sink.letters) == (None, None, 0, 0, [])
    for _ in range(2):
        outbox.do_message(str(key))
    assert message(database, key).done_at
    assert len(sink.letters) == 1


def test_counting_anew_holds_up_nobody_while_somebody_reads_for_long():
    with own_database() as name, Database(role_url("triage_app", name)) as database:
        command = ["measure", "rebuild", "--url", role_url("triage_app", name)]
        with database.one_moment() as report:
            report.execute(text("SELECT count(*) FROM rollups"))
            told = CliRunner().invoke(main, command)
            assert isinstance(told.exception, CommandRefused)
            assert "run it again in a minute" in str(told.exception)
        assert CliRunner().invoke(main, command).output == "Counted anew.\n"
        with database.transaction(SYSTEM) as session:
            rebuild(session)
            assert session.scalar(text("SHOW lock_timeout")) == "0"


def test_letter_that_is_sent_is_kept_as_sent_however_long_that_takes(world, monkeypatch):
    database, owner, sink = world
    key, send = log_one(database), outbox._send
    with as_owner(owner) as migration:

        def send_while_an_index_is_made(*told):
            send(*told)
            migration.execute(text("LOCK TABLE outbox IN SHARE MODE"))

        monkeypatch.setattr(outbox, "_send", send_while_an_index_is_made)
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(outbox.do_message, str(key))
            with as_owner(owner) as watcher:
                while not (done.done() or watcher.scalar(text(WAITING))):
                    watcher.rollback()
            migration.rollback()
            done.result()
    assert message(database, key).done_at
    assert len(sink.letters) == 1
