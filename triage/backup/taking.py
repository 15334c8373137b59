"""Taking a backup while people work: one moment of the whole database, sealed as it streams out of PostgreSQL."""

from datetime import datetime
from pathlib import Path

import psycopg

from triage.backup.manifest import Manifest, lift_limits, take_manifest
from triage.backup.programs import connect, dumping
from triage.backup.sealed_file import BackupKey, Sealer
from triage.errors import CommandRefused
from triage.whole_files import alone_in, written_whole

LENGTH = 4  # bytes that say how long the manifest is
PATTERN = "triage-*.backup"


def name_of(made_at: datetime) -> str:
    """By which backups stand in the order they were made in."""
    return f"triage-{made_at:%Y%m%dT%H%M%SZ}.backup"


def take_backup(url: str, folder: Path, key: BackupKey, made_at: datetime) -> tuple[Path, Manifest]:
    """Write a new file into that folder, as the owner of the database; where it is, and what is in it.

    CommandRefused, and no file, where that role does not see every row, or anything else keeps it from being whole.
    """
    path = folder / name_of(made_at)
    if path.exists():
        raise CommandRefused(f"{path} is there already.")
    try:
        with alone_in(folder, PATTERN), written_whole(path) as file:
            manifest = _write(url, Sealer(file, key), made_at)
    except OSError as error:
        raise CommandRefused(f"{path} cannot be written: {error.strerror}.") from error
    return path, manifest


def _write(url: str, sealer: Sealer, made_at: datetime) -> Manifest:
    with connect(url) as connection:
        lift_limits(connection)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        try:
            manifest = take_manifest(connection, made_at)
        except psycopg.errors.InsufficientPrivilege as error:
            raise CommandRefused("This role does not see every row. Connect as triage_owner.") from error
        except psycopg.errors.UndefinedTable as error:
            raise CommandRefused("There is nothing of this service in that database.") from error
        packed = manifest.pack()
        sealer.write(len(packed).to_bytes(LENGTH, "big") + packed)
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        with dumping(url, snapshot) as pieces:
            for piece in pieces:
                sealer.write(piece)
    sealer.finish()
    return manifest
