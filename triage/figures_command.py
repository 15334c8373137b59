"""`triage import figures`: partners' figures for the quarterly report."""

from contextlib import ExitStack
from pathlib import Path

import click

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.enquiries_command import import_
from triage.exchange.figures_file import FiguresRefused, read_figures
from triage.pack import load_pack
from triage.private import database_url, takes_database
from triage.services.desk import Desk
from triage.services.partner_figures import take_figures

SHOWN = 50  # faults told at once


@import_.command("figures")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@takes_database
def import_figures(file: Path, url: str | None, run_dir: Path, pack: str) -> None:
    """Take partners' figures from a CSV or Excel file, all or none. Safe to repeat.

    docs/quarterly-report.md says which columns there are.
    """
    with ExitStack() as stack:
        desk = open_desk(stack, url, run_dir, pack)
        try:
            figures = read_figures(file.name, file.read_bytes(), desk.pack, desk.today)
        except FiguresRefused as refusal:
            raise click.ClickException(_say_refused(file, refusal)) from refusal
        coming = take_figures(desk, figures.sent)
    counts = (
        f"{len(coming.new):,} new, {len(coming.changed):,} in the place of others, {coming.unchanged:,} as they were"
    )
    click.echo(f"{counts}. {figures.empty:,} rows without a figure.")


def open_desk(stack: ExitStack, url: str | None, run_dir: Path, pack: str) -> Desk:
    """The service's own desk, for as long as the stack stands: what is done at it is committed as it ends."""
    found = stack.enter_context(database_url(url, run_dir, pack))
    database = stack.enter_context(Database(found))
    session = stack.enter_context(database.transaction(SYSTEM))
    return Desk(session, SYSTEM, SystemClock(), load_pack(pack), request_id="command:report")


def _say_refused(file: Path, refusal: FiguresRefused) -> str:
    told = [f"{file.name}: {fault}" for fault in refusal.faults[:SHOWN]]
    more = [f"{len(refusal.faults) - SHOWN:,} more are not shown."] if len(refusal.faults) > SHOWN else []
    return "\n".join([*told, *more, "Nothing was taken. Put these right and try again."])
