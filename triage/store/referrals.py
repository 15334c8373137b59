"""Queries about referrals: the inboxes of the hub and of a locality, lists for systems, one with all of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, literal, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem
from triage.models import Clock, Enquiry, Event, Referral, Subject, Transfer
from triage.store.covers import in_hands
from triage.store.enquiries import Page, find_by_reference, paginate
from triage.store.queues import HUB, OTHER_AUTHORITY

OFFERED = "offered"
WHOSE = ("mine", "nobody")  # or the key of a colleague
SHOWN = 100  # of each part of an inbox


class Looking(Protocol):
    """Whoever looks, and their locality."""

    id: UUID
    locality_code: str | None


def get_referral(session: Session, key: UUID) -> Referral:
    """The referral with its person, enquiry, assignments, clocks, discussions and transfers. NotFound if unseen."""
    referral = session.get(Referral, key, options=_whole())
    if referral is None:
        raise NotFound(Problem("not_found", "There is no such referral, or it is not yours to see."))
    return referral


def find_case(session: Session, reference: str) -> Enquiry | Referral | None:
    """The enquiry or referral of that reference, however it is typed, if this actor sees it."""
    told = reference.strip().upper()
    return find_by_reference(session, told) or find_referral_by_reference(session, told)


def find_referral_by_reference(session: Session, reference: str) -> Referral | None:
    """The referral of that reference, if this actor may see one."""
    return session.scalar(select(Referral).where(Referral.reference == reference))


def get_service(session: Session, key: UUID) -> str:
    """To which service it is, and nothing else of it: whoever acts reads it once it is locked. NotFound if unseen."""
    service = session.scalar(select(Referral.service).where(Referral.id == key))
    return service or get_referral(session, key).service


def find_person_id(session: Session, key: UUID) -> UUID:
    """Whom it is about, and nothing else of it: the child is locked before the case. NotFound if unseen."""
    person_id = session.scalar(select(Referral.person_id).where(Referral.id == key))
    return person_id or get_referral(session, key).person_id


def find_enquiry_id(session: Session, key: UUID) -> UUID | None:
    """In which enquiry the subject is now that it came from, if it came from one: who was split off is in another."""
    query = select(Subject.enquiry_id).join(Referral, Referral.subject_id == Subject.id)
    return session.scalar(query.where(Referral.id == key))


def _whole() -> tuple[Any, ...]:
    return (
        joinedload(Referral.enquiry).selectinload(Enquiry.subjects),
        selectinload(Referral.assignments),
        selectinload(Referral.discussions),
        *_listed(),
    )


def _listed() -> tuple[Any, ...]:
    """What a line of a list shows."""
    return (
        joinedload(Referral.person),
        joinedload(Referral.worker),
        selectinload(Referral.clocks).selectinload(Clock.pauses),
        selectinload(Referral.transfers),
    )


def list_referrals(session: Session, *, state: str | None, service: str | None, cursor: str | None, limit: int) -> Page:
    """Referrals, latest requested first, `limit` at a time."""
    query = select(Referral).options(*_listed()).order_by(Referral.requested_at.desc(), Referral.id.desc())
    if state:
        query = query.where(Referral.state == state)
    if service:
        query = query.where(Referral.service == service)
    return paginate(session, query, (Referral.requested_at, Referral.id), cursor, limit)


def list_following(session: Session, referral: Referral) -> list[Referral]:
    """The referrals that this one stepped up or down to, or that immediate danger opened from it."""
    query = select(Referral).where(Referral.stepped_from_id == referral.id)
    return list(session.scalars(query.order_by(Referral.requested_at, Referral.id)))


@dataclass(frozen=True, slots=True)
class Group:
    """Referrals that wait for the same thing: the most pressing of them, and how many there are."""

    rows: list[Referral]
    total: int


def list_hub_inbox(session: Session, queues: Iterable[str]) -> dict[str, Group]:
    """What waits in each of these queues that has any: "hub", a team's code, ..."""
    return _group(session, Referral.queue, Referral.queue.in_(tuple(queues)))


