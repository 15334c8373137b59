"""What the Children in Need census asks for of a year: its episodes, what was done in them, and whom they are of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from triage.models import Assessment, Person, Plan, Referral, Section47


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows: the episodes, what was done by the episode's key, and every record of each child by the child's."""

    episodes: Sequence[Referral]
    assessments: dict[UUID, list[Assessment]]
    section_47s: dict[UUID, list[Section47]]
    plans: dict[UUID, list[Plan]]
    records: dict[UUID, list[Person]]


def read_kept(session: Session, begins: datetime, ends: datetime, identity_id: UUID | None = None) -> Kept:
    """All of social care that was open at any time from `begins` to before `ends`, in five queries; or one person's."""
    of_person = select(Person.id).where(Person.identity_id == identity_id)
    is_open = (
        *([Referral.person_id.in_(of_person)] if identity_id else []),
        Referral.service == "social_care",
        Referral.requested_at < ends,
        Referral.closed_at.is_(None) | (Referral.closed_at >= begins),
    )
    episodes = select(Referral).where(*is_open).order_by(Referral.requested_at, Referral.id)
    identities = select(Person.identity_id).join(Referral, Referral.person_id == Person.id).where(*is_open)
    people = select(Person).where(Person.identity_id.in_(identities)).order_by(Person.id)
    return Kept(
        session.scalars(episodes).all(),
        *(_done(session, model, is_open) for model in (Assessment, Section47, Plan)),
        _group(session.scalars(people), "identity_id"),
    )


def _done(session: Session, model: Any, is_open: Sequence[ColumnElement[bool]]) -> dict[UUID, list[Any]]:
    of = select(model).join(Referral, Referral.id == model.referral_id).where(*is_open)
    return _group(session.scalars(of.order_by(model.started_on, model.id)), "referral_id")


def _group(rows: Any, key: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), []).append(row)
    return found
