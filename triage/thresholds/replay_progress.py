"""A bar on standard error, where somebody waits for long."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

Each = TypeVar("Each")
STEP = 2_000
PATIENCE = 1.0  # seconds that nobody minds
LENGTH = 30


def show_progress(things: Iterable[Each], total: int | None) -> Iterator[Each]:
    """The same things; meanwhile a bar, once they have taken longer than a second and if a terminal is looking."""
    begins, shown = time.monotonic(), False
    for number, each in enumerate(things, 1):
        yield each
        if number % STEP == 0 and sys.stderr.isatty() and time.monotonic() - begins > PATIENCE:
            click.echo(f"\r{draw_bar(number, total)}", nl=False, err=True)
            shown = True
    if shown:
        click.echo(f"\r{' ' * len(draw_bar(total or number, total))}\r", nl=False, err=True)


def draw_bar(number: int, total: int | None) -> str:
    """ "[#####-----] 50,000 of 100,000 judged"; without a total, no bar."""
    if not total:
        return f"{number:,} judged"
    filled = min(number * LENGTH // total, LENGTH)
    return f"[{'#' * filled}{'-' * (LENGTH - filled)}] {number:,} of {total:,} judged"
