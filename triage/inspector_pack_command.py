"""`triage export inspector-pack`: all that inspectors ask a front door for, in one file."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from triage.access.actor import Actor
from triage.clock import SystemClock
from triage.database import Database
from triage.errors import DomainError
from triage.exchange.export_command import export, write_private
from triage.inspector_pack import Asked, Part, gather_parts
from triage.ledger_command import need_key, takes_key
from triage.models.codes import ROLES
from triage.pack import Pack, load_pack
from triage.private import database_url, find_actor, takes_database
from triage.services.desk import Desk
from triage.services.letters import say_instant
from triage.services.reading import note_reading

MAY_ASK = ("mash_manager", "information_governance")
READ_AS = "inspector_pack.make"  # what the reading of whoever asks says that they opened


@export.command("inspector-pack")
@click.option("--inspection", type=click.DateTime(["%Y-%m-%d"]), required=True, help="the day on which it begins")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="the ZIP file to write")
@click.option("--as", "username", required=True, help="the username of whoever asks for it, which is put on record")
@click.option("--sample", type=click.IntRange(1, 500), default=20, show_default=True, help="how many cases are drawn")
@click.option("--seed", help="any words of the inspectors' by which cases are drawn; the day unless given")
@click.option("--prove", is_flag=True, help="prove the thresholds of which no proof is kept, which takes a while")
@takes_key
@takes_database
def export_inspector_pack(
    inspection: datetime,
    out: Path,
    username: str,
    sample: int,
    seed: str | None,
    prove: bool,
    key: str | None,
    key_file: Path | None,
    url: str | None,
    run_dir: Path,
    pack: str,
) -> None:
    """Write Annex A, drawn cases, measures over time, thresholds with their proofs, and the ledger's seal as one ZIP.

    docs/inspection.md says what each is. Whoever asks is a MASH manager or of information governance.
    """
    county, public = load_pack(pack), need_key(key, key_file).public
    day = inspection.date()
    asked = Asked(inspection=day, sample=sample, seed=seed or day.isoformat(), key=public, prove=prove)
    with database_url(url, run_dir, pack) as found, Database(found) as database:
        actor = _find_asker(database, username)
        with database.one_moment() as session, _saying_why():
            parts, people = gather_parts(session, county, asked)
        clock = SystemClock()
        with database.transaction(actor) as session:
            note_reading(Desk(session, actor, clock, county, request_id="command:export"), READ_AS, people)
    write_private(out, write_pack(parts, asked, county, actor, clock.now()))
    for part in parts:
        click.echo(f"{part.name}: {len(part.content):,} bytes")
    click.echo(f"Written: {out}")


@contextmanager
def _saying_why() -> Iterator[None]:
    try:
        yield
    except DomainError as refusal:
        raise click.ClickException(" ".join(each.message for each in refusal.problems)) from refusal


def _find_asker(database: Database, username: str) -> Actor:
    actor = find_actor(database, username)
    if actor.role not in MAY_ASK:
        may = " or ".join(ROLES[role] for role in MAY_ASK)
        raise click.ClickException(f"{actor.name} may not ask for this. Whoever asks is of: {may}.")
    return actor


def write_pack(parts: Sequence[Part], asked: Asked, county: Pack, actor: Actor, now: datetime) -> bytes:
    """The ZIP: an index, the sums of the files, and the files. Of the same parts only the index tells the time."""
    told = list(_with_index(parts, asked, county, actor, now))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in told:
            day = asked.inspection
            info = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _with_index(
    parts: Sequence[Part], asked: Asked, county: Pack, actor: Actor, now: datetime
) -> Iterator[tuple[str, bytes]]:
    listed = [
        {"name": each.name, "what": each.what, "size": len(each.content), "hash": sha256(each.content).hexdigest()}
        for each in parts
    ]
    index = _template().render(
        county=county.name,
        inspection=f"{asked.inspection.day} {asked.inspection:%B %Y}",
        made_at=say_instant(now, county.calendar.zone),
        made_for=f"{actor.name} ({ROLES[actor.role]})",
        sample=asked.sample,
        parts=listed,
    )
    yield "index.html", index.encode()
    yield "SHA256SUMS", "".join(f"{each['hash']}  {each['name']}\n" for each in listed).encode()
    yield from ((each.name, each.content) for each in parts)


def _template() -> Template:
    loader = PackageLoader("triage.exchange")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("inspector_pack.html")
