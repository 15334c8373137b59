"""`triage doctor`: one line a check, what to do where it is not well, and exit status 1 if anything is broken."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click
from pydantic import ValidationError

from triage.clock import SystemClock
from triage.doctor.finding import BROKEN, Finding, broken
from triage.doctor.of_database import look_at_database, look_at_replica
from triage.doctor.of_machine import look_at_machine
from triage.doctor.of_parts import look_at_mail, look_at_provider, look_at_redis, look_at_scanner
from triage.doctor.of_settings import look_at_settings, tell_refused
from triage.errors import CommandRefused
from triage.settings import Settings

PATIENCE = "5"  # seconds for the database to take a connection


def examine() -> Iterator[Finding]:
    """All that there is to look at, from the environment's settings; without them, the machine and what they lack."""
    yield from look_at_machine()
    try:
        settings = Settings()
    except ValidationError as refusal:
        yield from tell_refused(refusal)
        return
    except CommandRefused as refusal:
        yield broken("settings", str(refusal), "Mend it, then start again.")
        return
    clock = SystemClock(settings.clock_offset_seconds)
    yield from look_at_settings(settings)
    yield from look_at_database(settings, clock)
    yield from look_at_replica(settings)
    yield from look_at_redis(settings, clock)
    for check in (look_at_mail, look_at_provider, look_at_scanner):
        yield from check(settings)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
def doctor(as_json: bool) -> None:
    """Look at this deployment and say what to mend. Exit status 1 if anything is broken."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", PATIENCE)
    found = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            click.echo(str(finding))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
    sys.exit(any(each.how == BROKEN for each in found))
