"""What waits longest: enquiries that are not decided, and questions that partners have not answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from triage.models import AgencyCheck, Clock, Enquiry
from triage.store.urgency import how_urgent
from workflows.agency_check import WAITING
from workflows.enquiry import UNSETTLED

UNDECIDED = (Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED))
OLDEST = (
    select(Enquiry)
    .where(*UNDECIDED)
    .options(*how_urgent(), selectinload(Enquiry.clocks), joinedload(Enquiry.owner))
    .order_by(Enquiry.received_at, Enquiry.id)
    .limit(bindparam("most"))
)
OF_UNDECIDED = select(func.count()).select_from(Enquiry).where(*UNDECIDED)
UNANSWERED = (AgencyCheck.state.in_(WAITING), Enquiry.queue.is_not(None))
MOST_OVERDUE = (
    select(AgencyCheck, Clock)
    .join(AgencyCheck.enquiry)
    .outerjoin(Clock, (Clock.agency_check_id == AgencyCheck.id) & (Clock.state == "running"))
    .where(*UNANSWERED)
    .options(contains_eager(AgencyCheck.enquiry).selectinload(Enquiry.subjects))
    .order_by(Clock.due_at.asc().nulls_last(), AgencyCheck.requested_at, AgencyCheck.id)
    .limit(bindparam("most"))
)
OF_UNANSWERED = select(func.count()).select_from(AgencyCheck).join(AgencyCheck.enquiry).where(*UNANSWERED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a partner that is not answered, and its clock, if that runs."""

    check: AgencyCheck
    clock: Clock | None


def list_undecided(session: Session, limit: int) -> tuple[Sequence[Enquiry], int]:
    """The enquiries of which nothing has taken effect, the longest ago received first; and how many there are."""
    oldest = session.scalars(OLDEST, {"most": limit}).all()
    return oldest, len(oldest) if len(oldest) < limit else session.scalar(OF_UNDECIDED)


def list_asked(session: Session, limit: int) -> tuple[Sequence[Asked], int]:
    """The questions that wait for a partner, the most overdue first; and how many there are."""
    asked = [Asked(*row) for row in session.execute(MOST_OVERDUE, {"most": limit})]
    return asked, len(asked) if len(asked) < limit else session.scalar(OF_UNANSWERED)
