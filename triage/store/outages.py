"""Queries about times in which the service was down, and about what was done then and entered afterwards."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from triage.models import Event, Outage

SHOWN = 50


def list_outages(session: Session) -> Sequence[Outage]:
    """The latest first."""
    query = select(Outage).options(joinedload(Outage.declared_by))
    return session.scalars(query.order_by(Outage.began_at.desc(), Outage.id).limit(SHOWN)).all()


def list_outages_since(session: Session, ended_since: datetime, not_by: UUID) -> Sequence[Outage]:
    """Those that ended then or later and that somebody else declared, the first first."""
    query = select(Outage).where(Outage.ended_at >= ended_since, Outage.declared_by_id != not_by)
    return session.scalars(query.options(joinedload(Outage.declared_by)).order_by(Outage.began_at, Outage.id)).all()


def find_outages_at(session: Session, at: datetime) -> Sequence[Outage]:
    """Those in which that instant lies."""
    query = select(Outage).where(Outage.began_at <= at, at <= Outage.ended_at)
    return session.scalars(query.options(joinedload(Outage.declared_by)).order_by(Outage.declared_at)).all()


def count_done_between(session: Session, since: datetime, until: datetime) -> int:
    """How many events there are of what people did in that time, of what this actor may see."""
    done = (Event.at.between(since, until), Event.actor_role != "system")
    return session.scalar(select(func.count()).select_from(Event).where(*done)) or 0


def count_entered_late(session: Session) -> dict[str, tuple[int, int]]:
    """By the key of an outage how many events were entered with its time, and by how many people."""
    outage = Event.data["outage"].astext
    query = select(outage, func.count(), func.count(Event.actor_id.distinct())).where(outage.is_not(None))
    return {key: (events, people) for key, events, people in session.execute(query.group_by(outage))}


def list_steps(session: Session, case_id: UUID, types: Collection[str]) -> Sequence[Event]:
    """What people did to a case, of those types, in order."""
    query = select(Event).where(Event.case_id == case_id, Event.type.in_(types), Event.actor_role != "system")
    return session.scalars(query.order_by(Event.number)).all()
