"""What Ofsted's Annex A asks for of some months: contacts, early help, referrals, assessments, section 47 enquiries."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from triage.models import Assessment, Enquiry, Person, Plan, Referral, Section47, Subject
from triage.models.codes import CHILDREN


def list_contacts(session: Session, begins: datetime, ends: datetime) -> Sequence[Subject]:
    """Each child of each enquiry received from `begins` to before `ends`, in order."""
    within = (Enquiry.received_at >= begins, Enquiry.received_at < ends, Person.kind.in_(CHILDREN))
    query = select(Subject).join(Subject.enquiry).join(Subject.person).where(*within)
    loaded = (contains_eager(Subject.enquiry), contains_eager(Subject.person))
    return session.scalars(query.options(*loaded).order_by(Enquiry.received_at, Subject.id)).all()


def list_early_help(session: Session, begins: datetime, ends: datetime) -> Sequence[Referral]:
    """Early help that was assessed, or is open, in those months."""
    open_then = or_(Referral.closed_at.is_(None), Referral.closed_at >= ends)
    assessed = Referral.assessed_at >= begins, Referral.assessed_at < ends
    begun = Referral.started_at >= begins, Referral.started_at < ends
    within = or_(open_then, (assessed[0] & assessed[1]), (begun[0] & begun[1]))
    return _list_referrals(session, Referral.service == "early_help", Referral.requested_at < ends, within)


def list_referrals_of(session: Session, begins: datetime, ends: datetime) -> Sequence[Referral]:
    """Referrals to social care in those months."""
    within = (Referral.requested_at >= begins, Referral.requested_at < ends)
    return _list_referrals(session, Referral.service == "social_care", *within)


def _list_referrals(session: Session, *where: object) -> Sequence[Referral]:
    query = select(Referral).where(*where).order_by(Referral.requested_at, Referral.id)
    return session.scalars(query.options(joinedload(Referral.person), joinedload(Referral.worker))).all()


def list_assessments(session: Session, begins: date, ends: date) -> Sequence[Assessment]:
    """Statutory assessments that began, were authorised or were open in those days."""
    stood = or_(Assessment.authorised_on.is_(None), Assessment.authorised_on >= begins)
    return _list_work(session, Assessment, Assessment.started_on < ends, stood)


def list_section_47s(session: Session, begins: date, ends: date) -> Sequence[Section47]:
    """Enquiries under section 47 that began in those days, or had come to no end before them."""
    undecided = Section47.conference_on.is_(None) & Section47.conference_not_required.is_not(True)
    return _list_work(session, Section47, Section47.started_on < ends, (Section47.started_on >= begins) | undecided)


def _list_work(session: Session, model: Any, *where: object) -> Sequence[Any]:
    loaded = contains_eager(model.referral)
    query = select(model).join(model.referral).where(*where).order_by(model.started_on, model.id)
    return session.scalars(query.options(loaded.joinedload(Referral.person), loaded.joinedload(Referral.worker))).all()


def list_records(session: Session, identities: Collection[UUID]) -> dict[UUID, list[Person]]:
    """Every record of each of these people, the first made first."""
    found: dict[UUID, list[Person]] = {}
    for person in session.scalars(select(Person).where(Person.identity_id.in_(identities)).order_by(Person.id)):
        found.setdefault(person.identity_id, []).append(person)
    return found


def list_referral_days(session: Session, people: Collection[UUID]) -> dict[UUID, list[date]]:
    """By each of these keys, the local days on which that person was referred to social care, in whichever record."""
    found: dict[UUID, list[date]] = {}
    for key, on_day in session.execute(select(Person.id, func.referral_days(Person.id)).where(Person.id.in_(people))):
        found.setdefault(key, []).append(on_day)
    return found


def list_days_of_harm(session: Session, identities: Collection[UUID]) -> dict[UUID, list[tuple[date, date | None]]]:
    """Of each of these people, when an enquiry under section 47 began and its conference was held, ever."""
    told = select(Person.identity_id, Section47.started_on, Section47.conference_on)
    told = told.join(Referral, Referral.id == Section47.referral_id).join(Person, Person.id == Referral.person_id)
    found: dict[UUID, list[tuple[date, date | None]]] = {}
    for key, started, held in session.execute(told.where(Person.identity_id.in_(identities))):
        found.setdefault(key, []).append((started, held))
    return found


def list_protected(session: Session, referrals: Collection[UUID]) -> dict[UUID, list[date]]:
    """Of each of these referrals, when a child protection plan began."""
    query = select(Plan.referral_id, Plan.started_on).where(Plan.referral_id.in_(referrals), Plan.kind == "protection")
    found: dict[UUID, list[date]] = {}
    for key, on_day in session.execute(query):
        found.setdefault(key, []).append(on_day)
    return found


def list_worked_on(session: Session, referrals: Collection[UUID]) -> frozenset[UUID]:
    """Which of these referrals had an assessment, an enquiry under section 47, a conference or a plan."""
    found = set(
        session.scalars(select(Referral.id).where(Referral.id.in_(referrals), Referral.conference_on.is_not(None)))
    )
    for model in (Assessment, Section47, Plan):
        found |= set(session.scalars(select(model.referral_id).where(model.referral_id.in_(referrals))))
    return frozenset(found)
