"""The worked client of docs/client by itself: when it tries again, when it gives up, and whom it believes."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from triage.access.webhook_signing import new_secret, sign

CLIENT = Path(__file__).parents[2] / "docs" / "client"
NOTIFICATION = json.loads((CLIENT / "police_notification.json").read_text())
BODY = b'{"type":"enquiry_decided","data":{}}'


def load(name):
    spec = spec_from_file_location(name, CLIENT / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sending, receiving = load("sending"), load("receiving")


class Hub(BaseHTTPRequestHandler):
    """Answers with what it is given to answer, in turn, and keeps what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((dict(self.headers), json.loads(body)))
        status, headers, said = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def hub(*answers):
    with HTTPServer(("127.0.0.1", 0), Hub) as server:
        server.came, server.answers = [], list(answers)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


TAKEN = (201, {}, {"reference": "ENQ-2014-000001", "state": "received"})


def test_it_tries_again_with_the_same_key_and_waits_as_long_as_it_is_told():
    waits = []
    with hub((429, {"Retry-After": "60"}, {}), (503, {"Retry-After": "5"}, {}), (500, {}, {}), TAKEN) as (server, at):
        taken = sending.send(at, "made-up", NOTIFICATION, wait=waits.append)
    assert taken["reference"] == "ENQ-2014-000001"
    assert waits[:2] == [60, 5]
    assert 2 <= waits[2] <= 4
    assert {headers["Idempotency-Key"] for headers, _body in server.came} == {NOTIFICATION["number"]}
    assert {headers["Authorization"] for headers, _body in server.came} == {"Bearer made-up"}


def test_what_is_refused_is_said_by_field_and_not_sent_again():
    faults = {"title": "Check what you entered", "errors": [{"field": "received_at", "detail": "Not a time."}]}
    with hub((422, {}, faults)) as (server, at), pytest.raises(sending.Refused, match=r"received_at: Not a time\."):
        sending.send(at, "made-up", NOTIFICATION, wait=pytest.fail)
    assert len(server.came) == 1


def test_it_gives_up_after_some_tries_and_says_so():
    waits = []
    with hub() as (_server, at):
        pass
    with pytest.raises(sending.NotReached):
        sending.send(at, "made-up", NOTIFICATION, wait=waits.append)
    assert len(waits) == sending.TRIES
    assert max(waits) <= sending.LONGEST_WAIT


def test_message_is_believed_by_any_of_its_secrets_and_ours():
    before, after, now = new_secret(), new_secret(), int(time.time())
    headers = sign([after, before], "abc", now, BODY)
    for secrets in ([before], [after], [new_secret(), before]):
        assert receiving.verify(secrets, headers, BODY, now) == "abc"


@pytest.mark.parametrize(
    ("changed", "late"),
    [
        ({"webhook-id": "def"}, 0),
        ({"webhook-signature": ""}, 0),
        ({"webhook-signature": "v1,é v1a,AAAA"}, 0),
        ({"webhook-timestamp": "yesterday"}, 0),
        ({}, 301),
        ({}, -301),
    ],
)
def test_what_is_forged_or_played_back_is_not_believed(changed, late):
    secret, now = new_secret(), int(time.time())
    headers = sign([secret], "abc", now, BODY) | changed
    with pytest.raises(receiving.Forged):
        receiving.verify([secret], headers, BODY, now + late)


@pytest.fixture
def receiver(tmp_path):
    """The receiver of the client, its inbox, its address, and the hub's secret."""
    secret, inbox = new_secret(), receiving.Inbox(str(tmp_path / "inbox"))
    with receiving.Receiver(0, inbox, [secret]) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield inbox, f"http://127.0.0.1:{server.server_port}/", secret
        server.shutdown()


def tell(at, headers, body=BODY):
    try:
        with urlopen(Request(at, body, headers)) as answer:  # noqa: S310 - on loopback
            return answer.status
    except HTTPError as refusal:
        with refusal:
            return refusal.code


def test_receiver_keeps_a_message_once_and_nothing_that_is_forged(receiver):
    inbox, at, secret = receiver
    headers = sign([secret], "abc", int(time.time()), BODY)
    assert [tell(at, headers), tell(at, headers)] == [204, 204]
    assert tell(at, sign([new_secret()], "def", int(time.time()), BODY)) == 401
    assert tell(at, headers, b"x" * 100_001) == 413
    assert inbox.waiting() == [("abc", BODY)]


def test_what_was_taken_is_not_taken_again(receiver, capsys):
    inbox, _at, _secret = receiver
    inbox.keep("abc", b'{"type":"webhook_test","data":{}}')
    assert receiving.work_through(inbox, "https://hub.example/api/v1", "made-up")
    inbox.keep("abc", BODY)
    assert receiving.work_through(inbox, "https://hub.example/api/v1", "made-up")
    assert capsys.readouterr().out.split()[0] == "webhook_test"
    assert inbox.waiting() == []


def test_token_goes_to_the_hub_alone(receiver):
    with pytest.raises(receiving.Forged):
        receiving.read_case("https://hub.example/api/v1", "made-up", "https://hub.example.evil.example/api/v1/sent")
    with hub() as (_server, at), pytest.raises(HTTPError) as moved:
        receiving.read_case(at, "made-up", f"{at}/sent")
    moved.value.close()
    assert moved.value.code == 302


def test_while_the_hub_is_away_what_came_waits(receiver):
    inbox, _at, _secret = receiver
    with hub() as (_server, away):
        pass
    inbox.keep("abc", json.dumps({"type": "x", "data": {"url": f"{away}/sent"}}).encode())
    assert not receiving.work_through(inbox, away, "made-up")
    assert len(inbox.waiting()) == 1
