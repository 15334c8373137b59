"""The `triage` command: where each of its commands is."""

import sys

import click

from triage.errors import CommandRefused
from triage.lazy import LazyGroup

PLACES = {
    "directory": "triage.directory_command:directory",
    "demo": "triage.demo.command:demo",
    "forget": "triage.upkeep:forget_command",
    "migrate": "triage.upkeep:migrate_command",
    "import": "triage.exchange.command:import_",
    "add-user": "triage.access.command:add_user",
    "issue-token": "triage.access.command:issue_token_command",
    "ledger": "triage.ledger_command:ledger",
    "list-tokens": "triage.access.command:list_tokens_command",
    "people": "triage.exchange.people_command:people",
    "revoke-token": "triage.access.command:revoke_token_command",
    "reseal": "triage.reseal_command:reseal_command",
    "retention": "triage.retention_command:retention",
    "policy": "triage.thresholds.command:policy",
    "workflow": "triage.workflow_command:workflow",
}


@click.group(cls=LazyGroup, places=PLACES)
def main() -> None:
    """The front door of children's services."""


def run() -> None:
    """The command, with refusals as one line."""
    try:
        main()
    except CommandRefused as error:
        sys.exit(f"triage: {error}")


if __name__ == "__main__":
    run()
