"""`triage directory`: the directory of early help services in and out, as Open Referral UK's HSDS 3 JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from rules.library import policy_in_force
from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.directory.hsds_file import FileRefused, read_services, write_services
from triage.directory.listing import known_of
from triage.pack import load_pack
from triage.private import database_url, takes_database
from triage.services.desk import Desk
from triage.services.directory import Taken, export_services, known_here, take_services
from triage.settings import DEFAULT_PACK
from workflows.calendar import LONDON

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 100  # faults told at once
NOTHING_TAKEN = "Nothing was taken. Put these right and try again."


@click.group("directory")
def directory() -> None:
    """Early help services, as Open Referral UK writes them."""


@directory.command("validate")
@click.argument("file", type=FILE)
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True)
def validate_command(file: Path, pack: str) -> None:
    """Look through a file and say what is wrong in it, where, and what to do. Nothing is taken.

    Needs are looked up in the policy that came with this release.
    """
    ours, now = load_pack(pack), SystemClock().now()
    policy = policy_in_force(ours.policy, now.astimezone(LONDON).date())
    with _refusing(file):
        documents = read_services(file.read_bytes(), known_of(ours, policy.vocabulary), now)
    click.echo(f"{file.name}: {len(documents):,} services, and nothing wrong with them.")


@directory.command("import")
@click.argument("file", type=FILE)
@click.option("--withdraw-missing", is_flag=True, help="make inactive what the file does not have")
@takes_database
def import_command(file: Path, withdraw_missing: bool, url: str | None, run_dir: Path, pack: str) -> None:
    """Take the services of a file, all or none. Safe to repeat."""
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        _refusing(file),
        database.transaction(SYSTEM) as session,
    ):
        desk = Desk(session, SYSTEM, SystemClock(), load_pack(pack), request_id="command:directory")
        documents = read_services(file.read_bytes(), known_here(desk), desk.now)
        taken = take_services(desk, documents, withdraw=withdraw_missing)
    click.echo(say_taken(taken))


@directory.command("export")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="where to write it; else shown")
@takes_database
def export_command(out: Path | None, url: str | None, run_dir: Path, pack: str) -> None:
    """Write every service as a list of HSDS 3 services, which `import` takes."""
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        database.transaction(SYSTEM) as session,
    ):
        documents = export_services(Desk(session, SYSTEM, SystemClock(), load_pack(pack)))
    if out is None:
        click.echo(write_services(documents), nl=False)
        return
    out.write_text(write_services(documents), encoding="utf-8")
    click.echo(f"{len(documents):,} services written to {out}.", err=True)


def say_taken(taken: Taken) -> str:
    """What came of it, in a line for each kind of thing."""
    kinds = {"Added": taken.added, "Changed": taken.changed}
    left = "Not in the file, and made inactive" if taken.withdrawn else "Not in the file, and left as they are"
    lines = [f"{what}: {', '.join(names)}" for what, names in (kinds | {left: taken.missing}).items() if names]
    counts = f"{len(taken.added)} added, {len(taken.changed)} changed, {taken.unchanged} as they were."
    return "\n".join([*lines, counts])


@contextmanager
def _refusing(file: Path) -> Iterator[None]:
    """A file that is wrong ends the command, with everything that is wrong in it."""
    try:
        yield
    except FileRefused as refusal:
        told = [f"{file.name}: {fault}" for fault in refusal.faults[:SHOWN]]
        more = [f"{len(refusal.faults) - SHOWN:,} more are not shown."] if len(refusal.faults) > SHOWN else []
        raise click.ClickException("\n".join([*told, *more, NOTHING_TAKEN])) from refusal
