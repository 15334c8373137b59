"""The log of what was shared about a case."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from triage.models import Disclosure, Enquiry, Referral

LAST_FIRST = (Disclosure.shared_at.desc(), Disclosure.id.desc())
SHARED = select(Disclosure).options(joinedload(Disclosure.shared_by)).order_by(*LAST_FIRST)
OF_ENQUIRY = SHARED.where(Disclosure.enquiry_id == bindparam("case"))
OF_REFERRAL = SHARED.where(Disclosure.referral_id == bindparam("case"))


def list_shared(session: Session, case: Enquiry | Referral) -> Sequence[Disclosure]:
    """What was shared about it, the last first."""
    return session.scalars(OF_ENQUIRY if isinstance(case, Enquiry) else OF_REFERRAL, {"case": case.id}).all()
