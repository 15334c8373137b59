"""Who works here."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.models import User


def list_staff(session: Session, roles: Collection[str]) -> list[User]:
    """Everybody of these roles whose account is open, by name."""
    query = select(User).where(User.role.in_(roles), User.active).order_by(User.name, User.username)
    return list(session.scalars(query))
