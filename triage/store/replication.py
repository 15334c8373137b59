"""How far a replica is behind the database that it follows, by the clock of that database alone."""

from math import inf
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

# Which database it is: its cluster's own number, and its name there. A replica of another authority's is none of ours.
IDENTITY = "(SELECT system_identifier FROM pg_control_system()) || '/' || current_database()"
WRITTEN = f"SELECT {IDENTITY} AS whose, pg_current_wal_flush_lsn()::text AS place, clock_timestamp() AS moment"  # nosec B608
REPLAYED = f"""
SELECT pg_is_in_recovery() AND {IDENTITY} = :whose AS follows,
    pg_last_wal_replay_lsn() >= CAST(:place AS pg_lsn) AS has_all,
    extract(epoch FROM CAST(:moment AS timestamptz) - pg_last_xact_replay_timestamp())::float AS behind
"""  # nosec B608 # noqa: S608


class Lag(NamedTuple):
    """Whether the replica follows the database at all, and by how many seconds it is behind; infinite if not known."""

    follows: bool
    seconds: float


def find_written(primary: Session) -> dict[str, object]:
    """Whose it is, how far the database has written, and at what moment."""
    return dict(primary.execute(text(WRITTEN)).mappings().one())


def find_lag(replica: Connection, written: dict[str, object]) -> Lag:
    """None behind where it has all that was written by then; else as old as the last that it has."""
    found = replica.execute(text(REPLAYED), written).one()
    if not found.follows:
        return Lag(False, inf)
    if found.has_all:
        return Lag(True, 0.0)
    return Lag(True, inf if found.behind is None else max(found.behind, 0.0))
