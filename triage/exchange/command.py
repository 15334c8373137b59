"""`triage import`: files that others wrote."""

from pathlib import Path

import click

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.exchange.cin_census import read_census
from triage.exchange.importing import Taken, take_census
from triage.exchange.xml import XmlRefused
from triage.pack import load_pack
from triage.private import database_url, takes_database
from triage.services.desk import Desk


@click.group("import")
def import_() -> None:
    """Take in a file that another system wrote."""


@import_.command("cin-census")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@takes_database
def import_cin_census(file: Path, url: str | None, run_dir: Path, pack: str) -> None:
    """Take a Children in Need census return. Safe to repeat; exit status 1 where something was lost."""
    try:
        reading = read_census(file.read_bytes())
    except XmlRefused as refusal:
        raise click.ClickException(f"{file.name}: {refusal}") from refusal
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        database.transaction(SYSTEM) as session,
    ):
        taken = take_census(Desk(session, SYSTEM, SystemClock(), load_pack(pack), request_id="command:import"), reading)
    _report(file, taken)


def _report(file: Path, taken: Taken) -> None:
    for fault in sorted(taken.faults, key=lambda each: each.line):
        mark = "LOST " if fault.lost else ""
        click.echo(f"{file.name}:{fault.line}: {mark}{fault.what}: {fault.why}")
    click.echo(f"{taken.people} people and {taken.referrals} referrals added; {taken.known_before} were known before.")
    if any(fault.lost for fault in taken.faults):
        raise SystemExit(1)
