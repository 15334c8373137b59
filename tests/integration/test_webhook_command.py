"""`triage webhook`, from adding one to taking it away."""

import json
import os
from http.server import HTTPServer
from threading import Thread

import pytest
from click.testing import CliRunner
from standardwebhooks.webhooks import Webhook as Receives

from tests.services import REDIS, SECRET_KEY, own_database, role_url
from tests.unit.test_calling_out import Answers
from triage.access.actor import SYSTEM
from triage.cli import main
from triage.database import Database
from triage.models import User


@pytest.fixture
def environment():
    with own_database() as name:
        url = role_url("triage_app", name)
        with Database(url) as database, database.transaction(SYSTEM) as session:
            session.add(User(username="records", name="Made-up", role="partner_system", agency_code="police"))
        yield {
            "TRIAGE_DATABASE_URL": url,
            "TRIAGE_REDIS_URL": os.environ[REDIS],
            "TRIAGE_SECRET_KEY": SECRET_KEY,
            "TRIAGE_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }


@pytest.fixture
def run(environment):
    def command(*words):
        done = CliRunner(env=environment).invoke(main, ["webhook", *words])
        return done.exit_code, done.output.strip()

    return command


@pytest.fixture
def receiver():
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        server.came = []
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def add(run, receiver, status=204):
    address = f"http://127.0.0.1:{receiver.server_port}/{status}"
    return run("add", "records", address, "--as", "records", "--kind", "enquiry_received")


def test_one_is_added_tried_listed_paused_renewed_and_removed(run, receiver):
    code, said = add(run, receiver)
    assert (code, said.startswith("Keep this secret")) == (0, True), said
    secret = said.splitlines()[-1]
    assert run("test", "records") == (0, "It answered 204.")
    ((_path, headers, body),) = receiver.came
    assert Receives(secret).verify(body, headers)["type"] == "webhook_test"
    _code, listed = run("list", "--json")
    (row,) = json.loads(listed)
    assert (row["as"], row["kinds"], row["paused"], row["given_up"]) == ("records", ["enquiry_received"], None, 0)
    assert secret not in listed
    assert run("pause", "records")[0] == 0
    assert "paused: Somebody paused it." in run("list")[1]
    assert run("pause", "records")[0] == 1
    assert run("resume", "records") == (0, "records is told again, and of 0 that had waited.")
    renewed = run("renew-secret", "records", "--hours", "1")[1].splitlines()[-1]
    assert renewed.startswith("whsec_")
    assert renewed != secret
    assert run("send-again", "records", "--since", "2014-01-02") == (0, "0 will be sent to records again.")
    assert run("remove", "records") == (0, "records is told nothing any more.")
    assert run("list") == (0, "There is none.")
    assert run("test", "records")[0] == 1


def test_what_is_wrong_is_said_in_words(run, receiver):
    code, said = run("add", "records", "http://cases.example/", "--as", "records", "--kind", "enquiry_received")
    assert (code, "It must begin with https://" in said) == (1, True)
    code, said = run("add", "records", "https://cases.example/", "--as", "nobody", "--kind", "enquiry_received")
    assert (code, "There is no user 'nobody'" in said) == (1, True)
    add(run, receiver, status=503)
    assert run("test", "records") == (0, "It answered 503.")
    receiver.shutdown()
    receiver.server_close()
    code, said = run("test", "records")
    assert (code, "It did not answer" in said) == (1, True)


def test_setting_that_is_wrong_is_named_without_its_value(environment):
    wrong = environment | {"TRIAGE_WEBHOOK_NETWORKS": "everywhere"}
    done = CliRunner(env=wrong).invoke(main, ["webhook", "list"])
    assert "TRIAGE_WEBHOOK_NETWORKS" in str(done.exception)
    assert SECRET_KEY not in str(done.exception)
