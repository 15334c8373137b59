"""`triage policy verify`: the whole record asked again."""

import sys
from collections import Counter
from pathlib import Path

import click

from triage.access.actor import SYSTEM
from triage.database import Database
from triage.private import database_url, takes_database
from triage.services.verifying import Checked, load_published, verify
from triage.store.policies import count_kept, stream_kept


@click.command("verify")
@takes_database
def verify_command(url: str | None, run_dir: Path, pack: str) -> None:
    """Ask the policies again about every recommendation ever kept. Exit status 1 where one is not the same.

    Each is worked out anew from the facts kept with it, by the policy of its hash, and compared byte for byte.
    """
    with database_url(url, run_dir, pack) as found, Database(found) as database:
        report = _verify_all(database)
    report.tell()
    if not report.is_good:
        raise SystemExit(1)


class Report:
    """What was found. Of those that are the same only the number is kept, so that a million need no room."""

    def __init__(self, texts: list[str]) -> None:
        self.faults, self.same, self.differing = texts, Counter[str](), 0
        self.unknown, self.first_unknown = Counter[str](), dict[str, str]()

    @property
    def is_good(self) -> bool:
        return not (self.faults or self.unknown)

    def add(self, checked: Checked) -> None:
        """Count one, and keep what is to be said of it."""
        kept = checked.kept
        policy, who = f"{kept.policy_name}@{kept.policy_version}", f"{kept.reference}, person {kept.ordinal}"
        if checked.unknown:
            policy = f"{policy} with the hash {kept.policy_hash[:12]}"
            self.unknown[policy] += 1
            self.first_unknown.setdefault(policy, who)
        elif checked.is_same:
            self.same[policy] += 1
        else:
            self.differing += 1
            self.faults.append(f"{who}: {checked.wrong or 'not the same: ' + ', '.join(checked.differs) + '.'}")

    def tell(self) -> None:
        """Print the faults, and then the numbers."""
        for fault in self.faults:
            click.echo(fault)
        for policy, count in sorted(self.unknown.items()):
            click.echo(f"There is no {policy}: {count:,} recommendations, {self.first_unknown[policy]} among them.")
        for policy, count in sorted(self.same.items()):
            click.echo(f"{policy}: {count:,} the same.")
        same, unknown = self.same.total(), self.unknown.total()
        asked = f"{same + self.differing:,} asked again: {same:,} the same, {self.differing:,} not"
        click.echo(f"{asked}; {unknown:,} could not be asked." if unknown else f"{asked}.")


def _verify_all(database: Database) -> Report:
    with database.transaction(SYSTEM) as session:
        known, wrong = load_published(session)
        report = Report(wrong)
        with click.progressbar(
            verify(stream_kept(session), known),
            length=count_kept(session),
            label="Asking again",
            file=sys.stderr,
            update_min_steps=500,
        ) as bar:
            for checked in bar:
                report.add(checked)
    return report
