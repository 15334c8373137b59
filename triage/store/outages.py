"""Queries about times in which the service was down, and about what was done then and entered afterwards."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from triage.models import Clock, Event, Outage

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


def count_entered_late(session: Session) -> dict[UUID, tuple[int, int, int]]:
    """By outage how many events were entered with its time, by how many people, and how many of them worked here then.

    Whoever worked here then had a service: that does not say that all had.
    """
    outage = Event.data["outage"].astext
    late = select(outage.label("outage"), Event.actor_id, func.count().label("number")).where(
        Event.data.has_key("outage")
    )
    each, other = late.group_by(outage, Event.actor_id).subquery(), aliased(Event)
    worked = exists().where(other.actor_id == each.c.actor_id, other.at.between(Outage.began_at, Outage.ended_at))
    told = select(Outage.id, func.sum(each.c.number), func.count(), func.count().filter(worked))
    query = told.join(each, each.c.outage == cast(Outage.id, Text)).group_by(Outage.id)
    return {key: (int(events), people, here) for key, events, people, here in session.execute(query)}


def count_ended(session: Session, since: datetime, until: datetime) -> Sequence[tuple[str, int, int]]:
    """By kind, of the clocks that were met or missed from `since` until then: ends entered afterwards, and all."""
    ended = (Clock.state.in_(("met", "missed")), Clock.stopped_at >= since, Clock.stopped_at < until)
    late = func.count().filter(Clock.entered_at.is_not(None))
    query = select(Clock.kind, late, func.count()).where(*ended).group_by(Clock.kind)
    return [(kind, entered, number) for kind, entered, number in session.execute(query)]


def list_steps(
    session: Session, case_id: UUID, types: Collection[str], *, check_id: UUID | None = None
) -> Sequence[Event]:
    """What people did to a case, or to one check of it, of those types, in order."""
    query = select(Event).where(Event.case_id == case_id, Event.type.in_(types), Event.actor_role != "system")
    if check_id:
        query = query.where(Event.data["check"].astext == str(check_id))
    return session.scalars(query.order_by(Event.number)).all()
