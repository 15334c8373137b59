"""`triage retention due`: how many files may go, by class, and why the others are kept. Numbers, and no names."""

import json
from datetime import datetime
from pathlib import Path

import click

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.pack import load_pack
from triage.private import database_url, takes_database
from triage.services.desk import Desk
from triage.services.retention import Standing, sum_up, weigh_files
from workflows.retention import NEVER
from workflows.retention_schedule import Schedule


@click.group("retention")
def retention() -> None:
    """How long files are kept."""


@retention.command("due")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="the day to look at; today unless given")
@click.option("--class", "code", help="one class of the pack's schedule alone")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@takes_database
def due_command(
    on: datetime | None, code: str | None, as_json: bool, url: str | None, run_dir: Path, pack: str
) -> None:
    """Count the files that are due. Nothing goes by this: two people agree to that on the page Retention."""
    schedule = load_pack(pack).retention
    if code and code not in {each.code for each in schedule.classes}:
        known = ", ".join(each.code for each in schedule.classes)
        raise click.ClickException(f"There is no class {code!r}. Those there are: {known}.")
    with (
        database_url(url, run_dir, pack) as found,
        Database(found) as database,
        database.transaction(SYSTEM) as session,
    ):
        desk = Desk(session, SYSTEM, SystemClock(), load_pack(pack))
        files = [file for file in weigh_files(desk) if code in (None, file.due.code)]
        standing = sum_up(files, on.date() if on else desk.today)
    click.echo(_as_json(standing) if as_json else _in_words(standing, schedule))


def _as_json(standing: Standing) -> str:
    due = {code: {"files": files, "people": people} for code, (files, people) in standing.due.items()}
    return json.dumps({"due": due, "later": standing.later, "kept": standing.kept}, indent=2, sort_keys=True)


def _in_words(standing: Standing, schedule: Schedule) -> str:
    lines = [
        f"{schedule.names[code]}: {files:,} due, {people:,} people in them"
        for code, (files, people) in standing.due.items()
    ]
    lines.append(f"Due later: {standing.later:,}")
    lines += [f"Kept ({NEVER[why][0].lower() + NEVER[why][1:]}): {count:,}" for why, count in standing.kept.items()]
    return "\n".join(lines if standing.due else ["Nothing is due.", *lines])
