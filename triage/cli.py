"""The `triage` command: where each of its commands is."""

import sys

import click

from triage.errors import CommandRefused
from triage.lazy import LazyGroup

PLACES = {
    "backup": "triage.backup_command:backup_command",
    "directory": "triage.directory_command:directory",
    "demo": "triage.demo.command:demo",
    "doctor": "triage.doctor.command:doctor",
    "export": "triage.inspector_pack_command:export",
    "forget": "triage.upkeep:forget_command",
    "migrate": "triage.upkeep:migrate_command",
    "import": "triage.figures_command:import_",
    "add-user": "triage.access.command:add_user",
    "issue-token": "triage.access.command:issue_token_command",
    "ledger": "triage.ledger_command:ledger",
    "measure": "triage.insight.command:measures",
    "list-tokens": "triage.access.command:list_tokens_command",
    "people": "triage.exchange.people_command:people",
    "revoke-token": "triage.access.command:revoke_token_command",
    "report": "triage.report_command:report",
    "restore": "triage.backup_command:restore_command",
    "reseal": "triage.reseal_command:reseal_command",
    "retention": "triage.retention_command:retention",
    "snapshot": "triage.snapshot_command:snapshot_command",
    "policy": "triage.thresholds.command:policy",
    "webhook": "triage.webhook_command:webhook",
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
