"""What every test may ask for. Integration tests run in a savepoint of one connection and leave nothing behind."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tests.calling import Caller
from tests.services import SECRET_KEY, own_database, own_redis, provided, role_url
from triage.access import passwords
from triage.access.actor import SYSTEM, Actor
from triage.access.passwords import keep_password
from triage.access.signin import actor_of, issue_token
from triage.app import create_app
from triage.clock import SettableClock
from triage.database import act_as, acting_as
from triage.limits import Counts
from triage.models import User
from triage.pack import Pack, load_pack
from triage.services.desk import Desk
from triage.settings import Settings
from triage.state import State

MORNING = datetime(2013, 5, 7, 9, 0, tzinfo=UTC)  # Tuesday 10:00 in Nottinghamshire, after a bank holiday

A_DECADE = 10  # years


def pytest_configure(config: pytest.Config) -> None:
    """Start the services once, in the process that leads the run."""
    if not hasattr(config, "workerinput"):
        stack = config.stash[STACK] = ExitStack()
        stack.enter_context(provided())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them."""
    if STACK in config.stash:
        config.stash[STACK].close()


STACK = pytest.StashKey[ExitStack]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI a skipped test is a failed run: what was not shown is not done."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Passwords are kept by parameters that take no time: half of what a page's test took was to sign in."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", quick)
        passwords.hasher.cache_clear()
        yield
        passwords.hasher.cache_clear()


@pytest.fixture
def passwords_as_they_are(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """They are kept as in production."""
    monkeypatch.setattr(passwords, "PasswordHasher", PasswordHasher)
    passwords.hasher.cache_clear()
    yield
    passwords.hasher.cache_clear()


@pytest.fixture(scope="session")
def database_name() -> Iterator[str]:
    """This worker's own migrated database."""
    with own_database() as name:
        yield name


@pytest.fixture(scope="session")
def engine(database_name: str) -> Iterator[Engine]:
    """Connections as the service's own role."""
    engine = create_engine(role_url("triage_app", database_name))
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a savepoint: whatever a test commits is rolled back after it."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            act_as(session, SYSTEM)
            yield session
        outer.rollback()


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("nottinghamshire")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(MORNING)


@dataclass(frozen=True)
class Office:
    """A hub with one person of each role, and a desk for each of them."""

    session: Session
    clock: SettableClock
    pack: Pack
    actors: dict[str, Actor] = field(default_factory=dict)

    def desk(self, who: str) -> Desk:
        """The desk of a role ("social_worker"), of another in it ("mash_manager 2"), of a locality's worker
        ("locality_worker:west"), of one in a team of the whole county ("locality_worker@send"), or of a partner
        ("partner_system/health": without more, the police).
        """
        return Desk(self.session, self.actor(who), self.clock, self.pack)

    def actor(self, who: str) -> Actor:
        if who not in self.actors:
            whose, _, agency = who.partition("/")
            place, _, team = whose.partition("@")
            name, _, locality = place.partition(":")
            user = User(username=f"{who}-{uuid4().hex[:6]}", name=f"Made-up {who}", role=name.split(" ")[0])
            user.locality_code = locality or None
            user.team_code = team or (f"social_care_{locality}" if locality else None)
            if name.startswith("partner_"):
                user.agency_code = agency or "police"
            self.session.flush()
            with acting_as(self.session, SYSTEM):  # whoever acts when they are first needed
                self.session.add(user)
                self.session.flush()
            self.actors[who] = actor_of(user)
        return self.actors[who]


class OneConnection:
    """The application's database, in the test's own savepoint."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def transaction(self, actor: Actor, now: datetime | None = None) -> Iterator[Session]:
        """As Database.transaction: what the block did is kept only if it succeeds."""
        self.session.flush()
        self.session.expire_all()  # so that this actor reads each row for itself
        self.session.info.pop("held", None)  # and locks it: a lock is remembered for one transaction
        act_as(self.session, actor, now)
        try:
            with self.session.begin_nested():
                yield self.session
        finally:
            self.session.expire_all()
            act_as(self.session, SYSTEM)


def usual_settings(database_name: str) -> Settings:
    """What the tests run the service with."""
    return Settings(
        database_url=role_url("triage_app", database_name),
        redis_url=own_redis(),
        secret_key=SECRET_KEY,
        demo=True,
        secure_cookies=False,
        second_factor_required=False,
        session_idle_minutes=A_DECADE * 365 * 24 * 60,  # because a test may move the clock by years
        session_hours=A_DECADE * 365 * 24,
    )


@pytest.fixture(scope="session")
def settings(database_name: str) -> Settings:
    return usual_settings(database_name)


@dataclass(frozen=True)
class Made:
    """An application, which takes long to make, and how it was configured and extended when it was new."""

    app: Flask
    config: dict[str, Any]
    extensions: dict[str, Any]


@pytest.fixture(scope="session")
def made(database_name: str) -> Made:
    """The one application of a whole run."""
    app = create_app(usual_settings(database_name), SettableClock(MORNING))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    return Made(app, dict(app.config), dict(app.extensions))


@pytest.fixture
def app(made: Made, session: Session, clock: SettableClock, settings: Settings, pack: Pack) -> Flask:
    """The application as if it were new, in the test's own savepoint and at the test's own time."""
    ours = {"triage": State(settings, OneConnection(session), clock, pack), "triage.limits": Counts(settings)}
    for kept, new in ((made.app.config, made.config), (made.app.extensions, made.extensions | ours)):
        kept.clear()
        kept.update(new)
    return made.app


@pytest.fixture
def office(session: Session, clock: SettableClock, pack: Pack) -> Office:
    return Office(session, clock, pack)


@pytest.fixture
def caller(app: Flask, office: Office) -> Callable[..., Caller]:
    """Makes a system with a role's token and these scopes, or all."""

    def of(role: str, *scopes: str) -> Caller:
        user = office.session.get(User, office.actor(role).id)
        allowed = list(scopes or ("read", "write", "measures"))
        token = issue_token(office.session, user, "test", allowed, office.clock.now())
        office.session.flush()
        return Caller(app.test_client(), token)

    return of


@pytest.fixture
def january(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """January 2016, when every version that came with the service has begun; what is published is unseen afterwards."""
    clock.at = datetime(2016, 1, 4, 9, tzinfo=UTC)
    monkeypatch.setattr("triage.services.policies._seen", {})


@pytest.fixture
def sign_in(app: Flask, office: Office) -> Callable[..., FlaskClient]:
    """A browser in which that member of the hub has signed in: a new one, or the one that is given."""
    app.config["WTF_CSRF_ENABLED"] = False

    def as_(who: str, client: FlaskClient | None = None) -> FlaskClient:
        user = office.session.get(User, office.actor(who).id)
        keep_password(office.session, user.id, "right", office.clock.now())
        client = client or app.test_client()
        assert client.post("/sign-in", data={"username": user.username, "password": "right"}).status_code == 302
        return client

    return as_


@pytest.fixture
def here(office):
    """The office, of which nobody writes down a hundred pages when a test fails."""
    return lambda: office
