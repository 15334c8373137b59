"""`triage policy render`: thresholds as one page that partners can be given, to read on a screen or on paper."""

import os
from contextlib import suppress
from pathlib import Path

import click

from rules.policy import Policy
from triage.pack import load_pack
from triage.settings import DEFAULT_PACK
from triage.thresholds.choosing import find_policy
from triage.thresholds.page import compose_page
from triage.thresholds.pages import fill_template


@click.command("render")
@click.argument("policy", required=False, metavar="[NAME[@VERSION]|FILE]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="the page's file; else it is printed")
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True, help="whose, if none named")
def render(policy: str | None, out: Path | None, pack: str) -> None:
    """Write thresholds as one page of HTML: levels, indicators, rules, clocks.

    A NAME alone is its newest version. The page needs nothing from elsewhere, and prints on A4.
    """
    chosen = find_policy(policy or load_pack(pack).policy)
    text = render_page(chosen)
    if out is None:
        click.echo(text, nl=False)
        return
    write_whole(out, text)
    click.echo(f"{chosen.title} is in {out}.", err=True)


def render_page(policy: Policy) -> str:
    """The page's whole HTML. The same policy gives the same text."""
    return fill_template("policy_page.html", page=compose_page(policy))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: until then the old one stands. ClickException where it cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}. Choose another --out.") from error
    finally:
        with suppress(OSError):
            part.unlink()
