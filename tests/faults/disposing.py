"""A service that lets files go one by one, and is killed before a step that is named.

Run as `python -m tests.faults.disposing URL NOW STEP TIMES`: it ends by SIGKILL where it would take such a step (what a
statement begins with, or COMMIT) for that time.
"""

import os
import signal
import sys
from datetime import datetime

from sqlalchemy.event import listen

from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.pack import Pack, load_pack
from triage.services.desk import Desk
from triage.services.disposing import dispose_next, finish_disposals


def dispose_each(url: str, now: str, step: str, times: str) -> None:
    """As the worker does: each file in a transaction of its own, at the instant `now`."""
    clock, pack, left = SettableClock(datetime.fromisoformat(now)), load_pack("nottinghamshire"), [int(times)]

    def take(words: str) -> None:
        left[0] -= words.startswith(step)
        if left[0] == 0 and words.startswith(step):
            os.kill(os.getpid(), signal.SIGKILL)

    with Database(url) as database:
        listen(database.engine, "before_cursor_execute", lambda *args: take(args[2]))
        listen(database.engine, "commit", lambda _connection: take("COMMIT"))
        while _dispose_one(database, clock, pack):
            pass
        with database.transaction(SYSTEM) as session:
            finish_disposals(Desk(session, SYSTEM, clock, pack))


def _dispose_one(database: Database, clock: SettableClock, pack: Pack) -> bool:
    with database.transaction(SYSTEM) as session:
        return dispose_next(Desk(session, SYSTEM, clock, pack)) is not None


if __name__ == "__main__":
    dispose_each(*sys.argv[1:])
