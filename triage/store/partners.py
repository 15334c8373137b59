"""Queries of those outside, whom the database shows no more than what they were asked and what they sent."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.models import AgencyCheck, Enquiry

SHOWN = 100


def list_asked(session: Session) -> Sequence[AgencyCheck]:
    """Checks, those that wait first, the earliest asked before the later."""
    order = (AgencyCheck.ended_at.is_not(None), AgencyCheck.requested_at, AgencyCheck.id)
    return session.scalars(select(AgencyCheck).order_by(*order).limit(SHOWN)).all()


def list_sent(session: Session) -> Sequence[Enquiry]:
    """Enquiries, the latest first."""
    query = select(Enquiry).order_by(Enquiry.received_at.desc(), Enquiry.id.desc())
    return session.scalars(query.limit(SHOWN)).all()
