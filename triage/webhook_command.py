"""`triage webhook`: which other systems are told of what happens, added and taken away, paused, and told again."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import click
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from triage.access.actor import SYSTEM
from triage.access.vault import Vault
from triage.calling_out import NotAllowed, Unanswered, read_networks
from triage.clock import SystemClock
from triage.database import Database
from triage.errors import CommandRefused, DomainError
from triage.pack import load_pack
from triage.services import webhooks
from triage.services.desk import Desk
from triage.services.sending_webhooks import Way, deliver
from triage.services.webhook_kinds import KINDS
from triage.services.webhook_messages import put_in_envelope
from triage.settings import Settings
from triage.store.webhooks import count_failed, count_waiting, list_webhooks

NAME = click.argument("name")
WHEN = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
KEEP = "Keep this secret where the receiver finds it. It is shown this once:"


@click.group("webhook")
def webhook() -> None:
    """Which other systems are told of what happens."""


@contextmanager
def _open_desk() -> Iterator[tuple[Desk, Way]]:
    """A desk for the service itself, and the way out, by the settings that the service itself has."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"TRIAGE_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors())
        raise CommandRefused(f"This needs the settings of the service. {wrong}") from None
    behind = timedelta(seconds=settings.clock_offset_seconds)
    networks = read_networks(settings.webhook_networks)
    with Database(settings.database_url) as database, database.transaction(SYSTEM) as session:
        clock = SystemClock(settings.clock_offset_seconds)
        desk = Desk(session, SYSTEM, clock, load_pack(settings.pack), request_id="command:webhook")
        yield desk, Way(Vault(settings.secret_keys), networks, settings.public_url or "", behind)


def at_desk(work: Callable[..., str]) -> Callable[..., None]:
    """Give `work` a desk and the way out. What it says is printed once what it did is kept."""

    @wraps(work)
    def command(**given: Any) -> None:
        try:
            with _open_desk() as (desk, way):
                said = work(desk, way, **given)
        except DomainError as refusal:
            raise click.ClickException("\n".join(each.message for each in refusal.problems)) from refusal
        click.echo(said)

    return command


@webhook.command("add")
@NAME
@click.argument("address")
@click.option("--as", "username", required=True, help="the account as which it reads: of no other case is it told")
@click.option("--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, required=True)
@at_desk
def add_command(desk: Desk, way: Way, name: str, address: str, username: str, kinds: tuple[str, ...]) -> str:
    """Tell the system at ADDRESS (https://…) of these kinds of events, and print its secret."""
    command = webhooks.AddWebhook(name, address, username, kinds)
    _added, secret = webhooks.add_webhook(desk, way.vault, way.networks, command)
    return f"{KEEP}\n{secret}"


@webhook.command("list")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@at_desk
def list_command(desk: Desk, way: Way, as_json: bool) -> str:
    """List them: where to, as whom, of what, and how many messages wait or were given up."""
    failed = count_failed(desk.session)
    rows = [
        {
            "name": each.name,
            "address": each.address,
            "as": each.user.username,
            "kinds": each.kinds,
            "paused": each.paused_because or None,
            "waiting": count_waiting(desk.session, each.id),
            "given_up": failed.get(each.id, 0),
        }
        for each in list_webhooks(desk.session)
    ]
    return json.dumps(rows, indent=2) if as_json else "\n".join(map(_say, rows)) or "There is none."


def _say(row: dict[str, Any]) -> str:
    stands = f"paused: {row['paused']}" if row["paused"] else "on"
    counts = f"{row['waiting']} waiting, {row['given_up']} given up"
    return f"{row['name']}  {row['address']}  as {row['as']}  {','.join(row['kinds'])}  {counts}  {stands}"


@webhook.command("pause")
@NAME
@at_desk
def pause_command(desk: Desk, way: Way, name: str) -> str:
    """Send it nothing until it is resumed. What happens meanwhile waits."""
    webhooks.pause_webhook(desk, name)
    return f"{name} is paused. What happens meanwhile waits: triage webhook resume {name}"


@webhook.command("resume")
@NAME
@at_desk
def resume_command(desk: Desk, way: Way, name: str) -> str:
    """Send to it again, and what had waited first."""
    return f"{name} is told again, and of {webhooks.resume_webhook(desk, name)} that had waited."


@webhook.command("remove")
@NAME
@at_desk
def remove_command(desk: Desk, way: Way, name: str) -> str:
    """Tell it nothing any more, not even what waits."""
    webhooks.remove_webhook(desk, name)
    return f"{name} is told nothing any more."


@webhook.command("renew-secret")
@NAME
@click.option("--hours", default=48, show_default=True, type=click.IntRange(0, 720), help="while both secrets sign")
@at_desk
def renew_command(desk: Desk, way: Way, name: str, hours: int) -> str:
    """Print another secret. The one before signs beside it for some hours, so that no message is refused meanwhile."""
    return f"{KEEP}\n{webhooks.renew_secret(desk, way.vault, name, timedelta(hours=hours))}"


@webhook.command("send-again")
@NAME
@click.option("--since", type=WHEN, required=True, help="UTC, like 2014-01-02 or 2014-01-02T09:30")
@click.option("--until", type=WHEN, help="UTC; now unless given")
@click.option(
    "--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="all that it is told of unless given"
)
@at_desk
def send_again_command(
    desk: Desk, way: Way, name: str, since: datetime, until: datetime | None, kinds: tuple[str, ...]
) -> str:
    """Send what happened between, in its order and with the same ids."""
    ends = until.replace(tzinfo=UTC) if until else None
    return f"{webhooks.send_again(desk, name, since.replace(tzinfo=UTC), ends, kinds)} will be sent to {name} again."


@webhook.command("test")
@NAME
@at_desk
def test_command(desk: Desk, way: Way, name: str) -> str:
    """Send a message of the kind webhook_test, which is about no case, now and once: how it was answered."""
    said = put_in_envelope("webhook_test", desk.now, {})
    try:
        status = deliver(desk, webhooks.get_webhook(desk, name), str(uuid7()), said, way)
    except (NotAllowed, Unanswered) as refusal:
        raise click.ClickException(str(refusal)) from None
    return f"It answered {status}."
