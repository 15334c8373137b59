"""`triage policy replay`: the recorded past under a draft, and who would get another answer."""

import json
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from rules.document import PolicyError
from rules.policy import Policy
from rules.replay import replay as replay_cases
from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.pack import Pack, load_pack
from triage.private import database_url, takes_database
from triage.thresholds.choosing import find_policy
from triage.thresholds.render_command import write_whole
from triage.thresholds.replay_cases import GROUPINGS, Words
from triage.thresholds.replay_file import FactsFile
from triage.thresholds.replay_page import write_page
from triage.thresholds.replay_past import OF_THE_TIME, Period, RecordedPast
from triage.thresholds.replay_progress import show_progress
from triage.thresholds.replay_report import Report, compose_report
from triage.thresholds.replay_text import write_text
from triage.thresholds.replay_who import write_who

DAY = click.DateTime(formats=["%Y-%m-%d"])
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("replay")
@click.argument("draft", metavar="FILE|NAME@VERSION")
@click.option("--against", metavar="FILE|NAME@VERSION", help="else the version each was judged by when received")
@click.option("--from", "first", type=DAY, help="the first local day of receipt; else the first on record")
@click.option("--to", "last", type=DAY, help="the last local day of receipt; else the last on record")
@click.option("--file", type=click.File("r", encoding="utf-8"), help='facts, one person a line; "-" is standard input')
@click.option("--json", "as_json", is_flag=True, help="print JSON, with the whole list of who")
@click.option("--out", type=OUT, help="write the report as a page of HTML, for the hub only")
@click.option("--who", type=OUT, help="write the list of who as CSV: references, no names")
@takes_database
def replay(
    draft: str,
    against: str | None,
    file: IO[str] | None,
    first: datetime | None,
    last: datetime | None,
    url: str | None,
    run_dir: Path,
    pack: str,
    **wanted: Any,
) -> None:
    """Judge the recorded past by a draft and by the version of the time, and tell who moves.

    The page of --out is not for partners: it lists nobody, but has counts of one person. Small numbers are hidden only
    by ethnicity and sex.

    Nothing is changed. A line or record that cannot be read is named on standard error and left out; then, and where
    the draft leaves anybody without an answer, the exit status is 1.
    """
    period = _read_period(first, last)
    if file and (first or last):
        raise click.UsageError("--from and --to choose from the database. A file is taken whole: leave them out.")
    new, old, loaded = find_policy(draft), find_policy(against) if against else None, _load_pack(pack)
    if file:
        report = _replay_file(file, loaded, new, old)
    else:
        with database_url(url, run_dir, pack) as found, Database(found) as database:
            report = _replay_past(database, period, loaded, new, old)
    _tell(report, **wanted)


def _read_period(first: datetime | None, last: datetime | None) -> Period:
    period = Period(first and first.date(), last and last.date())
    if period.first and period.last and period.last < period.first:
        raise click.UsageError(f"--to {period.last} is before --from {period.first}. Turn them round.")
    return period


def _load_pack(name: str) -> Pack:
    try:
        return load_pack(name)
    except KeyError as error:
        raise click.ClickException(error.args[0]) from error


def _replay_file(file: IO[str], pack: Pack, draft: Policy, against: Policy | None) -> Report:
    cases = FactsFile(file, pack, draft, against, SystemClock().now())
    try:
        return _compose(cases, None, pack, draft, against, f"of {file.name}")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8 text. Save it as UTF-8.") from error


def _replay_past(database: Database, period: Period, pack: Pack, draft: Policy, against: Policy | None) -> Report:
    with database.transaction(SYSTEM) as session:
        cases = RecordedPast(session, period, against)
        try:
            return _compose(cases, cases.count(), pack, draft, against, period.says)
        except PolicyError as error:
            raise click.ClickException(f"A kept text of the thresholds cannot be read any more: {error}") from error


def _compose(
    cases: RecordedPast | FactsFile, total: int | None, pack: Pack, draft: Policy, against: Policy | None, period: str
) -> Report:
    replayed = replay_cases(show_progress(cases, total), draft, len(GROUPINGS))
    return compose_report(
        replayed,
        Words(pack),
        against=against.title if against else OF_THE_TIME,
        period=period,
        kept_answers=cases.kept_answers,
        faults=cases.faults,
    )


def _tell(report: Report, *, as_json: bool, out: Path | None, who: Path | None) -> None:
    for fault in report.faults:
        click.echo(fault, err=True)
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    elif not report.people:
        click.echo(f"There is nobody {report.period}: nothing to try {report.draft} on.")
    else:
        click.echo(write_text(report), nl=False)
    for path, write in ((out, write_page), (who, write_who)):
        if path:
            write_whole(path, write(report))
            click.echo(f"Written: {path}", err=True)
    if report.gaps or report.faults:
        raise SystemExit(1)
