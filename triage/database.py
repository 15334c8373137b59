"""The database: one engine, and transactions that say who is acting before they say anything else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session, sessionmaker

from triage.access.actor import NOBODY, SYSTEM, Actor
from triage.errors import CommandRefused
from triage.origin import origin

# Beneath row-level security a statement takes longer to plan than to run. So the second of a kind is prepared, as many
# are kept as all pages ask, and the connection that has them is taken first.
PREPARED = {"prepare_threshold": 1}
# Where the network is parted nobody says so. Who asked is told after some seconds that the database is away, instead of
# waiting for as long as TCP does: a quarter of an hour. Long statements go on: the other side still acknowledges.
PATIENCE, LESS_PATIENCE = 5, 2  # seconds: of a replica less, because the other is there
NOTICED = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
# And the database lets go of what was locked by somebody who is gone: for others' sake, who wait for that case.
LET_GO = {
    "tcp_keepalives_idle": "5s",
    "tcp_keepalives_interval": "2s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
    "client_connection_check_interval": "5s",
}
# What a page asks is small, and many ask at once: to start helpers for one takes longer than all of it.
ALONE = {"max_parallel_workers_per_gather": "0"}
POOL_SECONDS = 10  # for which one waits while every connection is in use
MOST_PREPARED = 200  # a connection; each is some 0.4 MB there
# What it means, to whoever asks it something, that the database is away.
UNREACHABLE = (OperationalError, InterfaceError, TimeoutError)
# What it means that it is there, and ended a transaction for another's sake: nothing of it was done.
GAVE_WAY = (DeadlockDetected, SerializationFailure, LockNotAvailable)
Result = TypeVar("Result")
# Who acts, and for which request: the last two are written beside what is promised for later.
SETTINGS = ("user_id", "role", "locality", "team", "agency", "now", "request_id", "traceparent")
TELLS = ", ".join(f"set_config('triage.{name}', :{name}, true)" for name in SETTINGS)
STANDS = ", ".join(f"current_setting('triage.{name}', true) AS {name}" for name in SETTINGS)
ACT_AS = text(f"SELECT {TELLS}")
# Materialized, so that what stands first is read, or told, first.
INSTEAD = f"WITH before AS MATERIALIZED (SELECT {STANDS}) SELECT before.*, {TELLS} FROM before"  # nosec B608 # noqa: S608
ACT_INSTEAD = text(INSTEAD)
# Once for the transaction, and not at each statement: what few may see is as quickly not found as what is not there.
# Not of the service itself, and not of whoever is not known yet: they ask for no case, or it is looked up then.
SEE_NO_LIST = (None, "", SYSTEM.role, NOBODY.role)
NOTE_HIDDEN = text("SELECT note_hidden()")
TOLD = f"WITH told AS MATERIALIZED (SELECT {TELLS}) SELECT note_hidden() FROM told"  # nosec B608 # noqa: S608
ACT_AND_NOTE_HIDDEN = text(TOLD)


# Of a role that could go past the policies, by itself or as another that it may become: what is wrong with it.
TOO_MUCH = """
SELECT CASE
    WHEN EXISTS (SELECT FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(r.oid, 'MEMBER'))
    THEN 'is a superuser, or goes past row-level security'
    WHEN EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND pg_has_role(c.relowner, 'MEMBER'))
    THEN 'owns tables' END
"""


class Part(NamedTuple):
    """Who connects, as PostgreSQL names them, and for how many seconds one waits for another's lock; 0: for ever."""

    name: str
    waits: int


# A person is told while they look on, but waits longer than a migration does: one that only waits makes nobody fail. A
# task comes again by itself, and may wait twice within the time that it has. Who runs a command sees that it waits.
WEB, WORKER, COMMAND = Part("triage web", 10), Part("triage worker", 30), Part("triage command", 0)


class WrongRole(CommandRefused):
    """The service would connect as a role that PostgreSQL's row-level policies do not bind."""


