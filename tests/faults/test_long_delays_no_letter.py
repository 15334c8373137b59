"""However long a report takes, and however many wait, letters go out and clocks are swept."""

import os
import sys
from contextlib import ExitStack, contextmanager

from sqlalchemy import NullPool, create_engine, text

from tests.faults.front_door import WAITING
from tests.faults.test_celery import log_one, message, world  # noqa: F401 - a fixture
from tests.services import role_url
from tests.working import WORKER, send, wait_until
from triage.access.actor import SYSTEM
from triage.processes import spawn, stop
from worker.queues import LONG, OF_LONG, URGENT


@contextmanager
def workers(folder, *queues):
    """A worker for each, as production has them."""
    with ExitStack() as stack:
        for queue in queues:
            told = ("--queues", queue, "--hostname", f"{queue}@%h", "--without-mingle")
            process = spawn((sys.executable, *WORKER, *told), folder / "worker.log", env=dict(os.environ))
            stack.callback(stop, process)
        yield


def count_waiting(database) -> int:
    with database.transaction(SYSTEM) as session:
        return session.scalar(WAITING)


@contextmanager
def reports_locked(database):
    """Whoever makes a report waits for us."""
    owner = create_engine(role_url("triage_owner", database.engine.url.database), poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("LOCK TABLE quarterly_reports IN ACCESS EXCLUSIVE MODE"))
        yield


def test_letter_goes_while_a_report_is_made_and_others_wait(world, tmp_path):  # noqa: F811 - the fixture
    database, sink = world
    with workers(tmp_path, URGENT, LONG), reports_locked(database):
        for _ in range(3):
            send("reports.make")
        wait_until(lambda: count_waiting(database) == 1, tmp_path)
        for name in OF_LONG:
            send(name)
        message_id = log_one(database)
        send("outbox.relay")
        wait_until(lambda: message(database, message_id).done_at, tmp_path)
        assert count_waiting(database) == 1
    assert [to for to, _letter in sink.letters] == [["teacher@school.example"]]
