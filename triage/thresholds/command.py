"""The `triage policy` group: each of its commands has a file of its own."""

import click

from triage.thresholds.checking_command import check_command, decide_command, prove_command, schema_command
from triage.thresholds.diff_command import diff
from triage.thresholds.dmn_command import dmn, from_dmn
from triage.thresholds.lifecycle_command import LIFECYCLE
from triage.thresholds.render_command import render
from triage.thresholds.replay_command import replay
from triage.thresholds.verify_command import verify_command


@click.group()
def policy() -> None:
    """The thresholds: check them, prove them, try them on the past, publish them."""


COMMANDS: tuple[click.Command, ...] = (
    check_command,
    prove_command,
    schema_command,
    decide_command,
    diff,
    render,
    replay,
    *LIFECYCLE,
    verify_command,
    dmn,
    from_dmn,
)

for each in COMMANDS:
    policy.add_command(each)
