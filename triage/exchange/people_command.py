"""`triage people`: the same people found in two files, or twice in one, to move off an old system."""

import csv
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from triage.exchange.cells import safe_cell
from triage.exchange.people_file import FileRefused, PeopleFile, read_people
from workflows.people.linking import STEPS, Link, Told, dedupe, link
from workflows.people.records import number_together

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PLAIN = re.compile(r"[\w.-]+")  # a number with its sign, letters, what stands in a UUID
HEAD = ("left_id", "right_id", "probability", "why")


@click.group("people")
def people() -> None:
    """Who is the same person. Nothing is merged by this: it writes what a person may confirm."""


def takes_threshold(command: Callable[..., None]) -> Callable[..., None]:
    """The option of the least probability."""
    words = "the least probability of a pair that is written"
    kind = click.FloatRange(0, 1, min_open=True)
    return click.option("--threshold", type=kind, default=0.5, show_default=True, help=words)(command)


@people.command("link")
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="where the pairs are written"
)
@takes_threshold
def link_command(left: Path, right: Path, out: Path, threshold: float) -> None:
    """Pair the people of two files, each with one at most."""
    with _steps() as tell:
        ours, theirs = _read(left), _read(right)
        links = link(*number_together(ours.columns, theirs.columns), threshold, tell)
    _write(out, ours.ids, theirs.ids, links)


@people.command("dedupe")
@click.argument("file", type=FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="where the pairs are written; else shown")
@takes_threshold
def dedupe_command(file: Path, out: Path | None, threshold: float) -> None:
    """Find who is in a file twice."""
    with _steps() as tell:
        ours = _read(file)
        links = dedupe(*number_together(ours.columns), threshold, tell)
    _write(out, ours.ids, ours.ids, links)


def _read(path: Path) -> PeopleFile:
    try:
        return read_people(path)
    except FileRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal


@contextmanager
def _steps() -> Iterator[Told]:
    """A bar on the terminal that says which step it is at."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=len(STEPS) + 1, label="Reading", file=sys.stderr, hidden=hidden) as bar:

        def tell(step: str) -> None:
            bar.label = step
            bar.update(1)

        yield tell
        bar.update(1)


def _write(out: Path | None, lefts: Sequence[str], rights: Sequence[str], links: Sequence[Link]) -> None:
    """Write the pairs: to a file all at once, so that nobody finds half of them there."""
    rows = ((_id(lefts[each.left]), _id(rights[each.right]), f"{each.probability:.4f}", _why(each)) for each in links)
    if out is None:
        _write_rows(sys.stdout, rows)
        return
    beside = out.with_name(out.name + ".part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        _write_rows(file, rows)
    beside.replace(out)
    click.echo(f"{len(links):,} pairs written to {out}.", err=True)


def _write_rows(file: TextIO, rows: Iterator[tuple[str, ...]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(rows)


def _id(given: str) -> str:
    """As it was given, so that the pairs can be joined to their files; but nothing that a spreadsheet would run."""
    return given if PLAIN.fullmatch(given) else str(safe_cell(given))


def _why(found: Link) -> str:
    """The evidence in one cell, with the bits of each. It begins with the name of a field."""
    return "; ".join(f"{each.says} {each.weight:+.1f}" for each in found.evidence)
