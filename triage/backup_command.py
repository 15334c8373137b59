"""`triage backup` and `triage restore`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import click

from triage.access.checkpoints import Keys
from triage.access.signing import find_key
from triage.backup.checking import prove_backup
from triage.backup.manifest import Manifest
from triage.backup.restoring import restore_backup
from triage.backup.sealed_file import BackupKey, read_keys
from triage.backup.taking import PATTERN, take_backup
from triage.clock import SystemClock
from triage.errors import CommandRefused
from triage.ledger_command import takes_key, trust
from triage.ledger_words import say_verdict
from triage.options import takes_url
from triage.pack import load_pack
from triage.settings import DEFAULT_PACK, read_named_file
from triage.whole_files import keep_last

Command = Callable[..., Any]
NO_KEY = "Set TRIAGE_BACKUP_KEY or TRIAGE_BACKUP_KEY_FILE: `openssl rand -base64 32` makes a key."
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WORK_DIR = "where there is room for the whole database while it is checked; else the system's folder for such files"


def takes_what_proves(command: Command) -> Command:
    """Give a command what checking wants: whose seal is trusted, room to work in, and the pack."""
    for option in (
        click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True),
        click.option("--work-dir", type=FOLDER, help=WORK_DIR),
        click.option("--public-key", type=click.File(encoding="ascii"), multiple=True, help="of the ledger's seal"),
        takes_key,
        click.option("--backup-key", envvar="TRIAGE_BACKUP_KEY", hidden=True),  # from the environment: never typed
    ):
        command = option(command)
    return command


@click.command("backup")
@click.argument("folder", type=FOLDER)
@click.option("--verify", is_flag=True, help="restore it into a database of its own, count, and verify the ledger")
@click.option("--keep", type=click.IntRange(1), help="remove all but the last so many of that folder, once it is done")
@takes_what_proves
@takes_url("owner_database_url", "PostgreSQL as the schema's owner")
def backup_command(
    folder: Path, verify: bool, keep: int | None, backup_key: str | None, url: str, **proving: Any
) -> None:
    """Write the whole database as of this moment into a new, encrypted file of FOLDER.

    People go on working meanwhile. Exit status 1 where --verify finds anything.
    """
    keys, prover = need_keys(backup_key), _prover(**proving) if verify else None
    path, manifest = take_backup(url, folder, keys[0], SystemClock().now())
    click.echo(f"Written: {path}: {say_manifest(manifest)}.")
    if prover:
        prover(path, keys)
    for old in keep_last(path, PATTERN, keep) if keep else ():
        click.echo(f"Removed: {old}")


@click.command("restore")
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--check", is_flag=True, help="restore it into a database of its own alone, count, and verify the ledger")
@takes_what_proves
@takes_url("owner_database_url", "an empty PostgreSQL as the schema's owner", required=False)
def restore_command(path: Path, check: bool, backup_key: str | None, url: str | None, **proving: Any) -> None:
    """Put a backup into an empty database: all of it, or nothing.

    The whole file is looked through before anything is restored. Exit status 1 where --check finds anything.
    """
    keys = need_keys(backup_key)
    if check:
        _prover(**proving)(path, keys)
        return
    if not url:
        raise CommandRefused("Say where to: --url, or TRIAGE_OWNER_DATABASE_URL.")
    manifest = restore_backup(path, keys, url, lambda told: click.echo(f"Restoring: {say_manifest(told)} …"))
    click.echo(f"Restored: {say_manifest(manifest)}. Now `triage migrate`, then `triage ledger seal --all`.")


def need_keys(text: str | None) -> tuple[BackupKey, ...]:
    """The backup keys, the newest first. CommandRefused where there is none."""
    found = text or read_named_file("backup_key")
    if not found:
        raise CommandRefused(NO_KEY)
    return read_keys(found)


def say_manifest(manifest: Manifest) -> str:
    """What is in it, in a few words."""
    of = f"{manifest.rows:,} rows of {len(manifest.tables)} tables as of {manifest.made_at}"
    return f"{of}, schema {manifest.revision}, the ledger up to checkpoint {manifest.checkpoint}"


def _prover(
    key: str | None, key_file: Path | None, public_key: Sequence[IO[str]], work_dir: Path | None, pack: str
) -> Callable[[Path, Sequence[BackupKey]], None]:
    """Who checks: refused now, and not after an hour, where it is not said whose seal is trusted."""
    trusted = trust([each.read() for each in public_key], find_key(key, key_file), None)
    return lambda path, keys: _prove(path, keys, trusted, pack, work_dir)


def _prove(path: Path, keys: Sequence[BackupKey], trusted: Keys, pack: str, work_dir: Path | None) -> None:
    proof = prove_backup(path, keys, trusted, load_pack(pack), work_dir)
    click.echo(f"Restored into an empty database, every row counted: {say_manifest(proof.manifest)}.")
    click.echo("\n".join(say_verdict(proof.verdict)))
    if proof.verdict.faults:
        raise SystemExit(1)
