"""`triage add-user` and `triage issue-token`: the first people and systems of a new installation."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM
from triage.access.signin import SCOPES, hash_password, issue_token
from triage.clock import SystemClock
from triage.database import Database
from triage.models import Team, User
from triage.models.codes import ROLES

URL = click.option("--url", envvar="TRIAGE_DATABASE_URL", required=True, help="PostgreSQL as the service's own role")
LEAST = 12  # characters of a password


@click.command("add-user")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role for role in ROLES if role != "system"]), required=True)
@click.option("--team", default=None, help="the code of a team in the pack")
@click.option("--locality", default=None, help="the code of a locality in the pack")
@click.option("--agency", default=None, help="the code of the partner's agency in the pack")
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
    url: str,
) -> None:
    """Add somebody who signs in. The password is asked for, never an argument."""
    if len(password) < LEAST:
        raise click.ClickException(f"Use a password of {LEAST} characters or more.")
    with Database(url) as database, database.transaction(SYSTEM) as session:
        if role.startswith("locality_") and not locality and not _serves_the_county(session, team):
            raise click.ClickException("Give --locality, or the --team of a service for the whole county.")
        if role.startswith("partner_") and not agency:
            raise click.ClickException("Give --agency: a partner sees the checks that its agency was asked.")
        place = {"team_code": team, "locality_code": locality, "agency_code": agency}
        user = User(username=username.casefold(), name=name, role=role, **place)
        user.password_hash = hash_password(password)
        session.add(user)


def _serves_the_county(session: Session, code: str | None) -> bool:
    """Whether it is the code of a team that does its service everywhere."""
    team = session.get(Team, code) if code else None
    return team is not None and team.service is not None and team.locality_code is None


@click.command("issue-token")
@click.argument("username")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, required=True)
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 730))
@URL
def issue_token_command(username: str, scopes: tuple[str, ...], days: int, url: str) -> None:
    """Print a new bearer token for a system's user. It is shown this once and kept only as a hash."""
    with Database(url) as database, database.transaction(SYSTEM) as session:
        user = session.scalar(select(User).where(User.username == username.casefold()))
        if user is None:
            raise click.ClickException(f"There is no user {username!r}. Add one with triage add-user.")
        if user.role != "partner_system":
            raise click.ClickException(f"{username!r} is a person, who signs in. Tokens are for a partner_system.")
        click.echo(issue_token(session, user, username, list(scopes), SystemClock().now(), days))
