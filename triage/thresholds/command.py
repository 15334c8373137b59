"""The `triage policy` group: where each of its commands is."""

import click

from triage.lazy import LazyGroup

HERE = "triage.thresholds"
PLACES = {
    "check": f"{HERE}.checking_command:check_command",
    "prove": f"{HERE}.checking_command:prove_command",
    "schema": f"{HERE}.checking_command:schema_command",
    "decide": f"{HERE}.checking_command:decide_command",
    "diff": f"{HERE}.diff_command:diff",
    "render": f"{HERE}.render_command:render",
    "replay": f"{HERE}.replay_command:replay",
    "draft": f"{HERE}.lifecycle_command:draft_command",
    "revise": f"{HERE}.lifecycle_command:revise_command",
    "review": f"{HERE}.lifecycle_command:review_command",
    "send-back": f"{HERE}.lifecycle_command:send_back_command",
    "publish": f"{HERE}.lifecycle_command:publish_command",
    "withdraw": f"{HERE}.lifecycle_command:withdraw_command",
    "list": f"{HERE}.lifecycle_command:list_command",
    "show": f"{HERE}.lifecycle_command:show_command",
    "verify": f"{HERE}.verify_command:verify_command",
    "dmn": f"{HERE}.dmn_command:dmn",
    "from-dmn": f"{HERE}.dmn_command:from_dmn",
}


@click.group(cls=LazyGroup, places=PLACES)
def policy() -> None:
    """The thresholds: check them, prove them, try them on the past, publish them."""
