"""The log of what was shared about a case."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from triage.models import Disclosure, Enquiry, Referral


def list_shared(session: Session, case: Enquiry | Referral) -> Sequence[Disclosure]:
    """What was shared about it, the last first."""
    of_case = Disclosure.enquiry_id if isinstance(case, Enquiry) else Disclosure.referral_id
    query = select(Disclosure).where(of_case == case.id).options(joinedload(Disclosure.shared_by))
    return session.scalars(query.order_by(Disclosure.shared_at.desc(), Disclosure.id.desc())).all()
