"""`triage export`: what the council has to return to others, checked before it is written."""

import os
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import click

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.exchange.annex_a_file import collect_annex_a, write_annex_a
from triage.exchange.census_collecting import collect_census
from triage.exchange.census_writing import write_census
from triage.exchange.ssd import write_ssd
from triage.pack import load_pack
from triage.private import database_url, takes_database
from workflows.census.checking import Fault, check
from workflows.census.records import Census
from workflows.census.rule import Severity

SOFTWARE = "triage"


@click.group("export")
def export() -> None:
    """Write a file that another system takes."""


@export.command("cin-census")
@click.option("--year", type=click.IntRange(2009, 2099), required=True, help="ends on 31 March of it")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="the file to write")
@click.option("--serial", type=click.IntRange(1, 999), default=1, show_default=True, help="counts the year's files")
@click.option("--despite-errors", is_flag=True, help="write the file although it has errors")
@takes_database
def export_cin_census(
    year: int, out: Path, serial: int, despite_errors: bool, url: str | None, run_dir: Path, pack: str
) -> None:
    """Write the Children in Need census of a year, and say what breaks its rules.

    Exit status 1 where there is an error: then the file is written only with --despite-errors.
    """
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        database.transaction(SYSTEM) as session,
    ):
        census = collect_census(session, load_pack(pack).census_code, year)
    faults = check(census)
    errors = sum(fault.severity == Severity.ERROR for fault in faults)
    _tell(census, faults)
    if not errors or despite_errors:
        made = {"at": SystemClock().now(), "software": SOFTWARE, "release": version("triage"), "serial": serial}
        write_private(out, write_census(census, **made))
    episodes = sum(len(child.episodes) for child in census.children)
    counts = {"Children": len(census.children), "episodes": episodes, "errors": errors, "queries": len(faults) - errors}
    click.echo(", ".join(f"{what}: {count:,}" for what, count in counts.items()) + ".")
    click.echo(f"Written: {out}" if not errors or despite_errors else "Not written. Mend the errors first.")
    if errors:
        raise SystemExit(1)


@export.command("annex-a")
@click.option("--inspection", type=click.DateTime(["%Y-%m-%d"]), required=True, help="the day on which it begins")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="the workbook to write")
@takes_database
def export_annex_a(inspection: datetime, out: Path, url: str | None, run_dir: Path, pack: str) -> None:
    """Write lists 1 to 5 of Ofsted's Annex A for the six months before an inspection."""
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        database.transaction(SYSTEM) as session,
    ):
        lists = collect_annex_a(session, load_pack(pack), inspection.date())
    write_private(out, write_annex_a(lists))
    for name, rows in lists.items():
        click.echo(f"{name}: {len(rows):,}")
    click.echo(f"Written: {out}")


@export.command("ssd")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="the folder to write")
@takes_database
def export_ssd(out: Path, url: str | None, run_dir: Path, pack: str) -> None:
    """Write the Standard Safeguarding Dataset: a CSV file for each of its tables that is kept here."""
    with database_url(url, run_dir, pack) as found, Database(found) as database, database.one_moment() as session:
        written = write_ssd(session, out)
    for name, rows in written.items():
        click.echo(f"{name}: {rows:,}")
    click.echo(f"Written: {out}")


def _tell(census: Census, faults: Sequence[Fault]) -> None:
    """Each fault with its rule, whose it is, what is wrong and how to mend it: errors first."""
    children = {child.identifier: child for child in census.children}
    for fault in sorted(faults, key=lambda each: (each.severity == Severity.QUERY, each.number, each.child or "")):
        whose = f"child {fault.child}" if fault.child else "the return"
        if fault.episode is not None:
            whose += f", referred {children[fault.child].episodes[fault.episode].referred}"
        click.echo(f"{fault.severity.value.upper()} {fault.number}, {whose}: {fault.wrong} {fault.mend}")


def write_private(out: Path, content: bytes) -> None:
    """For its owner's eyes alone: it is about children."""
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
