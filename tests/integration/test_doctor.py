"""The doctor looks at a real database, Redis, mail server, provider and scanner: well, worth a look and broken."""

import json
import os
import socketserver
import subprocess
import sys
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from tests.integration.test_worker import mail_server
from tests.scanning import running
from tests.services import SECRET_KEY, own_database, own_redis, role_url
from tests.watching import environment_of
from triage.cli import main
from triage.clock import SystemClock
from triage.doctor.finding import BROKEN, LOOK, WELL, Finding
from triage.doctor.of_database import look_at_database
from triage.doctor.of_parts import look_at_mail, look_at_provider, look_at_redis, look_at_scanner
from triage.heard import KEY, RELAY, connect, note_ended
from triage.models import FailingTask, OutboxMessage
from triage.serving import free_port
from triage.store.schema import known_revisions

NOW = SystemClock()
ROOT = Path(__file__).parents[2]


def by_check(found):
    return {each.check: each for each in found}


@pytest.fixture
def owned(settings):
    """Settings for a database of its own, and its owner's connection."""
    with own_database() as name:
        engine = create_engine(role_url("triage_owner", name))
        with engine.connect() as connection:
            yield settings.model_copy(update={"database_url": role_url("triage_app", name)}), connection
        engine.dispose()


def look_at(settings, **other):
    return by_check(look_at_database(settings.model_copy(update=other), NOW))


def test_fresh_database_is_well_but_for_the_ledger(owned):
    found = look_at(owned[0])
    hows = {check: each.how for check, each in found.items()}
    rest = dict.fromkeys(("database", "role", "clock", "schema", "clocks", "letters", "tasks"), WELL)
    assert hows == rest | {"ledger": BROKEN}
    assert "TRIAGE_LEDGER_KEY" in found["ledger"].do


def test_schema_that_is_older_is_broken_and_one_that_is_newer_worth_a_look(owned):
    settings, owner = owned
    for revision, how in ((known_revisions()[-2], BROKEN), ("9999", LOOK)):
        owner.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
        owner.commit()
        assert look_at(settings)["schema"].how == how
    owner.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": known_revisions()[-1]})
    owner.execute(text("REVOKE SELECT ON alembic_version FROM triage_app"))
    owner.commit()
    assert look_at(settings)["schema"].how == BROKEN


def test_tasks_that_fail_are_told_and_what_is_missed_most_is_broken(owned):
    settings, owner = owned
    for name in ("measures.refresh", "worklist.write"):
        row = {
            "name": name,
            "since": NOW.now() - timedelta(hours=3),
            "last_at": NOW.now(),
            "times": 12,
            "error": "OSError",
        }
        owner.execute(FailingTask.__table__.insert(), row)
    owner.commit()
    found = look_at(settings)
    assert {check: found[check].how for check in ("tasks", "paper")} == {"tasks": LOOK, "paper": BROKEN}
    assert "worklist.write has failed for 3 h, 12 times in a row" in found["paper"].says


def test_letters_that_are_late_or_given_up_are_told(owned):
    settings, owner = owned
    row = {
        "task": "acknowledge_referrer",
        "payload": {},
        "created_at": NOW.now(),
        "available_at": NOW.now() - timedelta(hours=1),
    }
    owner.execute(OutboxMessage.__table__.insert(), row | {"id": "00000000-0000-7000-8000-000000000001"})
    owner.commit()
    late = look_at(settings)["letters"]
    assert (late.how, late.says) == (BROKEN, "1 are due, the oldest for 60 min.")
    owner.execute(text("UPDATE outbox SET failed_at = :now"), {"now": NOW.now()})
    owner.commit()
    assert look_at(settings)["letters"].how == LOOK


def test_database_that_is_away_or_refuses_is_told_without_its_password(settings, database_name):
    for url in (
        f"postgresql+psycopg://triage_app:pass-of-nobody@127.0.0.1:{free_port()}/nowhere",
        role_url("triage_app", "no_such_database"),
    ):
        (found,) = look_at_database(settings.model_copy(update={"database_url": url}), NOW)
        assert (found.check, found.how) == ("database", BROKEN)
        assert "pass-of-nobody" not in str(found)
    (found,) = look_at_database(
        settings.model_copy(update={"database_url": role_url("triage_owner", database_name)}), NOW
    )
    assert (found.check, found.how) == ("role", BROKEN)


