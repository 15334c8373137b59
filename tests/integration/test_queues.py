"""How tasks are queued: each in a queue that is read, done before it is handed on, and none put off in Redis."""

import ast
import os
from pathlib import Path

import pytest

from tests.services import REDIS
from worker.celery_app import app
from worker.queues import LONG, QUEUE_OF, QUEUES, URGENT
from worker.schedule import SCHEDULE

ROOT = Path(__file__).parents[2]
PUT_OFF = {"countdown", "eta", "default_retry_delay", "retry_backoff"}


@pytest.fixture
def tasks(monkeypatch, settings):
    """Every task of ours, by name."""
    monkeypatch.setenv("TRIAGE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("TRIAGE_REDIS_URL", os.environ[REDIS])
    monkeypatch.setenv("TRIAGE_SECRET_KEY", settings.secret_key.get_secret_value())
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_goes_to_a_queue_that_is_read(tasks):
    assert set(QUEUE_OF) == set(tasks)
    sent = {name: app.amqp.router.route({}, name)["queue"].name for name in tasks}
    assert sent == QUEUE_OF
    assert set(sent.values()) == set(QUEUES) == set(app.amqp.queues)
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(sent)


def test_no_task_is_handed_to_another_while_it_may_still_be_done(tasks):
    limits = {name: task.time_limit or app.conf.task_time_limit for name, task in tasks.items()}
    assert max(limits.values()) * 2 <= app.conf.broker_transport_options["visibility_timeout"]
    long = {name for name, limit in limits.items() if limit > app.conf.task_time_limit}
    assert long == {name for name, queue in QUEUE_OF.items() if queue == LONG}


def test_a_task_is_acknowledged_when_done_and_taken_one_at_a_time(tasks):
    assert all(task.acks_late and not task.reject_on_worker_lost and task.ignore_result for task in tasks.values())
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.result_backend is None


def test_nothing_is_put_off_in_redis():
    """A deadline that stood there would be lost with it: whoever waits stands in the database."""
    calls = [
        keyword.arg
        for path in (ROOT / "worker").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
    ]
    assert "time_limit" in calls
    assert not PUT_OFF & set(calls)


def test_what_tells_somebody_of_a_child_is_urgent():
    assert {name for name, queue in QUEUE_OF.items() if queue == URGENT} == {
        *("clocks.sweep", "notices.promise", "outbox.relay", "outbox.deliver"),
    }
