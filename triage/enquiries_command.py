"""`triage import enquiries`: the register of an earlier system, taken once however often it is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.exchange.command import import_
from triage.exchange.importing_past import Outcome, import_past
from triage.exchange.past_file import Checks, read_past
from triage.exchange.past_mapping import PastMapping, read_mapping
from triage.exchange.people_file import FileRefused
from triage.exchange.sheet_file import Sheet, read_sheet, write_refused
from triage.pack import Pack, load_pack
from triage.private import database_url, takes_database
from triage.schemas.enquiry import LogEnquirySchema, SubjectDecisionSchema
from triage.services.desk import Desk
from triage.web.forms import load

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 20  # rows that were refused, told at once


@import_.command("enquiries")
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, help="YAML that says which column is which")
@click.option("--dry-run", is_flag=True, help="say what would be taken, and change nothing")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="where the rows to mend are written")
@takes_database
def import_enquiries(
    file: Path, mapping: Path | None, dry_run: bool, errors: Path | None, url: str | None, run_dir: Path, pack: str
) -> None:
    """Take past enquiries from a CSV or Excel file, one row a person. Safe to repeat, and to interrupt.

    Exit status 1 where rows were refused. docs/importing.md says which columns there are.
    """
    with _refusing():
        sheet, by = read_files(file, mapping)
    with database_url(url, run_dir, pack) as found, Database(found) as database:
        rows = read_past(sheet, by, page_checks())
        open_desk = partial(_open_desk, database, load_pack(pack))
        outcome = import_past(open_desk, sheet, by, rows, keep=not dry_run, tell=_tell)
    unread = by.list_unread(sheet.columns)
    if unread:
        click.echo(f"Columns that were not read: {', '.join(unread)}.")
    _report(file, sheet, outcome, errors, dry_run)


def read_files(file: Path, mapping: Path | None) -> tuple[Sheet, PastMapping]:
    """The sheet, and the mapping by which it is read. FileRefused where one of them cannot be, or they do not fit."""
    by = read_mapping(mapping.name, mapping.read_text("utf-8")) if mapping else PastMapping()
    sheet = read_sheet(file.name, file.read_bytes())
    by.check_columns(file.name, sheet.columns)
    return sheet, by


def page_checks() -> Checks:
    """What the pages check an enquiry and a decision by."""
    return Checks(partial(load, LogEnquirySchema()), partial(load, SubjectDecisionSchema()))


@contextmanager
def _open_desk(database: Database, pack: Pack) -> Iterator[Desk]:
    with database.transaction(SYSTEM) as session:
        yield Desk(session, SYSTEM, SystemClock(), pack, request_id="command:import")


def _tell(done: int, of: int) -> None:
    click.echo(f"{done:,} of {of:,} enquiries", err=True)


def _report(file: Path, sheet: Sheet, outcome: Outcome, errors: Path | None, dry_run: bool) -> None:
    taken, refused = outcome.taken, outcome.refused
    would = "would be " if dry_run else ""
    added = f"{taken.enquiries:,} enquiries and {taken.people:,} people {would}added"
    click.echo(f"{taken.rows:,} rows {would}taken: {added}.")
    click.echo(f"{taken.known_before:,} rows were taken before, or stand there twice.")
    if not refused:
        return
    for row, words in refused[:SHOWN]:
        click.echo(f"{file.name}:{row.line}: {' '.join(words)}")
    if errors:
        errors.write_bytes(write_refused(sheet, refused))
    rest = f" All of them stand in {errors}: mend them there, and import that file." if errors else ""
    click.echo(f"{len(refused):,} rows {'would be ' if dry_run else 'were '}refused.{rest}")
    raise SystemExit(1)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (FileRefused, UnicodeDecodeError) as refusal:
        raise click.ClickException(f"{refusal} Nothing was taken.") from refusal
