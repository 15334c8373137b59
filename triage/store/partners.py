"""Queries of those outside, whom the database shows no more than what they were asked and what they sent."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import any_, func, select
from sqlalchemy.orm import Session

from triage.models import AgencyCheck, Enquiry

SHOWN = 100


def list_asked(session: Session) -> Sequence[AgencyCheck]:
    """Checks of enquiries that are open, those that wait first, the earliest asked before the later."""
    order = (AgencyCheck.ended_at.is_not(None), AgencyCheck.requested_at, AgencyCheck.id)
    theirs = AgencyCheck.enquiry_id == any_(func.enquiries_asked())  # else every check there ever was is looked at
    return session.scalars(select(AgencyCheck).where(theirs).order_by(*order).limit(SHOWN)).all()


def list_sent(session: Session, sender_id: UUID) -> Sequence[Enquiry]:
    """Enquiries that this person sent, the latest first."""
    query = (
        select(Enquiry).where(Enquiry.logged_by_id == sender_id).order_by(Enquiry.received_at.desc(), Enquiry.id.desc())
    )
    return session.scalars(query.limit(SHOWN)).all()
