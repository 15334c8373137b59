"""Who somebody is by the word of the council's identity provider. What they may do stands here, never in its claims."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from triage.access.account_log import record_account
from triage.access.actor import claimant
from triage.access.claiming import claiming
from triage.models import Identity, User


def recognise_identity(
    session: Session, claims: Mapping[str, Any], claim: str, domain: str, now: datetime
) -> User | None:
    """The person whom an administrator added and whom the provider vouches for, or None.

    At their first sign-in the provider's name for them ("iss" and "sub") is bound to their account; afterwards that
    alone counts, whatever their address or username there has become.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    bound = session.scalar(select(func.user_of_identity(issuer, subject)))
    if bound is not None:
        user = session.get(User, bound)
        return user if user and user.active else None
    username = named_by(claims, claim, domain)
    user = session.scalar(select(User).where(User.username == username, User.active)) if username else None
    return user if user and _bind(session, user.id, issuer, subject, now) else None


def named_by(claims: Mapping[str, Any], claim: str, domain: str) -> str | None:
    """The username that the claims lead to: an address counts only if it is verified, and of the council's domain."""
    value = str(claims.get(claim) or "").strip().casefold()
    if claim != "email":
        return value or None
    name, _, at = value.rpartition("@")
    return name if name and at == domain.casefold() and claims.get("email_verified") is True else None


def _bind(session: Session, user_id: UUID, issuer: str, subject: str, now: datetime) -> bool:
    """Whether the account was nobody else's there. Now it is this one's."""
    with claiming(session, user_id):
        mine = select(Identity.id).where(Identity.user_id == user_id, Identity.issuer == issuer)
        if session.scalar(mine) is not None:
            return False
        session.add(Identity(user_id=user_id, issuer=issuer, subject=subject, bound_at=now))
        record_account(session, claimant(user_id), user_id, "identity_bound", now)
    return True