def list_locality_inbox(session: Session, who: Looking, now: datetime, whose: str | None = None) -> dict[str, Group]:
    """What teams have that this actor sees, by state, or of it what is in those hands; under "offered" what others
    offer their locality.

    Each open referral that this actor may see is in one group, but for those that wait in the hub.
    """
    offered = is_offered_to(who.locality_code)
    held = (in_hands(Referral.worker_id, who.id, now, whose), ~offered) if whose else ()
    by = case((offered, OFFERED), else_=Referral.state)
    return _group(session, by, is_held(), *held)


def count_hands(session: Session, who: Looking, now: datetime, whose: str | None) -> dict[str | None, int]:
    """How many of them are in each one's hands, one's own and nobody's at least; None is for all."""
    held, offered = is_held(), is_offered_to(who.locality_code)
    hands = [each for each in dict.fromkeys((*WHOSE, whose)) if each]
    counts = (func.count().filter(in_hands(Referral.worker_id, who.id, now, each), ~offered) for each in hands)
    found = session.execute(select(func.count(), *counts).select_from(Referral).where(held)).one()
    return dict(zip((None, *hands), found, strict=True))


def is_held() -> ColumnElement[bool]:
    """Whether a team has it: neither closed nor waiting in the hub."""
    return and_(Referral.queue.is_not(None), Referral.queue.not_in((HUB, OTHER_AUTHORITY)))


def is_offered_to(locality: str | None) -> ColumnElement[bool]:
    """Whether another locality offers it to that one."""
    if locality is None:  # a team of the county: an offer to another authority has no locality either
        return false()
    there = (Transfer.referral_id == Referral.id, Transfer.state == "offered", Transfer.to_locality_code == locality)
    return select(Transfer.id).where(*there).exists()


def _group(session: Session, by: Any, *wanted: ColumnElement[bool]) -> dict[str, Group]:
    """Lists and counts from one look, so that they agree."""
    order = (_is_red().desc(), _first_due().asc().nulls_last(), Referral.requested_at, Referral.id)
    numbered = (
        select(
            Referral.id,
            by.label("part"),
            func.row_number().over(partition_by=by, order_by=order).label("place"),
            func.count().over(partition_by=by).label("total"),
        )
        .where(*wanted)
        .subquery()
    )
    query = (
        select(Referral, numbered.c.part, numbered.c.total)
        .join(numbered, numbered.c.id == Referral.id)
        .where(numbered.c.place <= SHOWN)
        .order_by(numbered.c.place)
        .options(*_listed())
    )
    groups: dict[str, Group] = {}
    for referral, part, total in session.execute(query):
        groups.setdefault(part, Group([], total)).rows.append(referral)
    return groups


def _is_red() -> ColumnElement[bool]:
    return case((Referral.section_47, True), (Referral.rag == "red", True), else_=False)


def _first_due() -> Any:
    due = select(func.min(Clock.due_at)).where(Clock.referral_id == Referral.id, Clock.state == "running")
    return due.scalar_subquery()


def list_tellings(session: Session, referral_id: UUID) -> Sequence[Event]:
    """Each time that another authority was told of the child, in order: the decision's, and each hand-over again."""
    told = Event.type.in_(("other_authority_told", "other_authority_told_again"))
    return session.scalars(select(Event).where(Event.case_id == referral_id, told).order_by(Event.number)).all()


def list_waiting(session: Session, service: str) -> Group:
    """What waits in the hub for a team of that service, the most pressing first, SHOWN at most."""
    return _first(session, Referral.queue == HUB, Referral.service == service)


def list_hands(session: Session, who: Looking, now: datetime, whose: str) -> Group:
    """What is in those hands, the most pressing first, SHOWN at most."""
    return _first(
        session, is_held(), ~is_offered_to(who.locality_code), in_hands(Referral.worker_id, who.id, now, whose)
    )


def _first(session: Session, *wanted: ColumnElement[bool]) -> Group:
    return _group(session, literal("all"), *wanted).get("all", Group([], 0))
