"""Putting a backup into an empty database: looked through to its end first, then all of it or nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from triage.backup.manifest import TABLES, Manifest, find_differences, unpack
from triage.backup.programs import connect, restoring
from triage.backup.sealed_file import BackupKey, unseal
from triage.backup.taking import LENGTH, PATTERN, name_of
from triage.embedded import EXTENSIONS, PARAMETER
from triage.errors import CommandRefused
from triage.store.schema import known_revisions

Connection = psycopg.Connection[Any]
READY = """
SELECT (SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('triage_owner', 'triage_app'))
    AND has_parameter_privilege(%s, 'SET')
"""
OTHERS = """
SELECT count(*) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
"""


def read_manifest(path: Path, keys: Sequence[BackupKey]) -> Manifest:
    """What the backup says of itself, when every byte of the file was found to be as it was written."""
    manifest, pieces = open_backup(path, keys)
    for _piece in pieces:
        pass
    return manifest


def open_backup(path: Path, keys: Sequence[BackupKey]) -> tuple[Manifest, Iterator[bytes]]:
    """What the backup says of itself, and the dump that follows."""
    chunks = unseal(path, keys)
    held = next(chunks)
    length = int.from_bytes(held[:LENGTH], "big")
    while len(held) < LENGTH + length:
        held += next(chunks)
    return unpack(held[LENGTH : LENGTH + length]), _go_on(held[LENGTH + length :], chunks)


def _go_on(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def refuse_another(path: Path, manifest: Manifest) -> None:
    """CommandRefused where the name says another moment, or the schema is of a release after this one.

    Whoever may write into the folder cannot make a backup, and could put an old one in the place of last night's.
    """
    made_at = datetime.fromisoformat(manifest.made_at)
    if path.match(PATTERN) and path.name != name_of(made_at):
        raise CommandRefused(
            f"{path} is of {manifest.made_at}, which its name does not say. If it is the one that you want, call it"
            f" {name_of(made_at)}."
        )
    if manifest.revision > (newest := known_revisions()[-1]):
        raise CommandRefused(
            f"{path} is of schema {manifest.revision}, and this release knows those up to {newest}: restore it with the"
            " release that made it, or a later one."
        )


def restore_backup(
    path: Path, keys: Sequence[BackupKey], url: str, tell: Callable[[Manifest], None] = lambda _manifest: None
) -> Manifest:
    """Put it into the empty database of that address, as its owner; `tell` what is in it first.

    CommandRefused, and nothing done, where it cannot be. The file is read twice: a wrong key, a cut or a changed byte
    is told before the database is touched.
    """
    manifest = read_manifest(path, keys)
    refuse_another(path, manifest)
    with closing(connect(url)) as connection:
        connection.autocommit = True
        refuse_unready(connection)
        tell(manifest)
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    _manifest, pieces = open_backup(path, keys)
    with restoring(url) as into:
        for piece in pieces:
            into.write(piece)
    with closing(connect(url)) as connection:
        different = "\n".join(find_differences(manifest, connection))
    if different:
        raise CommandRefused(f"What was restored is not what the backup says. Use none of it.\n{different}")
    return manifest


def refuse_unready(connection: Connection) -> None:
    """CommandRefused unless the database is empty, and its server has what migrations/roles.sql makes."""
    if connection.execute(TABLES).fetchone() or connection.execute(OTHERS).fetchone()[0]:
        raise CommandRefused("That database is not empty. A backup goes into an empty one alone: nothing was restored.")
    if not connection.execute(READY, [PARAMETER]).fetchone()[0]:
        raise CommandRefused("That server is not ready. Run migrations/roles.sql there first: nothing was restored.")
