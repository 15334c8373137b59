"""Queries for whoever is on duty: what is due, who is in danger, what the Emergency Duty Team did and was left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, not_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from triage.models import Clock, Decision, Enquiry, Event, Recommendation, Referral, Subject
from triage.store.queues import EDT
from triage.store.urgency import how_urgent
from workflows.enquiry import UNSETTLED

EDT_ROLE = "emergency_duty_team"
HANDED_OVER, HANDED_BACK = "handed_over_to_edt", "handed_back_by_edt"
OFFER = "transfer"  # its clock is also theirs to whom the case is offered
Cases = list[Enquiry] | list[Referral]
OF_CLOCK = (
    joinedload(Clock.agency_check),
    *how_urgent(selectinload(Clock.enquiry)),
    selectinload(Clock.referral).joinedload(Referral.person),
)
OF_ENQUIRY = (*how_urgent(), selectinload(Enquiry.clocks), joinedload(Enquiry.joined_into))
OF_REFERRAL = (joinedload(Referral.person), selectinload(Referral.clocks))


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
    # That it has not stopped is what the index of those few says, too.
    due = [Clock.stopped_at.is_(None), Clock.state == "running", Clock.due_at <= by]
    if since is not None:
        due.append(Clock.due_at >= since)
    if locality is not None:
        due.append(or_(Referral.locality_code == locality, and_(Referral.id.is_not(None), Clock.kind == OFFER)))
    query = _within(select(Clock), due).options(*OF_CLOCK).order_by(Clock.due_at, Clock.id)
    clocks = session.scalars(query.limit(limit)).all()
    if len(clocks) == limit:
        case = func.coalesce(Clock.enquiry_id, Clock.referral_id).distinct()
        counts = select(func.count(case), func.count(case).filter(Clock.due_at < now)).select_from(Clock)
        return Due(clocks, *session.execute(_within(counts, due)).one())
    cases = [{clock.enquiry_id or clock.referral_id for clock in its} for its in (clocks, _late(clocks, now))]
    return Due(clocks, *map(len, cases))


def _late(clocks: Sequence[Clock], now: datetime) -> list[Clock]:
    return [clock for clock in clocks if clock.due_at < now]


def _within(query: Select[Any], due: list[ColumnElement[bool]]) -> Select[Any]:
    return query.outerjoin(Referral, Referral.id == Clock.referral_id).where(*due)


@dataclass(frozen=True, slots=True)
class Found:
    """Cases, the most overdue first, and how many there are."""

    cases: Cases
    total: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The statements that find cases, the most overdue first, and count them: put together once, since that is slow."""

    cases: Select[Any]
    count: Select[Any]


def find_cases(session: Session, listing: Listing, *, limit: int | None, **told: Any) -> Found:
    """The cases of that listing, at most `limit` (None: all). `told` is what it asks for by name."""
    cases = list(session.scalars(listing.cases, {"most": limit, **told}))
    return Found(cases, len(cases) if limit is None or len(cases) < limit else session.scalar(listing.count, told))


def _list_enquiries(*conditions: ColumnElement[bool]) -> Listing:
    return _list(Enquiry, Clock.enquiry_id, OF_ENQUIRY, conditions)


def _list_referrals(*conditions: ColumnElement[bool]) -> Listing:
    return _list(Referral, Clock.referral_id, OF_REFERRAL, conditions)


def _list(model: Any, of_case: Any, options: Any, conditions: Any) -> Listing:
    due = select(func.min(Clock.due_at)).where(of_case == model.id, Clock.state == "running").scalar_subquery()
    query = select(model).where(*conditions).options(*options).order_by(due.asc().nulls_last(), model.id)
    return Listing(query.limit(bindparam("most")), select(func.count()).select_from(model).where(*conditions))


def _is_red() -> ColumnElement[bool]:
    """Of an enquiry that is not decided: rated red or, until somebody rates it, recommended red."""
    unrated = and_(Enquiry.rag.is_(None), recommended(Recommendation.rag == "red"))
    return and_(Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED), or_(Enquiry.rag == "red", unrated))


def _may_be_section_47() -> ColumnElement[bool]:
    """Of an enquiry that is not decided: section 47 is recommended, or proposed to a manager."""
    asked = or_(recommended(Recommendation.section_47.is_(True)), _proposed_section_47())
    return and_(Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED), asked)


def recommended(what: ColumnElement[bool]) -> ColumnElement[bool]:
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


def _is_waiting_red() -> ColumnElement[bool]:
    """Of a referral: open, red, and nobody has begun to assess it."""
    return and_(_is_worked(), Referral.rag == "red", Referral.started_at.is_(None))


def _is_section_47() -> ColumnElement[bool]:
    """Of a referral: a section 47 enquiry is open, or to be opened. Once there is a plan it has ended.

    Unless another discussion is owed: danger does not ask whether there is a plan.
    """
    clock = (Clock.referral_id == Referral.id, Clock.kind == "strategy_discussion", Clock.state == "running")
    owed = and_(Referral.queue.is_not(None), exists().where(*clock))
    return or_(owed, and_(_is_worked(), Referral.section_47.is_(True)))


def _is_worked() -> ColumnElement[bool]:
    return and_(Referral.queue.is_not(None), Referral.state != "plan")


ENQUIRIES_47 = _list_enquiries(_may_be_section_47())
REFERRALS_47 = _list_referrals(_is_section_47())
RED_ENQUIRIES = _list_enquiries(_is_red(), not_(_may_be_section_47()))
RED_REFERRALS = _list_referrals(_is_waiting_red(), not_(_is_section_47()))
WITH_EDT = _list_enquiries(Enquiry.queue == EDT)
RECEIVED_BETWEEN = Enquiry.received_at.between(bindparam("since"), bindparam("until"))
RECEIVED_OUT_OF_HOURS = _list_enquiries(RECEIVED_BETWEEN, Enquiry.out_of_hours.is_(True))
ENQUIRIES_OF_KEYS = _list_enquiries(Enquiry.id.in_(bindparam("keys", expanding=True)))
REFERRALS_OF_KEYS = _list_referrals(Referral.id.in_(bindparam("keys", expanding=True)))


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
        *find_cases(session, ENQUIRIES_OF_KEYS, limit=None, keys=[*keys]).cases,
        *find_cases(session, REFERRALS_OF_KEYS, limit=None, keys=[*keys]).cases,
    )
    return {case.id: case for case in found}
