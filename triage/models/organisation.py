"""Who works here and where: localities, districts, teams, agencies, people who sign in, systems that call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import PROVIDER_KINDS, ROLES, SERVICES


class Locality(Base):
    """A part of the county with its own integrated teams."""

    __tablename__ = "localities"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class District(Base):
    """A district or borough, by its GSS code."""

    __tablename__ = "districts"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    locality_code: Mapped[str] = mapped_column(ForeignKey("localities.code"))


class Team(Base):
    """A team that can be allocated a referral, or that works in the hub (no service)."""

    __tablename__ = "teams"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    service: Mapped[str | None] = mapped_column(code_of("service", tuple(SERVICES)), default=None)
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)


class Agency(Base):
    """A partner who refers to the hub or answers its checks."""

    __tablename__ = "agencies"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Provider(Base):
    """Who may be asked for early help: a children's centre, school nurses, a charity. Of one locality, or of all."""

    __tablename__ = "providers"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(PROVIDER_KINDS)))
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)


class User(Keyed, Base):
    """A person or system that acts. By what each is recognised stands elsewhere, where it cannot be listed.

    `unagreed_by_id` is the administrator whose change waits until somebody else agrees. Meanwhile it is closed.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("unagreed_by_id IS NULL OR NOT active", "closed_until_agreed"),)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(code_of("role", tuple(ROLES)))
    team_code: Mapped[str | None] = mapped_column(ForeignKey("teams.code"), default=None)
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agencies.code"), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    unagreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)


class AccessToken(Keyed, Base):
    """A system's bearer token: its SHA-256 is kept, and how it begins, by which one that was lost is recognised.

    Scopes are read, write and measures.
    """

    __tablename__ = "access_tokens"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)
    prefix: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
