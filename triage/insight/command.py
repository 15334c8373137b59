"""`triage measure`: what is measured, and what came of it."""

import json
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from triage.access.actor import SYSTEM
from triage.database import Database, waited
from triage.errors import CommandRefused, Invalid, NotFound
from triage.insight.counting import rebuild, refresh
from triage.insight.definition import KINDS, TOLD_AS, Measure, get_measure, read_measures
from triage.insight.measures import Answer, Figure, measure
from triage.insight.saying import say_value
from triage.options import takes_url
from triage.pack import Pack, load_pack
from triage.private import database_url, takes_database
from triage.replica import AsOf, open_replica, read_numbers

READ = "Somebody reads the numbers for long (a report?), and whoever opens a page would wait behind this."
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("measure")
def measures() -> None:
    """What the front door is measured by. Numbers, and no names."""


@measures.command("list")
@click.option("--json", "as_json", is_flag=True, help="print the whole definitions as JSON")
def list_command(as_json: bool) -> None:
    """Every measure, with its question."""
    found = read_measures().values()
    if as_json:
        click.echo(json.dumps([_tell(each) for each in found], indent=2))
        return
    kind = ""
    for each in found:
        if each.kind != kind:
            kind = each.kind
            click.echo(f"\n{KINDS[kind]}")
        click.echo(f"  {each.name:<34} {each.question}")


@measures.command("show")
@click.argument("name")
@click.option("--from", "first", type=DAY, required=True, help="the first local day")
@click.option("--to", "last", type=DAY, required=True, help="the last local day, counted too")
@click.option("--by", help="what to tell it apart by, such as district or month")
@click.option("--json", "as_json", is_flag=True, help="print it as JSON")
@takes_url("insight_database_url", "a replica to read it from", option="--replica", required=False)
@takes_database
def show_command(
    name: str, first: datetime, last: datetime, by: str | None, as_json: bool, replica: str | None, **where: Any
) -> None:
    """One measure over a period: what it is, its figure, and that of each group."""
    asked = name, first.date(), last.date(), by
    try:
        get_measure(name)
        answer, old = _ask(replica, load_pack(where["pack"]), asked, where)
    except (Invalid, NotFound) as refusal:
        raise CommandRefused(" ".join(each.message for each in refusal.problems)) from refusal
    told = _as_json(answer, by) | {"behind_seconds": old.behind}
    click.echo(json.dumps(told, indent=2) if as_json else "\n".join([*_say(answer, by), *_say_old(old)]))


def _ask(replica: str | None, pack: Pack, asked: Any, where: dict[str, Any]) -> tuple[Answer, AsOf]:
    """Of the replica, where there is one."""
    with database_url(where["url"], where["run_dir"], where["pack"]) as found, Database(found) as database:
        other = open_replica(replica or "", database)
        with other or nullcontext():
            here = database.transaction(SYSTEM)
            return read_numbers(other, SYSTEM, None, lambda session: measure(session, pack, *asked), here)


def _say_old(old: AsOf) -> list[str]:
    if old.instead:
        return ["  The replica cannot be used just now: this was read from the database itself."]
    return [f"  Read from a replica that is {old.behind:.0f} seconds behind."] if old.is_late else []


@measures.command("rebuild")
@takes_database
def rebuild_command(url: str | None, run_dir: Path, pack: str) -> None:
    """Count everything anew. It gives what is kept already, and is for whoever doubts that."""
    with database_url(url, run_dir, pack) as found, Database(found) as database:
        try:
            with database.transaction(SYSTEM) as session:
                refresh(session)
                rebuild(session)
        except OperationalError as error:
            if waited(error):
                raise CommandRefused(f"{READ} Nothing was changed: run it again in a minute.") from error
            raise
    click.echo("Counted anew.")


def _tell(definition: Measure) -> dict[str, object]:
    return asdict(definition) | {"unit": definition.unit, "by": list(definition.by)}


def _as_json(answer: Answer, by: str | None) -> dict[str, object]:
    groups = [{"key": key, "label": label} | asdict(figure) for key, label, figure in answer.groups]
    period = {"from": _iso(answer.first), "to": _iso(answer.last), "by": by}
    return _tell(answer.measure) | period | asdict(answer.whole) | {"groups": groups}


def _iso(day: date) -> str:
    return day.isoformat()


def _say(answer: Answer, by: str | None) -> list[str]:
    definition = answer.measure
    lines = [
        definition.title,
        f"  {definition.question}",
        f"  {definition.definition}",
        f"  Source: {definition.source}",
    ]
    lines.append(f"  {_iso(answer.first)} to {_iso(answer.last)}: {say_figure(definition, answer.whole)}")
    width = max((len(label) for _key, label, _figure in answer.groups), default=0)
    told = [f"    {label:<{width}}  {say_figure(definition, figure)}" for _key, label, figure in answer.groups]
    return [*lines, *([f"  By {by}:", *told] if by else [])]


def say_figure(definition: Measure, figure: Figure) -> str:
    """A figure in words, with what it is of, or how many it is of; a number alone."""
    if figure.value is None:
        return "nothing to measure"
    said = say_value(figure.value, definition.unit)
    if definition.unit == "number":
        return said
    if definition.unit in TOLD_AS.values():
        said = f"{definition.unit} {said}" if definition.told_as == "kappa" else f"{said} {definition.unit}"
    if definition.unit == "working minutes":
        said += " of working time"
    of = f"{figure.counted:,} of {figure.of:,}" if figure.of is not None else f"{figure.counted:,} counted"
    return f"{said} ({of})"
