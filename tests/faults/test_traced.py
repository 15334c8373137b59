"""A trace goes on from a request of a real gunicorn, by a row of the outbox, to a real worker; and it names nobody."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import select

from tests.integration.test_worker import mail_server
from tests.services import role_url
from tests.watching import a_watched_site, status_of
from tests.working import send, start_worker, wait_until
from triage.access.actor import SYSTEM
from triage.access.signin import issue_token
from triage.database import Database
from triage.demo.staff import add_staff
from triage.models import OutboxMessage, User
from triage.processes import stop
from triage.watching.tracing import name_statement

NAME = "Quillfeather"
ID = "made-up-request-1"
TASK = "acknowledge_referrer"
TOLD = {
    "received_at": "2013-05-07T09:30:00+01:00",
    "channel": "email",
    "source": "2A",
    "witnessed": f"{NAME} has a bruise.",
    "referrer_name": NAME,
    "referrer_email": f"{NAME}@school.example",
    "subjects": [{"person": {"given_name": NAME, "family_name": NAME}, "indicators": ["C4_NAI"]}],
}
MAY_BE_TOLD = {
    *("http.request.method", "http.route", "http.response.status_code", "triage.request_id", "triage.task"),
    *("triage.attempt", "error.type"),
}


class Collector(BaseHTTPRequestHandler):
    """Keeps every span that it is sent, and the bytes."""

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bytes += sent
        told = ExportTraceServiceRequest.FromString(sent)
        for resource in told.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans.extend(scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def collector():
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.spans, server.bytes = [], b""
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def traced(collector, tmp_path_factory):
    """The site, its worker and its mail server have done what one request asked for; where the worker's log is."""
    place = tmp_path_factory.mktemp("traced")
    more = {"TRIAGE_TRACES_ENDPOINT": f"http://127.0.0.1:{collector.server_port}/v1/traces"}
    patch = pytest.MonkeyPatch()
    with a_watched_site(place, **more) as site, mail_server() as (sink, port):
        told = {**site.environment, "TRIAGE_SMTP_HOST": "127.0.0.1", "TRIAGE_SMTP_PORT": str(port)}
        for key, value in told.items():
            patch.setenv(key, value)
        with Database(role_url("triage_app", site.database)) as database:
            log_one(site.address, token_of(database))
            status_of(f"{site.address}/enquiries/{NAME}?q={NAME}")
            send("outbox.relay")
            worker = start_worker(place, "INFO")
            try:
                wait_until(lambda: sink.letters, place)
                wait_until(lambda: of_tasks(collector) and of_request(collector), place)
            finally:
                stop(worker)
            with database.transaction(SYSTEM) as session:
                message = session.scalars(select(OutboxMessage).where(OutboxMessage.task == TASK)).one()
    patch.undo()
    return message, (place / "worker.log").read_text()


def token_of(database):
    with database.transaction(SYSTEM) as session:
        add_staff(session)
        session.flush()
        user = session.scalars(select(User).where(User.username == "officer")).one()
        return issue_token(session, user, "test", ["read", "write"], datetime.now(UTC))


def log_one(address, token):
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": uuid4().hex,
        "X-Request-ID": ID,
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    sent = Request(f"{address}/api/v1/enquiries", json.dumps(TOLD).encode(), headers)  # noqa: S310 - loopback
    with urlopen(sent, timeout=30) as answer:  # noqa: S310 - loopback
        assert answer.status == 201


def attributes(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def of_tasks(collector):
    return [span for span in collector.spans if attributes(span).get("triage.task") == TASK]


def of_request(collector):
    return [span for span in collector.spans if attributes(span).get("triage.request_id") == ID and span.kind == 2]


def test_task_is_of_the_trace_of_the_request_that_promised_it(traced, collector):
    (request,), (task,) = of_request(collector), of_tasks(collector)
    assert task.trace_id == request.trace_id
    assert task.parent_span_id == request.span_id
    assert attributes(task)["triage.request_id"] == ID
    message, _log = traced
    assert message.traceparent.startswith(f"00-{request.trace_id.hex()}-{request.span_id.hex()}-")
    assert attributes(request)["http.route"] == "api_enquiries.post_enquiry"


def test_what_a_caller_says_of_a_trace_is_not_gone_by(traced, collector):
    assert "0af7651916cd43dd8448eb211c80319c" not in {span.trace_id.hex() for span in collector.spans}


def test_what_was_asked_of_the_database_is_within_the_request_and_within_the_task(traced, collector):
    for whole in (*of_request(collector), *of_tasks(collector)):
        within = [span for span in collector.spans if span.parent_span_id == whole.span_id and span.kind == 3]
        assert within
        assert {span.trace_id for span in within} == {whole.trace_id}
    assert any(span.name == "INSERT outbox" for span in collector.spans)


def test_log_of_the_task_bears_the_id_of_the_request(traced):
    lines = [json.loads(line) for line in traced[1].splitlines() if line.startswith("{")]
    done = [line for line in lines if line["message"] == "done" and line.get("task") == "outbox.deliver"]
    assert [line["request_id"] for line in done] == [ID]
    assert traced[0].request_id == ID
    assert [line for line in lines if line.get("task") == "outbox.relay" and "request_id" in line] == []


def test_nothing_is_told_but_what_is_listed_and_nobody_is_named(traced, collector):
    told = {key for span in collector.spans for key in attributes(span)}
    assert told <= MAY_BE_TOLD
    assert not [span for span in collector.spans if span.events]
    assert NAME.casefold().encode() not in collector.bytes.lower()
    assert b"ENQ-" not in collector.bytes
    assert b"school.example" not in collector.bytes


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT people.id FROM people WHERE given_name = 'Quillfeather'", "SELECT people"),
        ("SELECT extract(epoch FROM Quillfeather) FROM enquiries", "SELECT enquiries"),
        ("SELECT set_config('triage.role', 'Quillfeather', true)", "SELECT"),
        ("Quillfeather FROM Quillfeather", "other"),
        ("INSERT INTO outbox (task) VALUES ('x')", "INSERT outbox"),
    ],
)
def test_statement_is_told_by_its_first_word_and_a_table_of_ours(statement, name):
    assert name_statement(statement) == name
