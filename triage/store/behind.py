"""Cases by their keys, as a list shows them and in the order in which they are asked for."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.models import Enquiry, Referral, Subject


def load_enquiries(session: Session, keys: Sequence[UUID]) -> list[Enquiry]:
    """The enquiries, with whom they are about, what was decided, and their clocks."""
    subjects = selectinload(Enquiry.subjects)
    options = (subjects.selectinload(Subject.decisions), subjects.joinedload(Subject.person))
    query = select(Enquiry).where(Enquiry.id.in_(keys)).options(*options, selectinload(Enquiry.clocks))
    found = {each.id: each for each in session.scalars(query)}
    return [found[key] for key in keys]


def load_referrals(session: Session, keys: Sequence[UUID]) -> list[Referral]:
    """The referrals, with whom they are about, and their clocks."""
    options = (joinedload(Referral.person), selectinload(Referral.clocks))
    query = select(Referral).where(Referral.id.in_(keys)).options(*options)
    found = {each.id: each for each in session.scalars(query)}
    return [found[key] for key in keys]
