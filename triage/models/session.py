"""Who is signed in, and how often somebody tried to be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import SESSION_ENDS, SESSION_OWES, SESSION_WAYS


class SignInSession(Keyed, Base):
    """One browser that somebody signed in with. The cookie has the token, and here only its SHA-256 stands.

    `owes` is what they must still do before anything else. `challenge` is what a security key was last asked to sign.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user_id", "user_id", "created_at"),)
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    absolute_end: Mapped[datetime]
    how: Mapped[str] = mapped_column(code_of("how", SESSION_WAYS))
    second_factor: Mapped[bool] = mapped_column(default=False)
    owes: Mapped[str | None] = mapped_column(code_of("owes", SESSION_OWES), default=None)
    device: Mapped[str] = mapped_column(default="")
    challenge: Mapped[bytes | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_why: Mapped[str | None] = mapped_column(code_of("ended_why", tuple(SESSION_ENDS)), default=None)


class SignInDelay(Base):
    """How often signing in failed of late for an account from an address, for either alone, or from a device.

    The key is a hash: neither names nor addresses stand here.
    """

    __tablename__ = "sign_in_delays"
    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
