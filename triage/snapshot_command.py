"""`triage snapshot`: what is open, as files to print, for the day on which the system is down."""

from contextlib import ExitStack
from pathlib import Path

import click

from triage.exchange.worklist import gather_worklist
from triage.exchange.worklist_file import write_snapshot
from triage.figures_command import open_desk
from triage.private import takes_database

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("snapshot")
@click.argument("folder", type=FOLDER, envvar="TRIAGE_SNAPSHOT_DIR")
@click.option("--keep", type=click.IntRange(1, 100), envvar="TRIAGE_SNAPSHOT_KEEP", default=4, show_default=True)
@takes_database
def snapshot_command(folder: Path, keep: int, url: str | None, run_dir: Path, pack: str) -> None:
    """Write what is open now into FOLDER: a page to print, a CSV, and forms to fill by hand.

    It names children. The worker writes one each quarter of an hour where TRIAGE_SNAPSHOT_DIR says so.
    """
    with ExitStack() as stack:
        desk = open_desk(stack, url, run_dir, pack)
        worklist = gather_worklist(desk)
        page = write_snapshot(folder, worklist, desk.pack, keep)
    click.echo(f"{len(worklist.enquiries)} enquiries, {len(worklist.referrals)} referrals. Written: {page}")