def test_redis_that_forgets_or_keeps_nothing_is_worth_a_look_and_one_away_is_broken(settings):
    with connect(own_redis()) as redis:
        before = {name: redis.config_get(name)[name] for name in ("maxmemory-policy", "appendonly")}
        note_ended(redis, RELAY, "success", 0.1, NOW.now())
        try:
            for policy, keeps, how in (("allkeys-lru", "no", LOOK), ("noeviction", "no", LOOK)):
                redis.config_set("maxmemory-policy", policy)
                redis.config_set("appendonly", keeps)
                found = by_check(look_at_redis(settings, NOW))
                assert (found["redis"].how, found["worker"].how) == (how, WELL)
        finally:
            for name, value in before.items():
                redis.config_set(name, value)
            redis.delete(KEY)
    away = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    found = by_check(look_at_redis(away, NOW))
    assert (found["redis"].how, found["worker"].how) == (BROKEN, BROKEN)


def test_mail_relay_that_answers_is_well_and_gets_no_letter(settings):
    with mail_server() as (sink, port):
        there = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port})
        (found,) = look_at_mail(there)
        assert (found.how, sink.letters) == (WELL, [])
    (found,) = look_at_mail(there)
    assert found.how == BROKEN


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/.well-known/openid-configuration"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"issuer": self.server.issuer}).encode())

    def log_message(self, *_):
        pass


def test_provider_is_well_where_it_calls_itself_as_we_do(settings):
    assert list(look_at_provider(settings)) == []
    with running(HTTPServer(("127.0.0.1", 0), Provider)) as server:
        server.issuer = f"http://127.0.0.1:{server.server_port}"
        told = settings.model_copy(update={"oidc_issuer": f"{server.issuer}/"})
        assert [each.how for each in look_at_provider(told)] == [WELL]
        server.issuer = "https://somebody.else.example"
        assert [each.how for each in look_at_provider(told)] == [BROKEN]
    assert [each.how for each in look_at_provider(told)] == [BROKEN]


class Scanner(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(6) == b"zPING\0"
        self.wfile.write(self.server.says)


def test_scanner_is_asked_whether_it_is_there(settings):
    assert list(look_at_scanner(settings)) == []
    with running(socketserver.TCPServer(("127.0.0.1", 0), Scanner)) as server:
        told = settings.model_copy(update={"clamd_address": f"127.0.0.1:{server.server_address[1]}"})
        for says, how in ((b"PONG\0", WELL), (b"UNKNOWN COMMAND\0", BROKEN)):
            server.says = says
            assert [each.how for each in look_at_scanner(told)] == [how]
    assert [each.how for each in look_at_scanner(told)] == [BROKEN]


def run(environment, *more):
    """The command as the shell runs it."""
    command = [sys.executable, "-m", "triage.cli", "doctor", *more]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_command_says_a_line_a_check_and_ends_with_1_where_something_is_broken(database_name):
    environment = environment_of(database_name, TRIAGE_SMTP_PORT=str(free_port()))
    done, as_json = run(environment), run(environment, "--json")
    assert done.returncode == as_json.returncode == 1
    lines = done.stdout.splitlines()
    assert all(line.split()[0] in {WELL, LOOK, BROKEN} for line in lines)
    found = json.loads(as_json.stdout)
    assert [str(Finding(**each)).partition(": ")[0] for each in found] == [line.partition(": ")[0] for line in lines]
    assert {"check", "how", "says", "do"} == set(found[0])
    assert {each["check"]: each["how"] for each in found}["mail"] == BROKEN
    assert SECRET_KEY not in done.stdout + as_json.stdout


def test_command_says_what_is_missing_where_nothing_is_set(monkeypatch):
    for name in [each for each in os.environ if each.startswith("TRIAGE_") and "_TEST_" not in each]:
        monkeypatch.delenv(name)
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 1
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        assert f"TRIAGE_{name} is not set" in done.output
