"""Queries for whoever is on duty: what is due, who is in danger, what the Emergency Duty Team did and was left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from triage.models import Clock, Decision, Enquiry, Event, Recommendation, Referral, Subject
from triage.store.urgency import how_urgent
from workflows.enquiry import UNSETTLED

EDT_ROLE = "emergency_duty_team"
HANDED_OVER, HANDED_BACK = "handed_over_to_edt", "handed_back_by_edt"
OFFER = "transfer"  # its clock is also theirs to whom the case is offered
Cases = list[Enquiry] | list[Referral]


@dataclass(frozen=True, slots=True)
class Due:
    """Running clocks, the most overdue first; of how many cases there are, and how many of those are overdue now."""

    clocks: Sequence[Clock]
    total: int
    overdue: int


def find_due(
    session: Session, now: datetime, by: datetime, *, since: datetime | None = None, locality: str | None, limit: int
) -> Due:
    """What is due by an instant (from `since`, else whatever is overdue too); of one locality, or all that is seen."""
    due = [Clock.state == "running", Clock.due_at <= by]
    if since is not None:
        due.append(Clock.due_at >= since)
    if locality is not None:
        due.append(or_(Referral.locality_code == locality, and_(Referral.id.is_not(None), Clock.kind == OFFER)))
    case = func.coalesce(Clock.enquiry_id, Clock.referral_id).distinct()
    counts = select(func.count(case), func.count(case).filter(Clock.due_at < now)).select_from(Clock)
    total, overdue = session.execute(_within(counts, due)).one()
    clocks = _within(select(Clock), due).options(*_of_clock()).order_by(Clock.due_at, Clock.id).limit(limit)
    return Due(session.scalars(clocks).all(), total, overdue)


def _within(query: Select[Any], due: list[ColumnElement[bool]]) -> Select[Any]:
    return query.outerjoin(Referral, Referral.id == Clock.referral_id).where(*due)


def _of_clock() -> tuple[Any, ...]:
    return (
        joinedload(Clock.agency_check),
        *how_urgent(selectinload(Clock.enquiry)),
        selectinload(Clock.referral).joinedload(Referral.person),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Cases, the most overdue first, and how many there are."""

    cases: Cases
    total: int


def find_enquiries(session: Session, *conditions: ColumnElement[bool], limit: int | None) -> Found:
    """The enquiries of which all of that is so, at most `limit` (None: all)."""
    options = (
        *how_urgent(),
        selectinload(Enquiry.clocks),
        joinedload(Enquiry.joined_into),
    )
    return _find(session, Enquiry, Clock.enquiry_id, conditions, options, limit)


def find_referrals(session: Session, *conditions: ColumnElement[bool], limit: int | None) -> Found:
    """The referrals of which all of that is so, at most `limit`."""
    options = (joinedload(Referral.person), selectinload(Referral.clocks))
    return _find(session, Referral, Clock.referral_id, conditions, options, limit)


def _find(session: Session, model: Any, of_case: Any, conditions: Any, options: Any, limit: int | None) -> Found:
    due = select(func.min(Clock.due_at)).where(of_case == model.id, Clock.state == "running").scalar_subquery()
    query = select(model).where(*conditions).options(*options).order_by(due.asc().nulls_last(), model.id).limit(limit)
    cases = list(session.scalars(query))
    if limit is None or len(cases) < limit:
        return Found(cases, len(cases))
    return Found(cases, session.scalar(select(func.count()).select_from(model).where(*conditions)))


def is_red() -> ColumnElement[bool]:
    """Of an enquiry that is not decided: rated red or, until somebody rates it, recommended red."""
    unrated = and_(Enquiry.rag.is_(None), _recommended(Recommendation.rag == "red"))
    return and_(Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED), or_(Enquiry.rag == "red", unrated))


def may_be_section_47() -> ColumnElement[bool]:
    """Of an enquiry that is not decided: section 47 is recommended, or proposed to a manager."""
    asked = or_(_recommended(Recommendation.section_47.is_(True)), _proposed_section_47())
    return and_(Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED), asked)


def _recommended(what: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether that is so of the last recommendation for any subject."""
    later = aliased(Recommendation)
    is_last = ~exists().where(later.subject_id == Recommendation.subject_id, later.made_at > Recommendation.made_at)
    return exists().where(
        Subject.enquiry_id == Enquiry.id,
        Recommendation.subject_id == Subject.id,
        what,
        is_last,
    )


def _proposed_section_47() -> ColumnElement[bool]:
    return exists().where(
        Subject.enquiry_id == Enquiry.id,
        Decision.subject_id == Subject.id,
        Decision.superseded_at.is_(None),
        Decision.section_47.is_(True),
    )


def is_waiting_red() -> ColumnElement[bool]:
    """Of a referral: open, red, and nobody has begun to assess it."""
    return and_(_is_worked(), Referral.rag == "red", Referral.started_at.is_(None))


def is_section_47() -> ColumnElement[bool]:
    """Of a referral: a section 47 enquiry is open, or to be opened. Once there is a plan it has ended.

    Unless another discussion is owed: danger does not ask whether there is a plan.
    """
    clock = (Clock.referral_id == Referral.id, Clock.kind == "strategy_discussion", Clock.state == "running")
    owed = and_(Referral.queue.is_not(None), exists().where(*clock))
    return or_(owed, and_(_is_worked(), Referral.section_47.is_(True)))


def _is_worked() -> ColumnElement[bool]:
    return and_(Referral.queue.is_not(None), Referral.state != "plan")


def list_handovers(session: Session, enquiry_ids: Collection[UUID]) -> dict[UUID, Event]:
    """The last handing over to the Emergency Duty Team of each enquiry that was handed over and not back since."""
    if not enquiry_ids:
        return {}
    last = (
        select(Event)
        .where(Event.case_id.in_(enquiry_ids), Event.type.in_((HANDED_OVER, HANDED_BACK)))
        .ext(distinct_on(Event.case_id))
        .order_by(Event.case_id, Event.number.desc())
    )
    return {event.case_id: event for event in session.scalars(last) if event.type == HANDED_OVER}


def list_edt_events(session: Session, since: datetime, until: datetime, *, limit: int) -> Sequence[Event]:
    """What the Emergency Duty Team did to enquiries and referrals between the two, in order."""
    done = (Event.actor_role == EDT_ROLE, Event.at.between(since, until), Event.case_kind.in_(("enquiry", "referral")))
    return session.scalars(select(Event).where(*done).order_by(Event.at, Event.id).limit(limit)).all()


def load_cases(session: Session, keys: Collection[UUID]) -> dict[UUID, Enquiry | Referral]:
    """The enquiries and referrals of those keys that this actor may see."""
    if not keys:
        return {}
    found = (
        *find_enquiries(session, Enquiry.id.in_(keys), limit=None).cases,
        *find_referrals(session, Referral.id.in_(keys), limit=None).cases,
    )
    return {case.id: case for case in found}
