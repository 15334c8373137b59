"""`triage reseal`: all that is sealed, sealed with the newest secret key, so that an older one can be taken away."""

import sys
from collections.abc import Iterator

import click
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from triage.access.vault import Vault
from triage.errors import CommandRefused
from triage.options import takes_url
from triage.services.resealing import SEALED, Sealed, Tally, reseal_some
from triage.settings import read_named_file, split_keys
from triage.store.sealed import count_sealed


@click.command("reseal")
@click.option("--check", is_flag=True, help="change nothing: say what an older key still has to open")
@click.option("--secret-key", envvar="TRIAGE_SECRET_KEY", hidden=True)  # from the environment: never typed
@takes_url("owner_database_url", "PostgreSQL as the schema's owner")
def reseal_command(check: bool, secret_key: str | None, url: str) -> None:
    """Seal everything with the first of the keys in TRIAGE_SECRET_KEY; the others open what they sealed.

    It may be stopped and run again. Exit status 1 where something is left that needs an older key, or that none opens.
    """
    keys = secret_key or read_named_file("secret_key")
    if not keys:
        raise CommandRefused("Set TRIAGE_SECRET_KEY or TRIAGE_SECRET_KEY_FILE: the new key, then the older ones.")
    engine, vault = create_engine(url, poolclass=NullPool, hide_parameters=True), Vault(split_keys(keys))
    tallies = [_reseal(engine, vault, kind, change=not check) for kind in SEALED]
    for tally in tallies:
        click.echo("\n".join(_say(tally, check=check)))
    if any(tally.unreadable or (check and tally.older) for tally in tallies):
        raise SystemExit(1)


def _reseal(engine: Engine, vault: Vault, kind: Sealed, *, change: bool) -> Tally:
    """All of a kind, a transaction for each few, with a bar that grows where somebody looks on."""
    tally = Tally(kind)
    with Session(engine) as session:
        total = count_sealed(session, kind.column)
    with click.progressbar(length=total, label=kind.noun, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        more = True
        while more:
            with Session(engine) as session, session.begin():
                more = reseal_some(session, vault, tally, change=change)
            bar.update(tally.looked - bar.pos)
    return tally


def _say(tally: Tally, *, check: bool) -> Iterator[str]:
    done = "need an older key" if check else "sealed anew"
    yield f"{tally.kind.noun}: {tally.looked:,} looked at, {tally.older:,} {done}, {len(tally.unreadable):,} unreadable"
    yield from (
        f"  no key that was given opens {tally.kind.column.class_.__tablename__} {key}" for key in tally.unreadable
    )
