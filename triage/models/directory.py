"""The directory: early help services, the room that each said it had, and needs that none of them could meet."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from triage.models.base import Base, Keyed, code_of
from triage.models.codes import DIRECTORY_SAID, PROVIDER_KINDS
from triage.models.organisation import User

ACTIVE = "active"  # its status in HSDS; of no other is it offered


class DirectoryService(Base):
    """A service as its HSDS 3 object tells of it, kept whole in `document`; what is looked for stands beside it.

    Ages are in years; `needs` are codes of indicators or of whole domains; no `districts` means the whole county.
    A file that a council publishes as it is says neither kind nor needs: then the last of `purposes` holds.
    """

    __tablename__ = "directory_services"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str | None] = mapped_column(code_of("kind", tuple(PROVIDER_KINDS)))
    status: Mapped[str]
    needs: Mapped[list[str]]
    districts: Mapped[list[str]]
    minimum_age: Mapped[float | None] = mapped_column(default=None)
    maximum_age: Mapped[float | None] = mapped_column(default=None)
    document: Mapped[dict[str, Any]]
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    purposes: Mapped[list["Purpose"]] = relationship(
        init=False, viewonly=True, lazy="selectin", order_by="(Purpose.said_at.desc(), Purpose.id.desc())"
    )


class Purpose(Keyed, Base):
    """What somebody here said that a service is for: appended, never changed; the last one said holds.

    It is knowledge of this place, and stays whatever files come.
    """

    __tablename__ = "service_purposes"
    __table_args__ = (Index("ix_service_purposes_service_id", "service_id"),)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("directory_services.id"))
    kind: Mapped[str] = mapped_column(code_of("kind", tuple(PROVIDER_KINDS)))
    needs: Mapped[list[str]]
    said_at: Mapped[datetime]
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    said_by: Mapped[User] = relationship(init=False, viewonly=True, lazy="joined")


class DirectoryFile(Base):
    """A file of services that somebody sent and has not taken in yet: the last one of each person."""

    __tablename__ = "directory_files"
    sent_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes]
    withdraw: Mapped[bool]  # whether what it does not have is to be made inactive
    sent_at: Mapped[datetime]


class Capacity(Keyed, Base):
    """What somebody said of a service's room on a day: appended, never changed; the last one said holds."""

    __tablename__ = "capacities"
    __table_args__ = (
        CheckConstraint("free >= 0 AND places >= free AND waiting_weeks >= 0", "can_be"),
        Index("ix_capacities_service_id_said_at", "service_id", "said_at"),
    )
    service_id: Mapped[UUID] = mapped_column(ForeignKey("directory_services.id"))
    free: Mapped[int]
    places: Mapped[int | None] = mapped_column(default=None)
    waiting_weeks: Mapped[int | None] = mapped_column(default=None)
    said_at: Mapped[datetime]
    said_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    said_by: Mapped[User] = relationship(init=False, viewonly=True)


class UnmetNeed(Keyed, Base):
    """That nobody could meet a need of a child on a day, as somebody who works the case noted it.

    `found` is what the directory said then. Once the case is disposed of, `referral_id` is None, and the rest is a
    number that names nobody.
    """

    __tablename__ = "unmet_needs"
    __table_args__ = (
        Index("ix_unmet_needs_referral_id", "referral_id"),
        Index("ix_unmet_needs_noted_on", "noted_on"),
    )
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    need: Mapped[str]
    district_code: Mapped[str | None] = mapped_column(ForeignKey("districts.code"), default=None)
    locality_code: Mapped[str | None] = mapped_column(ForeignKey("localities.code"), default=None)
    months_old: Mapped[int | None] = mapped_column(default=None)
    found: Mapped[str] = mapped_column(code_of("found", tuple(DIRECTORY_SAID)))
    words: Mapped[str] = mapped_column(default="")
    noted_on: Mapped[date]
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    noted_by: Mapped[User] = relationship(init=False, viewonly=True)
