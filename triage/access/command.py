"""The first people and systems of a new installation, and the tokens of systems."""

from datetime import datetime

import click
from sqlalchemy import select

from triage.access.account_log import record_account
from triage.access.accounts import GIVEN_ROLES, Post, add_account, give_password, list_tokens, revoke_token
from triage.access.actor import SYSTEM
from triage.access.signin import MOST_DAYS, SCOPES, issue_token
from triage.clock import SystemClock
from triage.database import Database
from triage.errors import DomainError
from triage.models import AccessToken, User
from triage.options import takes_url
from triage.pack import load_pack
from triage.settings import DEFAULT_PACK

URL = takes_url("database_url", "PostgreSQL as the service's own role")


@click.command("add-user")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(list(GIVEN_ROLES)), required=True)
@click.option("--team", default=None, help="the code of a team in the pack")
@click.option("--locality", default=None, help="the code of a locality in the pack")
@click.option("--agency", default=None, help="the code of the partner's agency in the pack")
@click.option("--pack", envvar="TRIAGE_PACK", default=DEFAULT_PACK, show_default=True)
@click.password_option()
@URL
def add_user(
    username: str,
    name: str,
    role: str,
    team: str | None,
    locality: str | None,
    agency: str | None,
    password: str,
    pack: str,
    url: str,
) -> None:
    """Add somebody who signs in, and then chooses a password of their own. This one is asked for, never an argument."""
    now = SystemClock().now()
    try:
        with Database(url) as database, database.transaction(SYSTEM) as session:
            user = add_account(session, SYSTEM, username, name, Post(role, team, locality, agency), now)
            if role != "partner_system":  # which comes by token alone
                give_password(session, user, password, load_pack(pack), now)
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None


@click.command("issue-token")
@click.argument("username")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, required=True)
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, MOST_DAYS))
@URL
def issue_token_command(username: str, scopes: tuple[str, ...], days: int, url: str) -> None:
    """Print a new bearer token for a system's user. It is shown this once and kept only as a hash."""
    now = SystemClock().now()
    with Database(url) as database, database.transaction(SYSTEM) as session:
        user = session.scalar(select(User).where(User.username == username.casefold()))
        if user is None:
            raise click.ClickException(f"There is no user {username!r}. Add one with triage add-user.")
        if user.role != "partner_system":
            raise click.ClickException(f"{username!r} is a person, who signs in. Tokens are for a partner_system.")
        token = issue_token(session, user, username, list(scopes), now, days)
        record_account(session, SYSTEM, user.id, "token_issued", now, scopes=list(scopes), days=days)
    click.echo(token)


@click.command("list-tokens")
@URL
def list_tokens_command(url: str) -> None:
    """Print how each token begins, whose it is, what it may do, until when it counts, and when it was last used."""
    now = SystemClock().now()
    with Database(url) as database, database.transaction(SYSTEM) as session:
        for token, user in list_tokens(session):
            used = f"last used {token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never used"
            click.echo(f"{token.prefix}…  {user.username}  {','.join(token.scopes)}  {_say_end(token, now)}  {used}")


def _say_end(token: AccessToken, now: datetime) -> str:
    if token.revoked_at:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    return f"{'expired' if token.expires_at <= now else 'until'} {token.expires_at:%Y-%m-%d}"


@click.command("revoke-token")
@click.argument("prefix")
@URL
def revoke_token_command(prefix: str, url: str) -> None:
    """Let the token that begins with PREFIX (triage_ and eight characters) count no more, from now on."""
    try:
        with Database(url) as database, database.transaction(SYSTEM) as session:
            token = revoke_token(session, SYSTEM, prefix.removesuffix("…"), SystemClock().now())
            click.echo(f"{token.prefix}… counts no more.")
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
