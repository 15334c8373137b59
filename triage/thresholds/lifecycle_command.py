"""The life of a version of the thresholds, as commands of `triage policy`: from draft to published, or withdrawn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import IO, Any

import click

from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.errors import DomainError
from triage.models import PolicyVersion
from triage.pack import load_pack
from triage.private import database_url, find_actor, takes_database
from triage.services.desk import Desk
from triage.services.drafting_policy import draft_policy
from triage.services.policy_actions import PolicyAction, act_on_policy
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.store.enquiries import list_events
from triage.store.policies import find_policy, list_policies
from triage.thresholds.page_clocks import say_date

# "-" is standard input: a container has no files of ours.
FILE = click.argument("file", type=click.File("r", encoding="utf-8"))
TITLE = click.argument("title", metavar="NAME@VERSION")
REASON = click.option("--reason", required=True, help="for whoever reads its history")


def by_somebody(work: Callable[..., str]) -> Callable[..., None]:
    """Give `work` a desk where the user named by --as sits. What it says is printed once what it did is kept."""

    @takes_database
    @click.option("--as", "username", required=True, help="the username of whoever does this")
    @wraps(work)
    def command(*, url: str | None, run_dir: Path, pack: str, username: str, **given: Any) -> None:
        with _open_desk(url, run_dir, pack, username) as desk:
            said = work(desk, **given)
        click.echo(said)

    return command


def by_anybody(work: Callable[..., None]) -> Callable[..., None]:
    """Give `work` a desk at which it only reads."""

    @takes_database
    @wraps(work)
    def command(*, url: str | None, run_dir: Path, pack: str, **given: Any) -> None:
        with _open_desk(url, run_dir, pack, None) as desk:
            work(desk, **given)

    return command


@contextmanager
def _open_desk(url: str | None, run_dir: Path, pack: str, username: str | None) -> Iterator[Desk]:
    with database_url(url, run_dir, pack) as found, Database(found) as database:
        actor = find_actor(database, username) if username else SYSTEM
        try:
            with database.transaction(actor) as session:
                yield Desk(session, actor, SystemClock(), load_pack(pack), request_id="command:policy")
        except DomainError as refusal:
            raise click.ClickException("\n".join(each.message for each in refusal.problems)) from refusal


def _find(desk: Desk, title: str) -> PolicyVersion:
    name, _, version = title.partition("@")
    found = find_policy(desk.session, name, version)
    if found is None:
        known = ", ".join(_title(each) for each in list_policies(desk.session)) or "none yet"
        raise click.ClickException(f"There is no policy {title}. There are: {known}.")
    return found


def _read(file: IO[str]) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{_name(file)}: this is not UTF-8 text. Save it as UTF-8.") from error


def _name(file: IO[str]) -> str:
    return Path(file.name).name


def _title(policy: PolicyVersion) -> str:
    return f"{policy.name}@{policy.policy_version}"


@click.command("draft")
@FILE
@by_somebody
def draft_command(desk: Desk, file: IO[str]) -> str:
    """Keep FILE as a draft, to be reviewed and published by others ("-" is standard input).

    Every fault is named by line and column.
    """
    policy = draft_policy(desk, _read(file), _name(file))
    return f"{_title(policy)} is a draft. Somebody else reviews it: triage policy review {_title(policy)}"


@click.command("revise")
@TITLE
@FILE
@by_somebody
def revise_command(desk: Desk, title: str, file: IO[str]) -> str:
    """Replace the text of your own draft by FILE ("-" is standard input)."""
    policy = _act(desk, title, "revise", text=_read(file), where=_name(file))
    return f"{_title(policy)} is a draft with a new text."


@click.command("review")
@TITLE
@by_somebody
def review_command(desk: Desk, title: str) -> str:
    """Say that somebody else's draft is right. Its text can then no longer change."""
    policy = _act(desk, title, "review")
    return f"{_title(policy)} is reviewed. Publish it: triage policy publish {_title(policy)}"


@click.command("send-back")
@TITLE
@REASON
@by_somebody
def send_back_command(desk: Desk, title: str, reason: str) -> str:
    """Make a draft again of what was reviewed, for its author to change."""
    policy = _act(desk, title, "send_back", reason=reason)
    return f"{_title(policy)} is a draft again."


@click.command("withdraw")
@TITLE
@REASON
@by_somebody
def withdraw_command(desk: Desk, title: str, reason: str) -> str:
    """Give up what was drafted or reviewed, or published with its first day still ahead. Its version is free again."""
    policy = _act(desk, title, "withdraw", reason=reason)
    return f"{_title(policy)} is withdrawn."


@click.command("publish")
@TITLE
@by_somebody
def publish_command(desk: Desk, title: str) -> str:
    """Try every proof of what was reviewed, then publish it: in force from its first day, never changed again."""
    click.echo("Trying every proof ...", err=True)
    policy = publish_policy(desk, PublishPolicy(policy_id=_find(desk, title).id))
    return f"{_title(policy)} is published, in force from {say_date(policy.effective_from)}."


def _act(desk: Desk, title: str, action: str, **brought: str) -> PolicyVersion:
    return act_on_policy(desk, PolicyAction(policy_id=_find(desk, title).id, action=action, **brought))


@click.command("list")
@by_anybody
def list_command(desk: Desk) -> None:
    """List the versions in the database, the latest first day first."""
    for policy in list_policies(desk.session):
        click.echo(f"{_title(policy):<32} {policy.state:<10} from {policy.effective_from}  {policy.hash[:12]}")


@click.command("show")
@TITLE
@click.option("--text", "text_alone", is_flag=True, help="print the text and nothing else")
@by_anybody
def show_command(desk: Desk, title: str, text_alone: bool) -> None:
    """Show what a version is and all that happened to it, or its text."""
    policy = _find(desk, title)
    if text_alone:
        click.echo(policy.text, nl=False)
        return
    click.echo(f"{_title(policy)}: {policy.state}, in force from {say_date(policy.effective_from)}\nhash {policy.hash}")
    if policy.drafted_by_id is None:
        click.echo("It came with the service.")
    for event in list_events(desk.session, policy.id):
        why = f": {event.data['reason']}" if "reason" in event.data else ""
        click.echo(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.type.replace('_', ' ')} by {event.actor_name}{why}")
