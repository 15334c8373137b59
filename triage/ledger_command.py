"""`triage ledger`: its keys, its seal, checkpoints for another body, and whether it is whole."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM
from triage.access.checkpoints import Keys, export
from triage.access.signing import PublicKey, SigningKey, find_key, make_key, read_public_key
from triage.clock import SystemClock
from triage.database import Database
from triage.errors import CommandRefused
from triage.ledger_words import say_verdict, tell_verdict
from triage.pack import load_pack
from triage.private import database_url, takes_database
from triage.services.auditing import Verdict, verify_ledger
from triage.services.desk import Desk
from triage.services.sealing import seal_heads
from triage.store.ledger import count_entries, find_checkpoint, find_last_checkpoint

Command = Callable[..., Any]
NO_KEY = "Set TRIAGE_LEDGER_KEY or TRIAGE_LEDGER_KEY_FILE. `triage ledger new-key` makes a key."


def takes_key(command: Command) -> Command:
    """Give a command --key-file, and the key of the environment."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    command = click.option("--key-file", envvar="TRIAGE_LEDGER_KEY_FILE", type=file, help="the signing key")(command)
    return click.option("--key", envvar="TRIAGE_LEDGER_KEY", hidden=True)(command)  # from the environment: never typed


@click.group()
def ledger() -> None:
    """The ledger of what was done and what was read."""


@ledger.command("new-key")
def new_key_command() -> None:
    """Print a new signing key: for the worker alone to have."""
    click.echo(make_key())


@ledger.command("key")
@takes_key
def key_command(key: str | None, key_file: Path | None) -> None:
    """Print the public key: whoever has it can check the checkpoints, and can make none."""
    click.echo(need_key(key, key_file).public)


@ledger.command("seal")
@click.option("--all", "everything", is_flag=True, help="look at every chain: after a restore")
@takes_key
@takes_database
def seal_command(
    everything: bool, key: str | None, key_file: Path | None, url: str | None, run_dir: Path, pack: str
) -> None:
    """Seal what was written since the last checkpoint, as the worker does every five minutes."""
    signing = need_key(key, key_file)
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        database.transaction(SYSTEM) as session,
    ):
        desk = Desk(session, SYSTEM, SystemClock(), load_pack(pack), request_id="command:ledger")
        made = seal_heads(desk, signing, everything=everything)
    click.echo(f"Checkpoint {made.number}: {made.tree_size:,} leaves." if made else "There is nothing new to seal.")


@ledger.command("export-checkpoint")
@click.option("--number", type=click.IntRange(1), help="which; the newest, if not said")
@click.option("--out", type=click.File("w", encoding="utf-8", lazy=True), required=True, help='"-" is standard output')
@takes_key
@takes_database
def export_command(
    number: int | None, out: IO[str], key: str | None, key_file: Path | None, url: str | None, run_dir: Path, pack: str
) -> None:
    """Write a checkpoint for another body to keep: it tells of nobody, and shows later whether anything was changed."""
    signing = need_key(key, key_file)
    with _one_moment(url, run_dir, pack) as session:
        checkpoint = find_checkpoint(session, number) if number else find_last_checkpoint(session)
        if checkpoint is None:
            raise click.ClickException("There is no such checkpoint.")
        if checkpoint.key_id != signing.public.id:
            raise click.ClickException(f"Checkpoint {checkpoint.number} was signed with another key. Give that one.")
        out.write(json.dumps(export(checkpoint, signing.public), indent=2) + "\n")


@ledger.command("verify")
@click.option("--checkpoint", type=click.File(encoding="utf-8"), help="as it was given to another body")
@click.option("--json", "as_json", is_flag=True, help="as JSON, with each file that was disposed of")
@click.option("--public-key", "trusted", type=click.File(encoding="ascii"), multiple=True, help="whose seal is trusted")
@takes_key
@takes_database
def verify_command(
    checkpoint: IO[str] | None,
    as_json: bool,
    trusted: Sequence[IO[str]],
    key: str | None,
    key_file: Path | None,
    url: str | None,
    run_dir: Path,
    pack: str,
) -> None:
    """Find whatever was changed, removed, put in or moved, and name it; and tell what was disposed of, by whom.

    Exit status 1 where anything was changed.
    """
    exported = _read_export(checkpoint) if checkpoint else None
    keys = trust([each.read() for each in trusted], find_key(key, key_file), exported)
    with _one_moment(url, run_dir, pack) as session:
        verdict = _watch(session, keys, exported, load_pack(pack).retention.known)
    click.echo(tell_verdict(verdict) if as_json else "\n".join(say_verdict(verdict)))
    if verdict.faults:
        raise SystemExit(1)


def need_key(key: str | None, key_file: Path | None) -> SigningKey:
    """The signing key given. CommandRefused where there is none."""
    found = find_key(key, key_file)
    if found is None:
        raise CommandRefused(NO_KEY)
    return found


@contextmanager
def _one_moment(url: str | None, run_dir: Path, pack: str) -> Iterator[Session]:
    with database_url(url, run_dir, pack) as found, Database(found) as database, database.one_moment() as session:
        yield session


def _read_export(file: IO[str]) -> dict[str, Any]:
    try:
        exported = json.load(file)
    except ValueError as error:
        raise CommandRefused("The checkpoint's file is not JSON.") from error
    if not isinstance(exported, dict):
        raise CommandRefused("The checkpoint's file is not a checkpoint.")
    return exported


def trust(given: Sequence[str], signing: SigningKey | None, exported: dict[str, Any] | None) -> Keys:
    """The keys given or, where none is, our own; else the one that the other body was given with its checkpoint."""
    keys = [read_public_key(each) for each in given] or ([signing.public] if signing else [])
    if not keys and exported:
        keys = [read_public_key(str(exported.get("public_key", "")))]
    if not keys:
        raise CommandRefused("Say whose seal is trusted: --public-key FILE, as `triage ledger key` prints it.")
    return {each.id: each for each in keys}


def _watch(
    session: Session, keys: dict[str, PublicKey], exported: dict[str, Any] | None, schedules: frozenset[str]
) -> Verdict:
    """Verify, with a bar that grows where somebody looks on."""
    bar = click.progressbar(
        length=count_entries(session), label="Verifying", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    with bar:
        return verify_ledger(session, keys, exported, lambda number: bar.update(number - bar.pos), schedules=schedules)
