"""Who reads for managers asks a replica of the database, where there is one; the database itself while that is away.

Only what reads is asked here, and what reads may be asked twice. What is shown beside a record of who opened it is
asked of the database itself: that record is written in the same transaction.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from triage.access.actor import NOBODY, Actor
from triage.database import UNREACHABLE, Database, WrongRole, gave_way
from triage.store.replication import Lag, find_lag, find_written

log = logging.getLogger("triage.replica")
Result = TypeVar("Result")

A_LITTLE = 60.0  # seconds that it may be behind without a word: numbers are counted once a minute
TOO_FAR = 900.0  # seconds behind from which on it is not asked
AWAY_SECONDS = 30.0  # for which it is let alone once it did not answer
LOOKS, PAUSE = 5, 0.02  # how often it is looked whether what was written this moment has arrived, and seconds between
# What it fails with that the database itself may not: ProgrammingError where a migration has not arrived there.
# Not what a write is refused with: nothing that writes is carried over to where it would be done.
FAILS = (*UNREACHABLE, ProgrammingError, WrongRole)


@dataclass(frozen=True, slots=True)
class AsOf:
    """How old what was read is, in seconds, and whether it was read of the database itself for want of the replica."""

    behind: float = 0.0
    instead: bool = False

    @property
    def is_late(self) -> bool:
        """Whether whoever reads it must be told."""
        return self.behind > A_LITTLE


NOW = AsOf()
INSTEAD = AsOf(instead=True)


class Replica:
    """A database that follows the other, and may only be read."""

    def __init__(self, url: str, primary: Database) -> None:
        self.primary, self.database = primary, Database(url, primary.part, reads_only=True)
        self._away_until = 0.0

    def __enter__(self) -> "Replica":
        return self

    def __exit__(self, *_: object) -> None:
        self.database.engine.dispose()

    def find_lag(self) -> Lag:
        """How far it is behind. One of FAILS where it is away, or not ours.

        What was written a moment ago is on its way: it is looked several times before it counts as missing.
        """
        with self.primary.transaction(NOBODY) as session:
            written = find_written(session)
        for look in range(LOOKS):
            with self.database.engine.connect() as connection:  # of anybody's database, until it is known to be ours
                lag = find_lag(connection, written)
            if not lag.seconds or not lag.follows or look == LOOKS - 1:
                break
            time.sleep(PAUSE)
        return lag

    def say_lag(self) -> Lag | None:
        """The same; None where it is away, or was a moment ago."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return self.find_lag()
        except FAILS as error:
            self._note_fault(error)
            return None

    def read(
        self,
        actor: Actor,
        now: datetime | None,
        ask: Callable[[Session], Result],
        instead: AbstractContextManager[Session],
    ) -> tuple[Result, AsOf]:
        """What `ask` reads in one moment as that actor, and how old it is. `instead` is a session of the database."""
        lag = self.say_lag()
        if lag is not None and lag.seconds <= TOO_FAR:
            try:
                with self.database.one_moment(actor, now) as session:
                    return ask(session), AsOf(lag.seconds)
            except FAILS as error:
                self._note_fault(error)
        elif lag is not None:
            log.warning("the replica is not asked: %s", "it is far behind" if lag.follows else "it does not follow")
        with instead as session:
            return ask(session), INSTEAD

    def forget_fault(self) -> None:
        """Ask it again at once, whatever it last did."""
        self._away_until = 0.0

    def _note_fault(self, error: Exception) -> None:
        """A read that gave way to what was to be replayed says nothing of the replica: the next may be asked of it."""
        log.warning("the replica is away (%s): the database itself is asked", type(error).__name__)
        if not (isinstance(error, DBAPIError) and gave_way(error)):
            self._away_until = time.monotonic() + AWAY_SECONDS


def open_replica(url: str, primary: Database) -> Replica | None:
    """The replica at that address, if there is one; nothing is asked of it yet."""
    return Replica(url, primary) if url else None


def read_numbers(
    replica: Replica | None,
    actor: Actor,
    now: datetime | None,
    ask: Callable[[Session], Result],
    instead: AbstractContextManager[Session],
) -> tuple[Result, AsOf]:
    """What `ask` reads of the replica, where there is one, else in the session of the database that is given."""
    if replica:
        return replica.read(actor, now, ask, instead)
    with instead as session:
        return ask(session), NOW


def seconds_behind(lag: Lag | None) -> float:
    """As a number: infinite where it is away, or nobody can tell."""
    return inf if lag is None else lag.seconds
