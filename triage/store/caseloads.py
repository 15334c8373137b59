"""How many open referrals each worker has, of those that this actor sees."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from triage.models import Clock, Referral
from triage.store.referrals import is_held, is_offered_to


@dataclass(frozen=True, slots=True)
class Caseload:
    """How many are open; of them, how many are red or at section 47, are overdue, and are due by `soon`."""

    open: int = 0
    grave: int = 0
    late: int = 0
    soon: int = 0


def count_caseloads(
    session: Session, locality: str | None, now: datetime, soon: datetime
) -> dict[UUID | None, Caseload]:
    """By worker; None is for what nobody has yet. Whoever has none is left out."""
    grave = or_(Referral.section_47, Referral.rag == "red")
    late = _has_clock(Clock.due_at < now)
    wanted = (func.count(), *(func.count().filter(which) for which in (grave, late, _has_clock(Clock.due_at < soon))))
    held = (is_held(), ~is_offered_to(locality))
    query = select(Referral.worker_id, *wanted).where(*held).group_by(Referral.worker_id)
    return {
        worker: Caseload(every, grave, late, due - late) for worker, every, grave, late, due in session.execute(query)
    }


def _has_clock(due: object) -> object:
    return exists().where(Clock.referral_id == Referral.id, Clock.state == "running", due)
