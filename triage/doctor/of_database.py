"""The database: reached, bound by its policies, at the code's schema, sealed, in step, and with nothing left lying."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import inf

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from triage.clock import Clock
from triage.database import TOO_MUCH, WEB, Database, WrongRole
from triage.doctor.finding import Finding, broken, look, well
from triage.health import UNSEALED
from triage.replica import A_LITTLE, Replica
from triage.services.failing import say_error
from triage.settings import Settings
from triage.store.failing import list_failing
from triage.store.ledger import find_sealed_at
from triage.store.operations import LETTER, WEBHOOK, count_messages, measure_sweep
from triage.store.replication import Lag
from triage.store.schema import find_revision, is_behind, known_revisions

APART = 1.0  # seconds by which two clocks may differ
FAR_APART = 5.0
LATE = 300.0  # seconds
PAPER = "worklist.write"
MEND = {PAPER: "Make room in the folder of TRIAGE_SNAPSHOT_DIR and let user 10001 write there; then print anew."}
MIGRATE = "Run docker compose up migrate."


def look_at_database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whatever of it can be asked; where it is away, that alone."""
    try:
        with Database(settings.database_url, WEB, pool_size=1) as database, database.one_moment() as session:
            yield from _look(session, settings, clock)
    except WrongRole as refusal:
        yield broken("role", str(refusal), "Put triage_app into TRIAGE_DATABASE_URL.")
    except SQLAlchemyError as error:
        says = f"it cannot be asked ({type(error).__name__})."
        do = "See that it runs, that TRIAGE_DATABASE_URL leads there, and that the password is its own."
        yield broken("database", says, do)


def _look(session: Session, settings: Settings, clock: Clock) -> Iterator[Finding]:
    version, size = session.execute(text("SELECT current_setting('server_version'), " + SIZE)).one()
    yield well("database", f"PostgreSQL {version} answers; it holds {size}.")
    yield _look_at_role(session)
    yield _look_at_clock(session, clock, settings.clock_offset_seconds)
    schema = _look_at_schema(session)
    yield schema
    if not is_behind(session):
        yield _look_at_ledger(session, settings, clock.now())
        yield from _look_at_work(session, clock.now())
        yield from _look_at_tasks(session, clock.now())


SIZE = "pg_size_pretty(pg_database_size(current_database()))"


def _look_at_role(session: Session) -> Finding:
    wrong = session.scalar(text(TOO_MUCH))
    if wrong:
        return broken(
            "role", f"the service's role {wrong}.", "Connect as triage_app, which migrations/roles.sql makes."
        )
    return well("role", "row-level security binds it.")


def _look_at_schema(session: Session) -> Finding:
    found, newest = find_revision(session), known_revisions()[-1]
    if is_behind(session):
        return broken("schema", f"it is at {found or 'no number that can be read'}, the code at {newest}.", MIGRATE)
    if found != newest:
        do = "That is right while a new version is brought in; else start the newest everywhere."
        return look("schema", f"it is at {found}, which is newer than this code ({newest}).", do)
    return well("schema", f"it is at {found}, as the code is.")


def _look_at_clock(session: Session, clock: Clock, offset: int) -> Finding:
    """The service goes by its own machine's clock; what is due, by that of whichever machine looks."""
    before = clock.now()
    there = session.scalar(text("SELECT clock_timestamp()"))
    after = clock.now()
    here = before + (after - before) / 2 - timedelta(seconds=offset)
    return tell_skew((there - here).total_seconds())


def tell_skew(apart: float) -> Finding:
    """By how many seconds the database's clock is before (+) or behind (-) this machine's."""
    if abs(apart) <= APART:
        return well("clock", f"this machine and the database are {abs(apart):.1f} s apart.")
    says, do = f"this machine and the database are {abs(apart):.0f} s apart.", "Let both keep time by one server (NTP)."
    return (broken if abs(apart) > FAR_APART else look)("clock", says, do)


