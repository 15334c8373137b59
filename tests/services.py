"""The real PostgreSQL and Redis that the tests run against: those given, else private ones for the time of the run.

TRIAGE_TEST_DATABASE_URL names a role that may create databases and roles; TRIAGE_TEST_REDIS_URL a Redis to be emptied.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from triage.embedded import EXTENSIONS, PARAMETER, services
from triage.pack import load_pack
from triage.schema import load_reference_data, migrate

GIVEN = "TRIAGE_TEST_DATABASE_URL"
REDIS = "TRIAGE_TEST_REDIS_URL"
TEMPLATE = "TRIAGE_TEST_TEMPLATE"
ROLE_PASSWORD = "only-in-tests"
SECRET_KEY = token_urlsafe(48)


@contextmanager
def provided() -> Iterator[None]:
    """Services for the whole run, in the environment, where every worker of the run finds them."""
    if GIVEN in os.environ and REDIS in os.environ:
        with _template():
            yield
        return
    with tempfile.TemporaryDirectory(prefix="triage-test-") as folder:
        Path(folder).chmod(0o755)
        with services(Path(folder), durable=False) as private:
            os.environ[GIVEN] = private.postgres.url("postgres", "postgres")
            os.environ[REDIS] = private.redis_url
            with _template():
                yield


@contextmanager
def _template() -> Iterator[None]:
    """A migrated database that each worker's own is copied from."""
    _ensure_roles()
    name = _create(f"triage_template_{uuid4().hex[:8]}")
    with psycopg.connect(_libpq(name), autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    migrate(role_url("triage_owner", name))
    load_reference_data(role_url("triage_owner", name), load_pack("nottinghamshire"))
    os.environ[TEMPLATE] = name
    try:
        yield
    finally:
        drop(name)


def _ensure_roles() -> None:
    with psycopg.connect(_libpq("postgres"), autocommit=True) as connection:
        for role in ("triage_owner", "triage_app"):
            name, password = sql.Identifier(role), sql.Literal(ROLE_PASSWORD)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(name))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, password))
        connection.execute(f"GRANT SET ON PARAMETER {PARAMETER} TO triage_owner")
        connection.execute("GRANT pg_read_all_stats TO triage_owner")


@contextmanager
def own_database(*, empty: bool = False) -> Iterator[str]:
    """The name of a throwaway database: a copy of the migrated template, or one without any schema."""
    name = f"triage_test_{uuid4().hex[:12]}"
    _create(name, None if empty else os.environ[TEMPLATE])
    if empty:
        with psycopg.connect(_libpq(name), autocommit=True) as connection:
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
    try:
        yield name
    finally:
        drop(name)


def _create(name: str, template: str | None = None) -> str:
    source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    with psycopg.connect(_libpq("postgres"), autocommit=True) as connection:
        owned = sql.SQL("CREATE DATABASE {} OWNER triage_owner").format(sql.Identifier(name))
        connection.execute(owned + source)
    return name


def drop(name: str) -> None:
    """Remove a database, whoever is connected to it."""
    with psycopg.connect(_libpq("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def role_url(role: str, database: str) -> str:
    """Where `role` finds `database` on the test server."""
    return _given().set(username=role, password=ROLE_PASSWORD, database=database).render_as_string(False)


def _libpq(database: str) -> str:
    return _given().set(drivername="postgresql", database=database).render_as_string(False)


def _given() -> URL:
    return make_url(os.environ[GIVEN]).set(drivername="postgresql+psycopg")


def own_redis() -> str:
    """One of Redis's databases, in which no other process of the tests counts or forgets what was counted."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{os.environ[REDIS]}?db={int(worker) + 1}"
