"""A sweeper to be killed: it marks a few clocks a transaction until none is left, saying each step before it takes it.

Run as `python -m tests.faults.sweeping URL NOW BATCH`. A step is a line: the number of its backend in the database and
the verb that it is about to send there, or LOST where that transaction was ended for it.
"""

import os
import sys
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import UNREACHABLE, Database
from triage.models import Clock
from triage.pack import Pack, load_pack
from triage.services.desk import Desk
from triage.services.sweep import sweep


def sweep_all(url: str, now: str, batch: str) -> None:
    """Sweep at the instant `now` for as long as a clock is left. Every clock must be due by then."""
    clock, pack = SettableClock(datetime.fromisoformat(now)), load_pack("nottinghamshire")
    with Database(url) as database:
        listen(database.engine, "before_cursor_execute", _say_statement)
        listen(database.engine, "commit", _say_commit)
        while _sweep_some(database, clock, pack, int(batch)):
            pass


def _sweep_some(database: Database, clock: SettableClock, pack: Pack, batch: int) -> bool:
    """Whether to sweep again: a clock is left, or this sweep failed and, as in the worker, the next does its work."""
    try:
        with database.transaction(SYSTEM) as session:
            sweep(Desk(session, SYSTEM, clock, pack), batch=batch)
            return _is_one_left(session)
    except UNREACHABLE:
        _say(0, "LOST")
        return True


def _is_one_left(session: Session) -> bool:
    unmarked = or_(Clock.warned_at.is_(None), Clock.breached_at.is_(None))
    return session.scalar(select(Clock.id).where(unmarked).limit(1)) is not None


def _say_statement(_connection, cursor, statement, *_) -> None:
    _say(cursor.connection.info.backend_pid, statement.split()[0])


def _say_commit(connection) -> None:
    _say(connection.connection.dbapi_connection.info.backend_pid, "COMMIT")


def _say(backend: int, verb: str) -> None:
    """In one write: who is killed while saying it has said it whole or not at all."""
    os.write(sys.stdout.fileno(), f"{backend} {verb}\n".encode())


if __name__ == "__main__":
    sweep_all(*sys.argv[1:])