class Database:
    """The service's connection pool, as the database role that owns nothing. WrongRole with any other.

    With `reads_only`, which a replica asks for, every transaction says so as it begins.
    """

    def __init__(self, url: str, part: Part = COMMAND, *, pool_size: int = 5, reads_only: bool = False) -> None:
        self.part = part
        # What is sent to it is in no fault's text: it may name somebody.
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            pool_use_lifo=True,
            pool_timeout=POOL_SECONDS,
            hide_parameters=True,
            connect_args=PREPARED
            | NOTICED
            | _say_part(part)
            | _noticed_within(LESS_PATIENCE if reads_only else PATIENCE),
            execution_options={"postgresql_readonly": True} if reads_only else {},
        )
        event.listen(self.engine, "connect", _refuse_wrong_role)
        event.listen(self.engine, "connect", _keep_prepared)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    def try_role(self) -> None:
        """Connect once. WrongRole where the role is one that is not bound; nothing where the database is away.

        No connection is kept: whoever asks may fork.
        """
        with suppress(*UNREACHABLE):
            self.engine.connect().close()
        self.engine.dispose()

    @contextmanager
    def transaction(self, actor: Actor, now: datetime | None = None) -> Iterator[Session]:
        """One transaction as `actor`: committed if the block succeeds, rolled back if it raises.

        `now` is the time by which what was opened in an emergency is seen: untold, nothing is.
        """
        with self.sessions.begin() as session:
            act_as(session, actor, now)
            yield session

    @contextmanager
    def one_moment(self, actor: Actor = SYSTEM, now: datetime | None = None) -> Iterator[Session]:
        """A transaction, of the service itself unless told, that sees one moment of everything and changes nothing."""
        engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with Session(engine) as session, session.begin():
            act_as(session, actor, now)
            yield session


def _say_part(part: Part) -> dict[str, str]:
    told = LET_GO | ALONE | {"lock_timeout": f"{part.waits}s"}
    return {"application_name": part.name, "options": " ".join(f"-c {name}={value}" for name, value in told.items())}


def _noticed_within(seconds: int) -> dict[str, int]:
    return {"connect_timeout": seconds, "tcp_user_timeout": seconds * 1_000}  # seconds, milliseconds


def _refuse_wrong_role(connection: Any, _record: Any) -> None:
    """Asked of each new connection, because a role may be changed while the service runs."""
    found = connection.execute(TOO_MUCH).fetchone()[0]
    connection.rollback()
    if found:
        connection.close()
        raise WrongRole(
            f"The service's database role {found}. Connect as triage_app, which migrations/roles.sql makes."
        )


def _keep_prepared(connection: Any, _record: Any) -> None:
    connection.prepared_max = MOST_PREPARED


def gave_way(error: Exception) -> bool:
    """Whether PostgreSQL ended the transaction because two stood in each other's way, and let the other go on."""
    return isinstance(getattr(error, "orig", None), GAVE_WAY)


def waited(error: Exception) -> bool:
    """Whether it gave way for want of a lock that somebody else held for longer than one waits."""
    return isinstance(getattr(error, "orig", None), LockNotAvailable)


def wait_for_locks(session: Session, seconds: int = 0) -> None:
    """From now on this transaction waits for so long for a lock; as long as it takes, unless told.

    For what comes again whole where it fails, though most of it is done: a letter that is sent, a report of minutes.
    """
    with session.no_autoflush:  # what is still to be written waits so too
        session.execute(text("SELECT set_config('lock_timeout', :told, true)"), {"told": f"{seconds}s"})


@contextmanager
def waiting_at_most(session: Session, seconds: int) -> Iterator[None]:
    """It waits for no lock longer than that within the block: for what would hold up everybody while it waits."""
    before = session.scalar(text("SELECT current_setting('lock_timeout')"))
    wait_for_locks(session, seconds)
    yield
    session.execute(text("SELECT set_config('lock_timeout', :before, true)"), {"before": before})


def once_more(attempt: Callable[[], Result], may_repeat: Callable[[], bool] = lambda: True) -> Result:
    """What the attempt gives, made again from the beginning, once, where it gave way and nothing of it is kept.

    Who waited in vain has waited long enough, and is told.
    """
    try:
        return attempt()
    except OperationalError as error:
        if waited(error) or not (gave_way(error) and may_repeat()):
            raise
    return attempt()


@contextmanager
def acting_as(session: Session, actor: Actor) -> Iterator[None]:
    """Somebody else acts for as long as the block lasts. Where it fails, so must the transaction."""
    before = session.execute(ACT_INSTEAD, _settings(actor)).mappings().one()
    if actor.role != SYSTEM.role:
        session.execute(NOTE_HIDDEN)
    yield
    _say(session, {name: before[name] for name in SETTINGS})


def act_as(session: Session | Connection, actor: Actor, now: datetime | None = None) -> None:
    """Tell PostgreSQL's row-level policies who acts until this transaction ends."""
    _say(session, _settings(actor, now))


def _settings(actor: Actor, now: datetime | None = None) -> dict[str, str]:
    return {
        "user_id": str(actor.id),
        "role": actor.role,
        "locality": actor.locality_code or "",
        "team": actor.team_code or "",
        "agency": actor.agency_code or "",
        "now": now.isoformat() if now else "",
        **origin(),
    }


def _say(session: Session | Connection, told: dict[str, str]) -> None:
    session.execute(ACT_AS if told["role"] in SEE_NO_LIST else ACT_AND_NOTE_HIDDEN, told)
