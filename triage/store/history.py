"""What was ever told of some people, and what came of it; and who is near them. As far as this actor sees."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.models import Decision, Enquiry, Person, Referral, Subject


def list_told(session: Session, person_ids: Collection[UUID]) -> Sequence[Subject]:
    """These people in each enquiry that was about them, with what was decided and by whom."""
    whole = (
        joinedload(Subject.enquiry),
        joinedload(Subject.person),
        selectinload(Subject.decisions).joinedload(Decision.decided_by),
    )
    query = select(Subject).where(Subject.person_id.in_(person_ids)).options(*whole)
    return session.scalars(query.join(Enquiry).order_by(Enquiry.received_at, Subject.id)).all()


def list_handed(session: Session, person_ids: Collection[UUID]) -> Sequence[Referral]:
    """Their referrals to every service, also those that came by import."""
    query = select(Referral).where(Referral.person_id.in_(person_ids))
    whole = (joinedload(Referral.person), joinedload(Referral.worker))
    return session.scalars(query.options(*whole).order_by(Referral.requested_at, Referral.id)).all()


def list_told_together(session: Session, person_ids: Collection[UUID]) -> Sequence[Person]:
    """Whoever else was in an enquiry about one of these people, by whichever of their records."""
    enquiries = select(Subject.enquiry_id).where(Subject.person_id.in_(person_ids))
    query = select(Person).join(Subject, Subject.person_id == Person.id).where(Subject.enquiry_id.in_(enquiries))
    return session.scalars(query.where(Person.id.not_in(person_ids)).distinct()).all()


def list_at_postcodes(session: Session, postcodes: Iterable[str]) -> Sequence[Person]:
    """Whoever is recorded at one of these postcodes."""
    places = list(postcodes)
    return session.scalars(select(Person).where(Person.postcode.in_(places))).all() if places else ()
