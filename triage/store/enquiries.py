"""Queries about enquiries: lists for people and systems, one with all that belongs to it."""

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, any_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem, invalid
from triage.models import AgencyCheck, Clock, Decision, Enquiry, Event, Subject

# What the page of an enquiry asks for is put together once: that takes longer than to read what is found.
SUBJECTS = selectinload(Enquiry.subjects)
WHOLE = (
    joinedload(Enquiry.owner),
    SUBJECTS.joinedload(Subject.person),
    SUBJECTS.selectinload(Subject.first_views),
    SUBJECTS.selectinload(Subject.recommendations),
    SUBJECTS.selectinload(Subject.decisions),
    selectinload(Enquiry.checks),
    selectinload(Enquiry.clocks).joinedload(Clock.pauses),
    selectinload(Enquiry.referrals),
)
THIS = bindparam("enquiry", type_=Uuid)
EVENTS = select(Event).where(Event.case_id == bindparam("case")).order_by(Event.number)

# As an array: beside another condition of which one holds, a subquery is asked of every check there is.
JOINED_HERE = func.array(select(Enquiry.id).where(Enquiry.joined_into_id == THIS).scalar_subquery())
BEFORE_JOINED = AgencyCheck.enquiry_id == any_(JOINED_HERE)
BEFORE_SPLIT = and_(
    AgencyCheck.enquiry_id == bindparam("split_from"), AgencyCheck.requested_at <= bindparam("logged_at")
)
CHECKS_BESIDE = (
    select(AgencyCheck)
    .where(or_(BEFORE_JOINED, BEFORE_SPLIT), AgencyCheck.state != "withdrawn")
    .order_by(AgencyCheck.requested_at, AgencyCheck.id)
)

FIRST_JOINED = select(Enquiry.id).where(Enquiry.joined_into_id == THIS).cte(recursive=True)
ALL_JOINED = FIRST_JOINED.union(select(Enquiry.id).join(FIRST_JOINED, Enquiry.joined_into_id == FIRST_JOINED.c.id))
JOINED = select(Enquiry).where(Enquiry.id.in_(select(ALL_JOINED.c.id)))

HERE = select(Enquiry.id, Enquiry.split_from_id).where(Enquiry.id == THIS).cte(recursive=True)
ORIGIN = (Enquiry.joined_into_id == HERE.c.id) | (Enquiry.id == HERE.c.split_from_id)
ORIGINS = HERE.union(select(Enquiry.id, Enquiry.split_from_id).join(HERE, ORIGIN))
RECOGNISED = select(Event.data["known"].astext).where(
    Event.case_id.in_(select(ORIGINS.c.id)), Event.type == "person_recognised", Event.actor_id == bindparam("actor")
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows and the cursor of the next one, None on the last."""

    rows: Sequence[Any]
    next_cursor: str | None


def get_enquiry(session: Session, key: UUID) -> Enquiry:
    """The enquiry with its people, recommendations, decisions, checks, clocks and referrals. NotFound if unseen."""
    enquiry = session.get(Enquiry, key, options=WHOLE)
    if enquiry is None:
        raise NotFound(Problem("not_found", "There is no such enquiry, or it is not yours to see."))
    return enquiry


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
    return session.scalars(EVENTS, {"case": case_id}).all()


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
    told = {"enquiry": enquiry.id, "split_from": enquiry.split_from_id, "logged_at": enquiry.logged_at}
    return session.scalars(CHECKS_BESIDE, told).all()


def list_joined(session: Session, enquiry_id: UUID) -> Sequence[Enquiry]:
    """The enquiries that were joined into this one, perhaps by way of another: its decision answers theirs."""
    with session.no_autoflush:  # which were joined hangs on nothing that is being written
        return session.scalars(JOINED, {"enquiry": enquiry_id}).all()


def find_owner(session: Session, key: UUID) -> UUID | None:
    """Who has that enquiry by now, whatever was read of it before."""
    return session.scalar(select(Enquiry.owner_id).where(Enquiry.id == key))


def find_recognised(session: Session, enquiry: Enquiry, actor_id: UUID) -> set[UUID]:
    """The people whom this actor said that somebody is: here, where it was split from, or in what was joined to it."""
    return set(map(UUID, session.scalars(RECOGNISED, {"enquiry": enquiry.id, "actor": actor_id})))


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
