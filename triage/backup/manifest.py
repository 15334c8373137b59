"""What a backup says of itself, sealed at its head: when, of which schema, and how many rows of each table."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

# Those of the database itself: what an extension brought comes with the extension.
TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND c.relpersistence = 'p'
    AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""
LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")
REVISION = "SELECT version_num FROM alembic_version"
CHECKPOINT = "SELECT coalesce(max(number), 0) FROM checkpoints"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`tables` are rows by "schema.table"; `checkpoint` is the number of the ledger's last, 0 where there is none."""

    made_at: str
    revision: str
    server: str
    checkpoint: int
    tables: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    def pack(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def unpack(text: bytes) -> Manifest:
    """As `pack` wrote it."""
    return Manifest(**json.loads(text))


def lift_limits(connection: Connection) -> None:
    """What is begun then lasts as long as a dump: no limit of the server's for usual work ends it.

    Said before a transaction begins, for one that is idle may be ended before it has said anything.
    """
    connection.autocommit = True
    for limit in LIMITS:
        connection.execute(sql.SQL("SET {} = 0").format(sql.Identifier(limit)))
    connection.autocommit = False


def take_manifest(connection: Connection, made_at: datetime) -> Manifest:
    """Of all that this transaction sees. psycopg's error where row-level security would hide any of it."""
    connection.execute("SET LOCAL row_security = off")  # a role that is bound is refused, and counts no part for all
    return Manifest(
        made_at=made_at.isoformat(timespec="seconds"),
        revision=_one(connection, REVISION),
        server=_one(connection, "SHOW server_version"),
        checkpoint=_one(connection, CHECKPOINT),
        tables=count_rows(connection),
    )


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has, by its name with its schema's."""
    found = connection.execute(TABLES).fetchall()
    return {f"{schema}.{name}": _count(connection, schema, name) for schema, name in found}


def _count(connection: Connection, *name: str) -> int:
    return int(connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*name))).fetchone()[0])


def _one(connection: Connection, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


def find_differences(manifest: Manifest, connection: Connection) -> Iterator[str]:
    """Where a database differs from what the backup says was in it, a line each."""
    revision = _one(connection, REVISION)
    if revision != manifest.revision:
        yield f"The schema is {revision}, and was {manifest.revision}."
    there = count_rows(connection)
    for table in sorted(there.keys() | manifest.tables.keys()):
        was, found = manifest.tables.get(table), there.get(table)
        if was != found:
            yield f"{table}: {_rows(found)}, and had {_rows(was)}."


def _rows(count: int | None) -> str:
    return "is not there" if count is None else f"{count:,} rows"
