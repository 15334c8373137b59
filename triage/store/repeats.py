"""Whether a child came back, as the database keeps it; and how often before the latest referral."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from triage.models import Repeat
from workflows.again import before_the_latest

THESE = bindparam("cases", expanding=True)
OF_CASES = select(Repeat).where(Repeat.case_id.in_(THESE)).order_by(Repeat.kind, Repeat.case_id)


def list_repeats(session: Session, case_ids: Collection[UUID]) -> Sequence[Repeat]:
    """What these referrals and subjects followed within twelve months, by kind."""
    return session.scalars(OF_CASES, {"cases": [*case_ids]}).all()


def count_before_latest(session: Session, person_id: UUID) -> int:
    """Annex A: referrals to social care in the twelve months before the child's latest, by whichever record.

    One that was disposed of, while something else of the child is kept, was one all the same.
    """
    return before_the_latest(session.scalars(select(func.referral_days(person_id))))
