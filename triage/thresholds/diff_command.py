"""`triage policy diff`: what differs between two versions, in plain words."""

import click

from rules.changes import find_changes
from triage.thresholds.choosing import find_policy


@click.command("diff")
@click.argument("old", metavar="NAME@VERSION|FILE")
@click.argument("new", metavar="NAME@VERSION|FILE")
def diff(old: str, new: str) -> None:
    """Say what differs from OLD to NEW: what is written, and who gets another answer."""
    before, after = find_policy(old), find_policy(new)
    changes = find_changes(before, after)
    click.echo(f"From {before.title} ({before.hash[:12]}) to {after.title} ({after.hash[:12]})\n")
    click.echo("What is written otherwise:")
    for line in changes.text or ("Nothing.",):
        click.echo(f"  {line}")
    click.echo(f"\nWho gets another answer, of {changes.tried:,} made-up people who try every rule:")
    for line in changes.examples or ("Nobody.",):
        click.echo(f"  {line}")
    if changes.untried:
        click.echo(f"\nToo intricate to make people who fit them, so replay the past: {', '.join(changes.untried)}")
