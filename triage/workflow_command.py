"""`triage workflow check`: whether every workflow is sound and, for what is not, why not.

It imports no table itself, so that it can say which of them cannot be built.
"""

import click

from triage.services.letters import say_count
from workflows.checking import Report, check_workflows, find_starts


@click.group("workflow")
def workflow() -> None:
    """The workflows: check them."""


@workflow.command("check")
@click.pass_context
def check_command(context: click.Context) -> None:
    """Check every workflow's table, and the timescales of its clocks. Exits with 1 where there is a fault."""
    reports = check_workflows()
    for report in reports:
        click.echo(describe(report))
        for fault in report.faults:
            click.echo(f"  {report.name}: {fault}")
    context.exit(1 if any(report.faults for report in reports) else 0)


def describe(report: Report) -> str:
    """One line: "Transfer: 4 states, 3 actions, 1 clock, sound"."""
    found = say_count(len(report.faults), "fault") if report.faults else "sound"
    if report.table is None:
        return f"{report.name}: {found}"
    kinds = {kind for kind, _ in find_starts(report.table)}
    sizes = {"state": report.table.states, "action": report.table.actions, "clock": kinds}
    return f"{report.name}: {', '.join(say_count(len(each), noun) for noun, each in sizes.items())}, {found}"
