"""A step of a migration among people who work: it waits a little for a lock, says who holds it, lets people by, and
tries again.

Whoever waits for a lock holds up everybody who comes after. So a step that waits for a long reader gives up within
seconds, which undoes it whole, and comes again once whoever stood behind it is through.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from triage.database import gave_way
from triage.errors import CommandRefused
from triage.store.holders import Holder, find_holders

Result = TypeVar("Result")
Say = Callable[[str], None]
log = logging.getLogger("triage.migrating")
WAITS, TRIES, PAUSE = 5, 12, 5.0  # seconds for a lock, as migrations/env.py has it; how often; seconds between
LOOKS = 0.2  # seconds between two looks at who holds it
GAVE_UP = "It was tried {tries} times, and is given up: {who} Nothing is half-done, and what was done stays done. {do}"
DO = "Wait until that is over, or end it (SELECT pg_terminate_backend({pid}), as a superuser), and run it again."
DO_UNSEEN = "Run it again in a minute."


@dataclass
class Step:
    """One who migrates: under what name it connects, whom it was seen to wait for, and whom to tell."""

    owner_url: str
    say: Say = log.warning
    name: str = field(default_factory=lambda: f"triage migrate {uuid4().hex[:8]}")
    holders: list[Holder] = field(default_factory=list)

    def engine(self) -> Engine:
        """As the schema's owner, who waits no longer than a migration does."""
        told = {"application_name": self.name, "options": f"-c lock_timeout={WAITS}s"}
        return create_engine(self.owner_url, poolclass=NullPool, connect_args=told)

    def try_until_done(self, do: Callable[[], Result]) -> Result:
        """What it gives, tried again where it gave way. CommandRefused, with who held it last, where it always does."""
        for left in reversed(range(TRIES)):
            self.holders.clear()
            try:
                with self._watched():
                    return do()
            except OperationalError as error:
                if not gave_way(error):
                    raise
            if left:
                self.say(f"It was undone, so that nobody waits behind it. Again in {PAUSE:.0f} seconds, {left} times.")
                time.sleep(PAUSE)
        raise CommandRefused(self._say_given_up())

    def _say_given_up(self) -> str:
        if not self.holders:
            return GAVE_UP.format(tries=TRIES, who="nobody was seen who held it.", do=DO_UNSEEN)
        last = self.holders[-1]
        return GAVE_UP.format(tries=TRIES, who=last, do=DO.format(pid=last.pid))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Look, by another connection, whom it waits for, for as long as the block lasts."""
        over = Event()
        watcher = Thread(target=self._watch, args=(over,), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, over: Event) -> None:
        """Nothing hangs on it: where the database is away, whoever migrates says so."""
        engine: Any = create_engine(self.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with suppress(OperationalError), engine.connect() as connection:
            while not over.wait(LOOKS):
                self._look(connection)

    def _look(self, connection: Connection) -> None:
        for holder in find_holders(connection, self.name):
            if holder.key not in {each.key for each in self.holders}:
                self.say(f"Waiting, {WAITS} seconds at most: {holder}")
                self.holders.append(holder)
