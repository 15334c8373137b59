"""The service says plainly which part is not well, what to do, and whether people can work all the same."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from tests.services import own_database, own_redis, role_url
from triage.app import create_app
from triage.clock import SystemClock
from triage.database import Database
from triage.heard import KEY, RELAY, connect, note_ended
from triage.schema import alembic_config
from triage.serving import free_port
from triage.store.schema import known_revisions

NOW = SystemClock()


@pytest.fixture
def redis():
    with connect(own_redis()) as redis:
        redis.delete(KEY)
        yield redis
        redis.delete(KEY)


@pytest.fixture
def ready(settings):
    """Asks an application with these settings and a database of its own whether it is ready."""
    with own_database() as name:
        owner = create_engine(role_url("triage_owner", name))

        def ask(at=None, **other):
            if at:
                with owner.begin() as connection:
                    connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": at})
            told = settings.model_copy(update={"database_url": role_url("triage_app", name), **other})
            with Database(told.database_url) as database:
                return create_app(told, NOW, database).test_client().get("/health/ready")

        yield ask
        owner.dispose()


def test_each_part_says_how_it_is_and_what_to_do(ready, redis):
    answer = ready()
    told = {"database": "ready", "schema": "current", "ledger": "not sealed", "redis": "ready"}
    assert answer.json.items() >= (told | {"status": "ready", "worker": "not heard of"}).items()
    assert set(answer.json["do"]) == {"worker", "ledger"}
    note_ended(redis, RELAY, "success", 0.1, NOW.now())
    assert (ready().json["worker"], set(ready().json["do"])) == ("heard of", {"ledger"})


def test_older_schema_is_not_ready_and_a_newer_one_is(ready):
    older = ready(known_revisions()[-2])
    assert (older.status_code, older.json["schema"], older.headers["Retry-After"]) == (503, "behind", "5")
    assert "triage migrate" in older.json["do"]["schema"]
    newer = ready("9999")
    assert (newer.status_code, newer.json["schema"]) == (200, "current")


def test_people_work_without_redis_and_are_told_nothing_of_the_worker(ready):
    answer = ready(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert (answer.status_code, answer.json["redis"], answer.json["worker"]) == (200, "down", "not known")
    assert set(answer.json["do"]) == {"redis", "ledger"}


def test_nobody_works_without_the_database_and_no_address_is_told(ready):
    port = free_port()
    answer = ready(database_url=f"postgresql+psycopg://triage_app:made-up@127.0.0.1:{port}/nowhere")
    assert (answer.status_code, answer.json["database"], answer.json["schema"]) == (503, "down", "not known")
    assert set(answer.json["do"]) >= {"database"}
    assert str(port) not in answer.text
    assert "made-up" not in answer.text


def test_newest_migration_that_is_known_is_the_newest_there_is():
    assert known_revisions()[-1] == ScriptDirectory.from_config(alembic_config("x")).get_current_head()
