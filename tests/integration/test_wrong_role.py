"""The service works as a database role that the policies bind, or not at all; and says so in words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.services import GIVEN, REDIS, SECRET_KEY, role_url
from triage.access.actor import SYSTEM
from triage.app import create_app
from triage.clock import SettableClock
from triage.database import Database, WrongRole
from triage.serving import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["owner", "superuser"])
def wrong(request, database_name):
    """The address of the database as a role that is too strong, and what is said of it."""
    if request.param == "owner":
        return role_url("triage_owner", database_name), "owns tables"
    given = make_url(os.environ[GIVEN]).set(drivername="postgresql+psycopg", database=database_name)
    return given.render_as_string(False), "superuser"


def test_service_does_not_start_as_a_role_that_the_policies_do_not_bind(settings, wrong):
    url, says = wrong
    with pytest.raises(WrongRole, match=says) as refusal:
        create_app(settings.model_copy(update={"database_url": url}))
    assert "Connect as triage_app" in str(refusal.value)
    assert "only-in-tests" not in str(refusal.value)


def test_nothing_is_asked_of_the_database_as_such_a_role(wrong):
    with Database(wrong[0]) as database, pytest.raises(WrongRole), database.transaction(SYSTEM) as session:
        session.execute(text("SELECT 1"))


def test_service_is_not_ready_as_such_a_role(settings, clock, wrong):
    with Database(wrong[0]) as database:
        answer = create_app(settings, clock, database).test_client().get("/health/ready")
    assert (answer.status_code, answer.json["database"], answer.json["status"]) == (503, "wrong role", "down")


def test_service_is_no_longer_ready_once_its_role_may_become_another(settings, session, app, monkeypatch):
    assert app.test_client().get("/health/ready").json["database"] == "ready"
    monkeypatch.setattr("triage.health.TOO_MUCH", "SELECT 'goes past row-level security'")
    assert app.test_client().get("/health/ready").json["database"] == "wrong role"


def test_service_starts_while_the_database_is_away(settings):
    away = f"postgresql+psycopg://triage_app@127.0.0.1:{free_port()}/nowhere"
    app = create_app(settings.model_copy(update={"database_url": away}), SettableClock(None))
    assert app.test_client().get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"TRIAGE_DEMO": "false"}, "TRIAGE_SECURE_COOKIES is off"),
        ({"as": "triage_owner"}, "owns tables"),
    ],
)
def test_log_says_in_words_why_the_service_does_not_start(database_name, told, says):
    environment = {
        **os.environ,
        "TRIAGE_DATABASE_URL": role_url(told.get("as", "triage_app"), database_name),
        "TRIAGE_REDIS_URL": os.environ[REDIS],
        "TRIAGE_SECRET_KEY": SECRET_KEY,
        "TRIAGE_SECURE_COOKIES": "false",
        "TRIAGE_DEMO": told.get("TRIAGE_DEMO", "true"),
    }
    command = [sys.executable, "-c", "import triage.wsgi"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode
    assert says in done.stderr.splitlines()[0]
    assert SECRET_KEY not in done.stderr
