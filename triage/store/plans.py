"""The plans that a child has had."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from triage.models import Person, Plan, Referral


def count_protection_plans(session: Session, identity_id: UUID) -> int:
    """How many child protection plans a person has had, by whichever record."""
    of = select(func.count(Plan.id)).join(Referral, Referral.id == Plan.referral_id).join(Referral.person)
    return session.scalar(of.where(Person.identity_id == identity_id, Plan.kind == "protection"))
