"""Queries about enquiries: lists for people and systems, one with all that belongs to it."""

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem, invalid
from triage.models import AgencyCheck, Clock, Decision, Enquiry, Event, Subject


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows and the cursor of the next one, None on the last."""

    rows: Sequence[Any]
    next_cursor: str | None


def get_enquiry(session: Session, key: UUID) -> Enquiry:
    """The enquiry with its people, recommendations, decisions, checks, clocks and referrals. NotFound if unseen."""
    enquiry = session.get(Enquiry, key, options=_whole())
    if enquiry is None:
        raise NotFound(Problem("not_found", "There is no such enquiry, or it is not yours to see."))
    return enquiry


def _whole() -> tuple[Any, ...]:
    subjects = selectinload(Enquiry.subjects)
    return (
        joinedload(Enquiry.owner),
        subjects.joinedload(Subject.person),
        subjects.selectinload(Subject.first_views),
        subjects.selectinload(Subject.recommendations),
        subjects.selectinload(Subject.decisions),
        selectinload(Enquiry.checks),
        selectinload(Enquiry.clocks).selectinload(Clock.pauses),
        selectinload(Enquiry.referrals),
    )


def list_enquiries(session: Session, *, state: str | None, cursor: str | None, limit: int) -> Page:
    """Enquiries, latest received first, `limit` at a time. Invalid where the cursor is not one of ours."""
    shown = selectinload(Enquiry.clocks).selectinload(Clock.pauses)
    query = select(Enquiry).options(shown).order_by(Enquiry.received_at.desc(), Enquiry.id.desc())
    if state:
        query = query.where(Enquiry.state == state)
    return paginate(session, query, (Enquiry.received_at, Enquiry.id), cursor, limit)


def paginate(session: Session, query: Select[Any], order: tuple[Any, Any], cursor: str | None, limit: int) -> Page:
    """One page of `query`, which is in descending `order` of an instant and a key."""
    if cursor:
        query = query.where(tuple_(*order) < tuple_(*_read_cursor(cursor)))
    rows = session.scalars(query.limit(limit + 1)).all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page(rows[:limit], _write_cursor(getattr(last, order[0].key), last.id) if more else None)


def _write_cursor(at: datetime, key: UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(key)]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        return datetime.fromisoformat(at), UUID(key)
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise invalid("cursor", "Use the next_cursor of the page before, unchanged.") from error


def list_events(session: Session, case_id: UUID) -> Sequence[Event]:
    """The case's events in order."""
    return session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.number)).all()


def find_people_in(session: Session, enquiry_ids: Collection[UUID]) -> set[UUID]:
    """Whom these enquiries are about."""
    return set(session.scalars(select(Subject.person_id).where(Subject.enquiry_id.in_(enquiry_ids))))


def count_by_route(session: Session) -> dict[str, int]:
    """Decided enquiries by the route chosen for each; one whose subjects went different ways counts for each way."""
    query = (
        select(Decision.route, func.count(Subject.enquiry_id.distinct()))
        .join(Subject, Subject.id == Decision.subject_id)
        .where(Decision.superseded_at.is_(None), Decision.took_effect_at.is_not(None))
        .group_by(Decision.route)
    )
    return {route: count for route, count in session.execute(query)}


def find_by_reference(session: Session, reference: str) -> Enquiry | None:
    """The enquiry of that reference, if this actor may see one."""
    return session.scalar(select(Enquiry).where(Enquiry.reference == reference.strip().upper()))


def get_check(session: Session, key: UUID) -> AgencyCheck:
    """The check, if this actor may see it. NotFound if unseen."""
    check = session.get(AgencyCheck, key)
    if check is None:
        raise NotFound(Problem("not_found", "There is no such check, or it is not yours to see."))
    return check


def find_enquiry_id(session: Session, check_id: UUID) -> UUID | None:
    """Which enquiry a check belongs to now: one that is joined to another hands its checks on."""
    return session.scalar(select(AgencyCheck.enquiry_id).where(AgencyCheck.id == check_id))


def list_checks_beside(session: Session, enquiry: Enquiry) -> Sequence[AgencyCheck]:
    """What partners were asked elsewhere about its people, in order, but for what was taken back.

    Before an enquiry was joined to this one; and, where this one was split off another, before that.
    """
    joined = AgencyCheck.enquiry_id.in_(select(Enquiry.id).where(Enquiry.joined_into_id == enquiry.id))
    split = and_(AgencyCheck.enquiry_id == enquiry.split_from_id, AgencyCheck.requested_at <= enquiry.logged_at)
    query = select(AgencyCheck).where(or_(joined, split), AgencyCheck.state != "withdrawn")
    return session.scalars(query.order_by(AgencyCheck.requested_at, AgencyCheck.id)).all()


def list_joined(session: Session, enquiry_id: UUID) -> Sequence[Enquiry]:
    """The enquiries that were joined into this one, perhaps by way of another: its decision answers theirs."""
    joined = select(Enquiry.id).where(Enquiry.joined_into_id == enquiry_id).cte(recursive=True)
    joined = joined.union(select(Enquiry.id).join(joined, Enquiry.joined_into_id == joined.c.id))
    with session.no_autoflush:  # which were joined hangs on nothing that is being written
        return session.scalars(select(Enquiry).where(Enquiry.id.in_(select(joined.c.id)))).all()


def find_owner(session: Session, key: UUID) -> UUID | None:
    """Who has that enquiry by now, whatever was read of it before."""
    return session.scalar(select(Enquiry.owner_id).where(Enquiry.id == key))


def find_recognised(session: Session, enquiry: Enquiry, actor_id: UUID) -> set[UUID]:
    """The people whom this actor said that somebody is: here, where it was split from, or in what was joined to it."""
    here = select(Enquiry.id, Enquiry.split_from_id).where(Enquiry.id == enquiry.id).cte(recursive=True)
    origin = (Enquiry.joined_into_id == here.c.id) | (Enquiry.id == here.c.split_from_id)
    here = here.union(select(Enquiry.id, Enquiry.split_from_id).join(here, origin))
    said = (Event.type == "person_recognised") & (Event.actor_id == actor_id)
    events = session.scalars(select(Event).where(Event.case_id.in_(select(here.c.id)), said))
    return {UUID(event.data["known"]) for event in events}


def list_concerned(session: Session, enquiry_id: UUID, since: datetime | None = None) -> list[UUID]:
    """This enquiry, what it was joined into, and whatever was split off from any of these (since then, if told).

    The later before the earlier, as enquiries are locked: what was split off comes before what it was split from.
    """
    found = select(Enquiry.id, Enquiry.joined_into_id).where(Enquiry.id == enquiry_id).cte(recursive=True)
    split_off = Enquiry.split_from_id == found.c.id
    if since is not None:
        split_off &= Enquiry.logged_at >= since
    goes_on = or_(Enquiry.id == found.c.joined_into_id, split_off)
    found = found.union(select(Enquiry.id, Enquiry.joined_into_id).join(found, goes_on))
    query = select(Enquiry.id).where(Enquiry.id.in_(select(found.c.id)))
    return list(session.scalars(query.order_by(Enquiry.received_at.desc(), Enquiry.id.desc())))


def follow_joins(session: Session, enquiry: Enquiry) -> Enquiry:
    """Where those whom an enquiry was about are decided: in what it was joined into, else in itself."""
    while enquiry.joined_into_id:
        enquiry = session.get_one(Enquiry, enquiry.joined_into_id)
    return enquiry
