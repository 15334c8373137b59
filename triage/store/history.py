"""What was ever told of some people, and what came of it; and who is near them. As far as this actor sees."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from triage.models import Decision, Enquiry, Person, Referral, Subject

THESE = bindparam("people", expanding=True)
TOLD = (
    select(Subject)
    .join(Subject.enquiry)
    .where(Subject.person_id.in_(THESE))
    .options(
        contains_eager(Subject.enquiry),
        joinedload(Subject.person),
        selectinload(Subject.decisions).joinedload(Decision.decided_by),
    )
    .order_by(Enquiry.received_at, Subject.id)
)
HANDED = (
    select(Referral)
    .where(Referral.person_id.in_(THESE))
    .options(joinedload(Referral.person), joinedload(Referral.worker))
    .order_by(Referral.requested_at, Referral.id)
)
ABOUT_THEM = select(Subject.enquiry_id).where(Subject.person_id.in_(THESE))
TOLD_TOGETHER = (
    select(Person)
    .join(Subject, Subject.person_id == Person.id)
    .where(Subject.enquiry_id.in_(ABOUT_THEM), Person.id.not_in(THESE))
    .distinct()
)


def list_told(session: Session, person_ids: Collection[UUID]) -> Sequence[Subject]:
    """These people in each enquiry that was about them, with what was decided and by whom."""
    return session.scalars(TOLD, {"people": [*person_ids]}).all()


def list_handed(session: Session, person_ids: Collection[UUID]) -> Sequence[Referral]:
    """Their referrals to every service, also those that came by import."""
    return session.scalars(HANDED, {"people": [*person_ids]}).all()


def list_told_together(session: Session, person_ids: Collection[UUID]) -> Sequence[Person]:
    """Whoever else was in an enquiry about one of these people, by whichever of their records."""
    return session.scalars(TOLD_TOGETHER, {"people": [*person_ids]}).all()


def list_at_postcodes(session: Session, postcodes: Iterable[str]) -> Sequence[Person]:
    """Whoever is recorded at one of these postcodes."""
    places = list(postcodes)
    return session.scalars(select(Person).where(Person.postcode.in_(places))).all() if places else ()
