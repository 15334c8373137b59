"""`triage policy dmn` and `from-dmn`: thresholds as decision tables that other engines run, and back."""

from pathlib import Path

import click

from rules.dmn import UNSAID, CannotWrite, list_left_out, read_as_yaml, write_dmn
from rules.document import PolicyError
from rules.policy import Policy
from rules.reading import load
from triage.thresholds.choosing import find_policy
from triage.thresholds.render_command import write_whole

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("dmn")
@click.argument("policy", metavar="NAME[@VERSION]|FILE")
@click.option("--out", type=OUT, help="a file; else it is printed")
def dmn(policy: str, out: Path | None) -> None:
    """Write thresholds as decision tables in DMN 1.3, for other engines. Says what DMN cannot carry.

    A NAME alone is its newest version.
    """
    chosen = find_policy(policy)
    try:
        text = write_dmn(chosen)
    except CannotWrite as error:
        raise click.ClickException(str(error)) from error
    _put_out(text, out, chosen)
    click.echo("What DMN cannot carry:", err=True)
    for each in (*UNSAID, *_say_left_out(chosen)):
        click.echo(f"- {each}", err=True)


def _say_left_out(policy: Policy) -> list[str]:
    left_out = list_left_out(policy)
    return [f"Rules that can never hold or change nothing: {', '.join(left_out)}."] if left_out else []


@click.command("from-dmn")
@click.argument("file", type=EXISTING)
@click.option("--out", type=OUT, help="the policy's file; else it is printed")
def from_dmn(file: Path, out: Path | None) -> None:
    """Read decision tables that `triage policy dmn` wrote, changed or not, back to a policy."""
    try:
        text = read_as_yaml(file.read_bytes(), file.name)
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    _put_out(text, out, load(text, file.name))
    click.echo("It is a draft. Give it a version of its own, then check and prove it before it is reviewed.", err=True)


def _put_out(text: str, out: Path | None, policy: Policy) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    write_whole(out, text)
    click.echo(f"{policy.title} is in {out}.", err=True)
