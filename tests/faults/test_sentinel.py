"""Redis's first server is killed: Sentinel puts another in its place, letters still go out, and limits still count."""

from contextlib import suppress

import pytest
from kombu.exceptions import OperationalError as BrokerAway

from tests.faults.guarded import a_guarded_redis, wait_until
from tests.faults.test_celery import log_one, message
from tests.integration.test_worker import mail_server
from tests.services import SECRET_KEY, own_database, role_url
from tests.working import send, start_worker
from tests.working import wait_until as wait_for_worker
from triage.app import create_app
from triage.clock import SystemClock
from triage.database import Database
from triage.doctor.of_parts import look_at_redis
from triage.errors import TooMany
from triage.heard import RELAY, connect, listen
from triage.limits import Counts
from triage.processes import stop
from triage.settings import Settings

OFFICE = "192.0.2.1"
BEFORE = 5  # forms begun before the first server is killed, of those that may be begun within an hour


@pytest.fixture
def world(monkeypatch, tmp_path):
    """A database, Redis behind Sentinel, a mail server, and the environment that a worker reads."""
    with own_database() as name, a_guarded_redis(tmp_path) as guarded, mail_server() as (sink, port):
        told = {"DATABASE_URL": role_url("triage_app", name), "REDIS_URL": guarded.url(), "SECRET_KEY": SECRET_KEY}
        told |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "DEMO": "true", "SECURE_COOKIES": "false"}
        for key, value in told.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        with Database(told["DATABASE_URL"]) as database:
            yield database, guarded, sink


@pytest.fixture
def worker(world, tmp_path):
    worker = start_worker(tmp_path)
    yield worker
    stop(worker)


def relay_until_done(database, message_id, folder):
    """As beat does: asked for again and again, also while nobody is there to be asked."""

    def is_done():
        with suppress(BrokerAway):
            send("outbox.relay")
        return message(database, message_id).done_at

    wait_for_worker(is_done, folder)


def count_left(counts):
    """How many more forms one line may begin."""
    for made in range(counts.tellings.amount + 1):
        try:
            counts.note(counts.tellings, "telling begun", OFFICE)
        except TooMany:
            return made
    raise AssertionError("nobody counts")


def heard_of_worker(settings):
    with connect(settings.redis_url) as redis:
        return listen(redis).silent(RELAY, SystemClock().now())


def test_letters_go_out_and_limits_count_once_another_server_is_the_first(world, worker, tmp_path):
    database, guarded, sink = world
    settings = Settings()
    counts = Counts(settings)
    relay_until_done(database, log_one(database), tmp_path)
    for _ in range(BEFORE):
        counts.note(counts.tellings, "telling begun", OFFICE)
    guarded.kill_first()
    assert worker.poll() is None
    relay_until_done(database, log_one(database), tmp_path)
    assert [to for to, _letter in sink.letters] == [["teacher@school.example"]] * 2
    assert worker.poll() is None
    wait_until(lambda: heard_of_worker(settings) is not None)
    assert count_left(counts) == counts.tellings.amount - BEFORE
    assert count_left(Counts(settings)) == 0  # by another process too: it is Redis that counts


def test_web_and_doctor_find_it_by_sentinel_before_and_after(world):
    database, guarded, _sink = world
    settings, clock = Settings(), SystemClock()
    page = create_app(settings, clock, database).test_client()
    for step in ("before", "after"):
        assert page.get("/health/ready").json["redis"] == "ready", step
        assert next((each.check, each.how) for each in look_at_redis(settings, clock)) == ("redis", "well"), step
        if step == "before":
            guarded.kill_first()
