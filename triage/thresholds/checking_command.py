"""`triage policy check`, `prove`, `schema` and `decide`: what can be asked of a policy without a database."""

import json
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import click

from rules.checking import check_policy
from rules.explain import decide
from rules.policy import NoAnswer, Policy
from rules.schema import write_schema
from triage.clock import SystemClock
from triage.pack import load_pack
from triage.services.policies import policy_at_hand
from triage.services.proving import HOW_TO_INSTALL
from triage.settings import DEFAULT_PACK
from triage.thresholds.choosing import find_policies, find_policy
from triage.thresholds.facts_file import LineError, read_facts_line
from triage.thresholds.render_command import write_whole

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("check")
@click.argument("paths", metavar="[FILE]...", nargs=-1, type=EXISTING)
def check_command(paths: tuple[Path, ...]) -> None:
    """Check policy files quickly: form, vocabulary, and references that lead nowhere. Without a FILE, those shipped."""
    faults = [fault for name, text in _read_texts(paths) for fault in check_policy(text, name)]
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        raise SystemExit(1)


def _read_texts(paths: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    shipped = (path for path in (files("rules") / "policies").iterdir() if path.name.endswith(".yaml"))
    for path in paths or shipped:
        try:
            yield path.name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise click.ClickException(f"{path.name}: this is not UTF-8 text. Save it as UTF-8.") from error


@click.command("prove")
@click.argument("chosen", metavar="[NAME[@VERSION]|FILE]", required=False)
def prove_command(chosen: str | None) -> None:
    """Prove a policy of everybody there could be; without a NAME, all that are shipped. Exit status 1 if one fails."""
    if find_spec("z3") is None:
        raise click.ClickException(f"Proofs need the solver z3. {HOW_TO_INSTALL}")
    if not all([_prove(policy) for policy in find_policies(chosen)]):
        raise SystemExit(1)


def _prove(policy: Policy) -> bool:
    from rules.prove import CannotProve, prove  # the solver is an optional extra, and takes a while to load

    try:
        proofs = prove(policy)
    except CannotProve as error:
        raise click.ClickException(f"{policy.title}: {error}") from error
    click.echo(f"{policy.title} ({policy.hash[:12]})")
    for proof in proofs:
        click.echo(f"  {'proved' if proof.holds else 'FAILS '}  {proof.name}: {proof.says} ({proof.seconds:.2f} s)")
        if proof.counter_example:
            click.echo(f"          {proof.counter_example}")
    return all(proof.holds for proof in proofs)


@click.command("schema")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="a file; else it is printed")
def schema_command(out: Path | None) -> None:
    """Write the JSON Schema of policy documents, for editors."""
    text = json.dumps(write_schema(), indent=2) + "\n"
    if out:
        write_whole(out, text)
    else:
        click.echo(text, nl=False)


@click.command("decide")
@click.argument("file", metavar="FACTS.jsonl", type=click.File("r", encoding="utf-8-sig", errors="surrogateescape"))
@click.option("--policy", "chosen", metavar="NAME@VERSION|FILE", help="else the pack's, in force today")
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True)
def decide_command(file: IO[str], chosen: str | None, pack: str) -> None:
    """Print a recommendation for each line of facts ("-" reads standard input).

    A line that cannot be read is named on standard error, the rest goes on, and the exit status is 1.
    """
    policy = find_policy(chosen) if chosen else _in_force_today(pack)
    wrong = [error for number, line in enumerate(file, 1) if line.strip() and (error := _answer(policy, number, line))]
    if wrong:
        raise SystemExit(1)


def _in_force_today(pack: str) -> Policy:
    try:
        return policy_at_hand(load_pack(pack).policy, SystemClock().now())
    except KeyError as error:
        raise click.ClickException(str(error.args[0])) from error


def _answer(policy: Policy, number: int, line: str) -> str | None:
    """Print the recommendation, or what is wrong with the line."""
    try:
        click.echo(decide(policy, read_facts_line(policy, line)).to_json())
    except (LineError, NoAnswer) as error:
        click.echo(f"line {number}: {error}", err=True)
        return str(error)
    return None
