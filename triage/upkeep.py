"""`triage migrate` and `triage forget`: a schema brought up to date, and a demo's data forgotten."""

from pathlib import Path

import click

from triage.clock import SystemClock
from triage.embedded import forget
from triage.options import takes_url
from triage.pack import load_pack
from triage.schema import load_reference_data, look_up_by_sound, migrate, move_to_present_workflows
from triage.settings import DEFAULT_PACK


@click.command("forget")
@click.option("--run-dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
def forget_command(run_dir: Path) -> None:
    """Forget the demo's data."""
    forget(run_dir)


@click.command("migrate")
@takes_url("owner_database_url", "PostgreSQL as the schema's owner")
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True)
def migrate_command(url: str, pack: str) -> None:
    """Bring the schema up to date, load the authority's pack, and move running cases to the present workflows.

    Where somebody holds what it needs, it says who, lets people by, and tries again. Safe to repeat.
    """
    migrate(url, say=_say)
    for left_out in load_reference_data(url, load_pack(pack), _say):
        _say(left_out)
    indexed = look_up_by_sound(url, _say)
    if indexed:
        _say(f"People who are found by the sound of their name now: {indexed}")
    moved = move_to_present_workflows(url, load_pack(pack), SystemClock(), _say)
    if moved:
        _say(f"Moved to the present version of their workflow: {moved}")


def _say(words: str) -> None:
    click.echo(words, err=True)
