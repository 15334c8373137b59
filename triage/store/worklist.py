"""Queries for the list on paper: every case that is open, with all that whoever works from paper needs of it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.models import Clock, Enquiry, Referral, Subject

TIMED = Clock.stopped_at.is_(None)


def list_open_enquiries(session: Session) -> Sequence[Enquiry]:
    """All of them, with their people, what was recommended, whom partners' answers wait for and what is timed."""
    subjects = selectinload(Enquiry.subjects)
    query = select(Enquiry).where(Enquiry.queue.is_not(None)).order_by(Enquiry.received_at, Enquiry.id)
    return session.scalars(
        query.options(
            joinedload(Enquiry.owner),
            subjects.joinedload(Subject.person),
            subjects.selectinload(Subject.recommendations),
            selectinload(Enquiry.checks),
            selectinload(Enquiry.clocks.and_(TIMED)),
        )
    ).all()


def list_open_referrals(session: Session) -> Sequence[Referral]:
    """All of them, with whom they are about, whoever has them and what is timed."""
    query = select(Referral).where(Referral.queue.is_not(None)).order_by(Referral.requested_at, Referral.id)
    return session.scalars(
        query.options(
            joinedload(Referral.person),
            joinedload(Referral.worker),
            joinedload(Referral.enquiry).selectinload(Enquiry.subjects),
            selectinload(Referral.clocks.and_(TIMED)),
        )
    ).all()
