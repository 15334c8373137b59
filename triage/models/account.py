"""By what somebody is recognised, and what became of their account. The secrets are here and nowhere else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, InTransaction, Keyed


class Credential(Base):
    """A person's password (Argon2id) and one-time codes (a sealed secret): read only by whoever signs in as them."""

    __tablename__ = "credentials"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(default=None)
    changed_at: Mapped[datetime | None] = mapped_column(default=None)
    must_change: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[bytes | None] = mapped_column(default=None)
    totp_since: Mapped[datetime | None] = mapped_column(default=None)
    totp_step: Mapped[int] = mapped_column(default=0)


class SecurityKey(Keyed, Base):
    """A passkey or security key (WebAuthn): its public half, and how often it has signed."""

    __tablename__ = "security_keys"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class RecoveryCode(Keyed, Base):
    """What lets in once whoever has lost their second factor. Only its SHA-256 is kept: it has 120 random bits."""

    __tablename__ = "recovery_codes"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Identity(Keyed, Base):
    """Who somebody is to the council's own identity provider: bound once, at their first sign-in there."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    bound_at: Mapped[datetime]


class AccountEvent(Keyed, InTransaction, Base):
    """What happened to an account, by whom and why: a chain of the ledger for each account. Only ever added to."""

    __tablename__ = "account_events"
    __table_args__ = (UniqueConstraint("user_id", "number"), Index("ix_account_events_xid", "xid"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    type: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class AccountHead(Base):
    """The head of an account's chain: the last number given and the hash of that event."""

    __tablename__ = "account_heads"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    number: Mapped[int]
    hash: Mapped[bytes]