def _look_at_ledger(session: Session, settings: Settings, now: datetime) -> Finding:
    sealed_at = find_sealed_at(session)
    if sealed_at and now - sealed_at < UNSEALED:
        return well("ledger", f"it was sealed {_ago(now - sealed_at)} ago.")
    says = f"it was last sealed {_ago(now - sealed_at)} ago." if sealed_at else "it was never sealed."
    if settings.ledger_key:
        return broken("ledger", says, "The key is here, so start worker and beat, and read the worker's log.")
    return broken(
        "ledger", says, "See that the worker has TRIAGE_LEDGER_KEY (triage ledger new-key makes one) and runs."
    )


def _look_at_work(session: Session, now: datetime) -> Iterator[Finding]:
    behind, messages = measure_sweep(session, now), count_messages(session, now)
    if behind > LATE:
        says = f"a clock ran out {_ago(timedelta(seconds=behind))} ago and nobody was told."
        yield broken("clocks", says, "Start worker and beat; until then managers look at Duty.")
    else:
        yield well("clocks", "each that ran out is marked.")
    letters = messages[LETTER]
    if letters.lag > LATE:
        says = f"{letters.due} are due, the oldest for {_ago(timedelta(seconds=letters.lag))}."
        yield broken("letters", says, "If the worker runs, see the mail relay, and last_error in outbox.")
    elif letters.failed_last_day:
        do = "See last_error in outbox, and tell whoever they were for by telephone."
        yield look("letters", f"{letters.failed_last_day} were given up within a day.", do)
    else:
        yield well("letters", f"none is late; {letters.failed} were given up in all.")
    if messages[WEBHOOK].failed_last_day:
        says = f"other systems were not told {messages[WEBHOOK].failed_last_day} times within a day."
        yield look("webhooks", says, "The page Webhooks says which and why.")


def _look_at_tasks(session: Session, now: datetime) -> Iterator[Finding]:
    """What failed when it was last asked for, until it is done: the list on paper by its own name, for it is missed
    when nobody can look any more.
    """
    failing = list_failing(session)
    for task in failing:
        check, find = ("paper", broken) if task.name == PAPER else ("tasks", look)
        says = (
            f"{task.name} has failed for {_ago(now - task.since)}, {task.times} times in a row. {say_error(task.error)}"
        )
        yield find(check, says, MEND.get(task.name, "See the page What failed, and the worker's log."))
    if not failing:
        yield well("tasks", "each was done when it was last asked for.")


def look_at_replica(settings: Settings) -> Iterator[Finding]:
    """The replica of which managers' numbers are read, if there is to be one. Nobody's work hangs on it."""
    if not settings.insight_database_url:
        return
    with (
        Database(settings.database_url, WEB, pool_size=1) as primary,
        Replica(settings.insight_database_url, primary) as replica,
    ):
        yield tell_replica(replica.say_lag())


def tell_replica(lag: Lag | None) -> Finding:
    """How it stands; until it is well, numbers are read from the database itself, or pages say how old they are."""
    if lag is None:
        do = "Start it, and see that TRIAGE_INSIGHT_DATABASE_URL leads there. Numbers are read meanwhile."
        return look("replica", "it cannot be asked; the log says why.", do)
    if not lag.follows:
        return look("replica", "it does not follow this database.", "Make it anew from this one, or take it away.")
    if lag.seconds == inf:
        return look("replica", "it has nothing of this database yet.", "See its log: does it reach the database?")
    if lag.seconds > A_LITTLE:
        says = f"it is {_ago(timedelta(seconds=lag.seconds))} behind, and pages of numbers say so."
        return look("replica", says, "See its disk, its network and whether a long query holds it up.")
    return well("replica", "it follows the database and is up to date.")


def _ago(past: timedelta) -> str:
    """In words: "40 s", "3 min", "5 h", "2 days"."""
    seconds = int(past.total_seconds())
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
