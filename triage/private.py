"""The database that a command works on: the one given, else a private one on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from triage.access.actor import SYSTEM, Actor
from triage.access.signin import actor_of
from triage.clock import SystemClock
from triage.database import Database
from triage.embedded import services
from triage.options import takes_url
from triage.pack import load_pack
from triage.schema import load_reference_data, migrate, move_to_present_workflows
from triage.settings import DEFAULT_PACK
from triage.store.staff import find_user

Command = Callable[..., Any]


def takes_database(command: Command) -> Command:
    """Give a command the options --url, --run-dir and --pack: what `database_url` wants."""
    for option in (
        click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True),
        click.option("--run-dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True),
        takes_url("database_url", "PostgreSQL as the service's role; else a private one", required=False),
    ):
        command = option(command)
    return command


@contextmanager
def database_url(url: str | None, run_dir: Path, pack: str) -> Iterator[str]:
    """The database given, else the private one of `run_dir`, brought up to date.

    EmbeddedError where a private one cannot start; ShippingError where it holds other policies than this release.
    """
    if url:
        yield url
        return
    with services(run_dir) as private:
        owner = private.postgres.url("triage_owner")
        migrate(owner)
        load_reference_data(owner, load_pack(pack))
        move_to_present_workflows(owner, load_pack(pack), SystemClock())
        yield private.postgres.url("triage_app")


def find_actor(database: Database, username: str) -> Actor:
    """Whoever signs in by that name. ClickException where nobody does."""
    with database.transaction(SYSTEM) as session:
        user = find_user(session, username)
        if user is None:
            raise click.ClickException(f"There is no user {username!r}. Add one with triage add-user.")
        return actor_of(user)
