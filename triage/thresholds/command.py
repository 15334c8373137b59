"""The `triage policy` group: each of its commands has a file of its own."""

import click


@click.group()
def policy() -> None:
    """The thresholds: check them, prove them, try them on the past, publish them."""


COMMANDS: tuple[click.Command, ...] = ()

for each in COMMANDS:
    policy.add_command(each)
