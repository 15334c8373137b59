"""The worker is killed when a receiver has taken a message and nobody has noted it: that message comes once more, with
the same id, and none is lost.
"""

from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook as Receives

from tests.conftest import Office
from tests.faults.test_sweep_killed import AGAIN_SECONDS, MORNING, count_queued, kill, start_worker
from tests.making import an_enquiry
from tests.services import SECRET_KEY, own_database, role_url
from tests.working import wait_until
from triage import embedded
from triage.access.actor import SYSTEM
from triage.access.vault import Vault
from triage.calling_out import read_networks
from triage.clock import SettableClock
from triage.database import Database
from triage.models import SEND_WEBHOOK, OutboxMessage, User
from triage.pack import load_pack
from triage.processes import stop
from triage.services.desk import Desk
from triage.services.webhooks import AddWebhook, add_webhook

HERE = "127.0.0.0/8"
PACK = load_pack("nottinghamshire")
MESSAGES = 8
DEADLY = (2, 5, MESSAGES)  # as they come first: the last is the end


class Takes(BaseHTTPRequestHandler):
    """Takes each message and, with some, kills whoever brought it before it hears so."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        here = self.server
        here.came.append((dict(self.headers), body))
        here.seen[self.headers["webhook-id"]] += 1
        if len(here.seen) in DEADLY and here.seen[self.headers["webhook-id"]] == 1:
            here.killed[self.headers["webhook-id"]] += 1
            kill(here.worker)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    with ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        server.came, server.seen, server.killed, server.worker = [], Counter(), Counter(), None
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def database(monkeypatch, tmp_path):
    """A database, a Redis that no other test's worker reads, and the worker's environment."""
    with own_database() as name, embedded._run_redis(tmp_path) as redis_url:
        url = role_url("triage_app", name)
        values = {"DATABASE_URL": url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET_KEY}
        for key, value in {**values, "WEBHOOK_NETWORKS": HERE, "DEMO": "true"}.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        with Database(url) as database:
            yield database


def promise_some(database, port: int) -> str:
    """A webhook to that port, and enquiries of which it is to be told: its secret."""
    with database.transaction(SYSTEM) as session:
        office = Office(session, SettableClock(MORNING), PACK)
        username = session.get_one(User, office.actor("mash_officer").id).username
        command = AddWebhook("cases", f"http://127.0.0.1:{port}/", username, ("enquiry_received",))
        desk = Desk(session, SYSTEM, office.clock, PACK)
        _webhook, secret = add_webhook(desk, Vault([SECRET_KEY]), read_networks(HERE), command)
        for _ in range(MESSAGES):
            an_enquiry(office)
    return secret


def messages_in(database) -> list[OutboxMessage]:
    with database.transaction(SYSTEM) as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.task == SEND_WEBHOOK)))


def test_each_message_comes_and_only_one_that_killed_comes_again(database, receiver, tmp_path, monkeypatch):
    secret = promise_some(database, receiver.server_port)
    for number in range(len(DEADLY) + 1):
        monkeypatch.setenv("TRIAGE_CLOCK_OFFSET_SECONDS", str(number * AGAIN_SECONDS))
        receiver.worker = start_worker(tmp_path)
        wait_until(lambda: receiver.worker.poll() is not None or is_all_done(database), tmp_path)
        stop(receiver.worker)
    messages = messages_in(database)
    assert {(bool(each.done_at), each.failed_at, each.attempts) for each in messages} == {(True, None, 0)}
    assert receiver.seen == Counter(each.payload["event_id"] for each in messages) + receiver.killed
    assert (len(receiver.seen), max(receiver.seen.values()), len(receiver.killed)) == (MESSAGES, 2, len(DEADLY))
    assert len({body for _headers, body in receiver.came}) == MESSAGES
    for headers, body in receiver.came:
        assert Receives(secret).verify(body, headers)


def is_all_done(database) -> bool:
    return all(each.done_at for each in messages_in(database)) and not count_queued()
