"""What happened: appended, numbered without gaps a case, each bearing the hash of the one before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, InTransaction, Keyed, code_of
from triage.models.codes import CASE_KINDS, ROLES


class Event(Keyed, InTransaction, Base):
    """One past-tense fact of a case. The service's database role may add one and may change none.

    `purpose` is the reason given for opening the case, `request_id` the request, task or command that it came of. Once
    its case was disposed of, `data` and `purpose` are empty, and `disposed_at` says since when: its hash is of what it
    was.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_events_xid", "xid"),
        Index("ix_events_outage", text("(data ->> 'outage')"), postgresql_where=text("data ? 'outage'")),
        Index("ix_events_at_by_edt", "at", postgresql_where=text("actor_role = 'emergency_duty_team'")),
    )
    case_kind: Mapped[str] = mapped_column(code_of("case_kind", CASE_KINDS))
    case_id: Mapped[UUID]
    number: Mapped[int]
    type: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str]
    actor_role: Mapped[str] = mapped_column(code_of("actor_role", tuple(ROLES)))
    purpose: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    disposed_at: Mapped[datetime | None] = mapped_column(default=None)
