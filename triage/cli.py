"""The `triage` command."""

import sys
from pathlib import Path

import click

from triage.access.command import add_user, issue_token_command
from triage.demo.command import demo
from triage.embedded import EmbeddedError, forget
from triage.exchange.command import import_
from triage.pack import load_pack
from triage.schema import load_reference_data, migrate
from triage.serving import ServingError
from triage.settings import DEFAULT_PACK
from triage.shipping import ShippingError
from triage.thresholds.command import policy


@click.group()
def main() -> None:
    """The front door of children's services."""


@main.command("forget")
@click.option("--run-dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
def forget_demo(run_dir: Path) -> None:
    """Forget the demo's data."""
    forget(run_dir)


@main.command("migrate")
@click.option("--url", envvar="TRIAGE_OWNER_DATABASE_URL", required=True, help="PostgreSQL as the schema's owner")
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True)
def migrate_command(url: str, pack: str) -> None:
    """Bring the schema up to date and load the authority's pack."""
    migrate(url)
    load_reference_data(url, load_pack(pack))


for command in (demo, import_, add_user, issue_token_command, policy):
    main.add_command(command)


def run() -> None:
    """The command, with refusals as one line."""
    try:
        main()
    except (EmbeddedError, ServingError, ShippingError) as error:
        sys.exit(f"triage: {error}")


if __name__ == "__main__":
    run()
