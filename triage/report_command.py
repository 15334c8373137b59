"""`triage report`: the report of a quarter as a file, and the file that partners fill with their figures."""

from contextlib import ExitStack
from pathlib import Path

import click

from triage.clock import SystemClock
from triage.errors import CommandRefused, Invalid
from triage.exchange.figures_file import write_template
from triage.exchange.quarterly_file import WRITERS, Told
from triage.figures_command import open_desk
from triage.insight.quarterly.drawing import draw_all
from triage.insight.quarterly.making import read_report
from triage.pack import load_pack
from triage.private import takes_database
from triage.services.reports import insist_over
from triage.settings import DEFAULT_PACK
from triage.store.reports import list_comments
from workflows.quarters import HOW, quarter_of, read_quarter

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("report")
def report() -> None:
    """The quarterly performance report."""


@report.command("quarterly")
@click.argument("quarter")
@click.option("--out", type=FILE, required=True, help="the file to write: .pdf, .html or .xlsx")
@click.option("--made-up", is_flag=True, envvar="TRIAGE_DEMO", help="say in it that everything is made up")
@takes_database
def quarterly_command(quarter: str, out: Path, made_up: bool, url: str | None, run_dir: Path, pack: str) -> None:
    """Write the report of a quarter, such as 2013-Q4 (October to December 2013).

    Of a private database on this machine it says by itself that everything is made up.
    """
    write = WRITERS.get(out.suffix.lower().removeprefix("."))
    if write is None:
        raise CommandRefused(f"{out.name} must end in {', '.join(f'.{each}' for each in WRITERS)}.")
    with ExitStack() as stack:
        desk = open_desk(stack, url, run_dir, pack)
        try:
            asked = insist_over(desk, quarter)
        except Invalid as refusal:
            raise CommandRefused(" ".join(each.message for each in refusal.problems)) from refusal
        numbers, stamp = read_report(desk, asked, made_up=made_up or url is None)
        content = write(Told(numbers, stamp, draw_all(numbers), list_comments(desk.session, str(asked))))
    out.write_bytes(content)
    missing = sum(line.figure is None for line in numbers.lines)
    click.echo(f"{asked.name}: {len(numbers.lines)} indicators, {missing} without a figure. Written: {out}")


@report.command("template")
@click.option("--quarter", help="of which quarter; else the one that ended last")
@click.option("--out", type=FILE, required=True, help="the CSV file to write")
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True)
def template_command(quarter: str | None, out: Path, pack: str) -> None:
    """Write the file that partners fill with their figures, and `triage import figures` takes."""
    asked = read_quarter(quarter) if quarter else quarter_of(SystemClock().now().date()).before
    if asked is None:
        raise CommandRefused(HOW)
    out.write_bytes(write_template(load_pack(pack), asked))
    click.echo(f"To be filled for {asked.name}: {out}")
