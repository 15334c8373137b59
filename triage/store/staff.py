"""Who works here."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from triage.models import User

OF_ROLES = (
    select(User)
    .where(User.role.in_(bindparam("roles", expanding=True)), User.active)
    .order_by(User.name, User.username)
)


def list_staff(session: Session, roles: Collection[str]) -> list[User]:
    """Everybody of these roles whose account is open, by name."""
    return list(session.scalars(OF_ROLES, {"roles": [*roles]}))


def list_managers(session: Session, role: str, *, locality: str | None, team: str | None) -> list[User]:
    """Everybody of that role in that locality or, for what no locality has, of that team, whose account is open."""
    everybody = list_staff(session, (role,))
    if locality:
        return [user for user in everybody if user.locality_code == locality]
    return [user for user in everybody if team and user.locality_code is None and user.team_code == team]


def name_of_user(session: Session, user_id: UUID) -> str:
    """What somebody is called: asked of the database once in a session, because every action asks who has the case."""
    names = session.info.setdefault("names", {})
    if user_id not in names:
        with session.no_autoflush:
            names[user_id] = session.scalar(select(User.name).where(User.id == user_id))
    return names[user_id]


def list_workers(session: Session, teams: Iterable[str]) -> list[User]:
    """Those who work in these teams and may be given their cases."""
    there = User.team_code.in_(tuple(teams)), User.active
    return list(session.scalars(select(User).where(*there).order_by(User.name, User.id)))


def list_names(session: Session, keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """What each of these people is called."""
    wanted = {key for key in keys if key}
    return {key: name for key, name in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))}


def find_user(session: Session, username: str) -> User | None:
    """Who signs in by that name and may, if anybody."""
    return session.scalar(select(User).where(User.username == username.strip().casefold(), User.active))
