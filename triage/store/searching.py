"""Finding people and cases among all that one may see."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from triage.models import Enquiry, Person, Referral, Subject

MOST = 20  # people
LIKE = 0.3  # likeness of names by trigrams from which somebody of one's own cases is found


def find_cases(session: Session, reference: str) -> list[Enquiry | Referral]:
    """The enquiry or the referrals of that reference; without its beginning, whatever bears it."""
    enquiries = select(Enquiry).where(Enquiry.reference.in_({reference, f"ENQ-{reference}"}))
    here = Referral.reference.in_({reference, f"REF-{reference}"}) | Referral.reference.like(f"REF-{reference}-%")
    referrals = select(Referral).where(here).order_by(Referral.reference).limit(MOST)
    return [*session.scalars(enquiries), *session.scalars(referrals)]


def find_by_facts(session: Session, birth_date: object, postcode: str | None) -> Sequence[Person]:
    """Whoever was born that day, or lives there, where no name is told: all of it must fit."""
    facts = {Person.birth_date: birth_date, Person.postcode: postcode}
    told = [column == fact for column, fact in facts.items() if fact]
    in_case = exists().where(Subject.person_id == Person.id) | exists().where(Referral.person_id == Person.id)
    query = select(Person).where(*told, in_case).order_by(Person.search_name, Person.id)
    return session.scalars(query.limit(MOST)).all() if told else []


def find_of_own(session: Session, name: str, nhs_number: str | None) -> Sequence[Person]:
    """Those of the referrals that this actor sees with that number, or names like that one, the likest first."""
    likeness = func.similarity(Person.search_name, name)
    is_meant = (likeness > LIKE) | (Person.nhs_number == nhs_number)
    query = select(Person).where(Person.id.in_(select(Referral.person_id)), is_meant)
    return session.scalars(query.order_by(likeness.desc(), Person.id).limit(MOST)).all()
