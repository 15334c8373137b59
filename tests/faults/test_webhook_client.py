"""The worked client of docs/client, against the real service and the real worker: sent, decided, told, and read."""

import json
import os
import sys
import time
from pathlib import Path
from subprocess import run

import pytest
from sqlalchemy import select

from tests.conftest import Office
from tests.journeys.conftest import a_site
from tests.making import decide_as, read_through, screen
from tests.services import SECRET_KEY
from tests.working import send, start_worker, wait_until
from triage.access.actor import SYSTEM
from triage.access.signin import issue_token
from triage.access.vault import Vault
from triage.calling_out import read_networks
from triage.clock import SystemClock
from triage.database import Database
from triage.embedded import _run_redis
from triage.models import SEND_WEBHOOK, Enquiry, OutboxMessage, User
from triage.pack import load_pack
from triage.processes import spawn, stop
from triage.services.desk import Desk
from triage.services.webhook_kinds import OUTSIDE_KINDS
from triage.services.webhooks import AddWebhook, add_webhook
from triage.serving import free_port

CLIENT = Path(__file__).parents[2] / "docs" / "client"
NOTIFICATION = CLIENT / "police_notification.json"
HERE = "127.0.0.0/8"
PACK = load_pack("nottinghamshire")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The service on loopback, its database, and the environment of a worker that may reach this machine."""
    with _run_redis(tmp_path) as redis_url, a_site(tmp_path / "web") as (address, url):
        values = {
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET_KEY,
            "PUBLIC_URL": address,
            "WEBHOOK_NETWORKS": HERE,
        }
        for key, value in values.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        with Database(url) as database:
            yield address, database


def desk_in(session) -> Desk:
    return Desk(session, SYSTEM, SystemClock(), PACK)


def subscribe(database, port: int) -> tuple[str, str]:
    """An account for the police's system: its token, and the secret of its webhook."""
    with database.transaction(SYSTEM) as session:
        named = {"username": "records", "name": "Made-up records system", "agency_code": "police"}
        user = User(role="partner_system", **named)
        session.add(user)
        session.flush()
        token = issue_token(session, user, "records", ["read", "write"], SystemClock().now())
        hook = AddWebhook("records", f"http://127.0.0.1:{port}/", "records", OUTSIDE_KINDS)
        _webhook, secret = add_webhook(desk_in(session), Vault([SECRET_KEY]), read_networks(HERE), hook)
    return token, secret


def decide_everything(database) -> None:
    """What the hub does with all that waits, by its own people."""
    with database.transaction(SYSTEM) as session:
        office = Office(session, SystemClock(), PACK)
        for enquiry in session.scalars(select(Enquiry)).all():
            read_through(office, enquiry)
            screen(office, enquiry)
            decide_as(office, "social_worker", enquiry, route="social_care", level=3)


def is_all_sent(database) -> bool:
    with database.transaction(SYSTEM) as session:
        query = select(OutboxMessage.done_at).where(OutboxMessage.task == SEND_WEBHOOK)
        return all(session.scalars(query))


def is_told(database, log: Path) -> bool:
    """Whether both messages came. The relay is asked each time, as beat would: what nobody answered is sent again."""
    send("outbox.relay")
    time.sleep(1)
    return is_all_sent(database) and log.read_text().count("\n") >= 2


def client(name: str, environment: dict[str, str], *args: str):
    return run([sys.executable, CLIENT / name, *args], env=environment, capture_output=True, text=True, check=False)


def test_notification_is_sent_decided_told_and_read(site, tmp_path):
    address, database = site
    port, log = free_port(), tmp_path / "client.log"
    token, secret = subscribe(database, port)
    told = {"TRIAGE_API": f"{address}/api/v1", "TRIAGE_TOKEN": token, "TRIAGE_WEBHOOK_SECRETS": secret}
    environment = {**os.environ, **told}
    receiver = spawn((sys.executable, CLIENT / "receiving.py", tmp_path / "inbox", str(port)), log, env=environment)
    worker = start_worker(tmp_path)
    try:
        first, again = (client("sending.py", environment, NOTIFICATION) for _ in range(2))
        number = json.loads(NOTIFICATION.read_text())["number"]
        assert first.stdout == again.stdout, first.stderr
        assert first.stdout.startswith(f"{number} is ENQ-")
        decide_everything(database)
        wait_until(lambda: is_told(database, log), tmp_path)
    finally:
        stop(worker)
        stop(receiver)
    reference = first.stdout.split()[2].rstrip(",")
    assert sorted(log.read_text().splitlines()) == [
        f"enquiry_decided {reference} Decided",
        f"enquiry_received {reference} Decided",
    ]


def test_client_says_what_the_hub_refuses_and_does_not_try_it_again(site, tmp_path):
    address, database = site
    token, _secret = subscribe(database, 1)
    wrong = json.loads(NOTIFICATION.read_text())
    wrong["written_at"] = "yesterday"
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    environment = {**os.environ, "TRIAGE_API": f"{address}/api/v1", "TRIAGE_TOKEN": token}
    done = client("sending.py", environment, str(tmp_path / "wrong.json"))
    assert done.returncode == 1
    assert "received_at" in done.stderr
