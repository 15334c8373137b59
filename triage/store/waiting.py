"""What waits longest: enquiries that are not decided, and questions that partners have not answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.models import AgencyCheck, Clock, Enquiry
from triage.store.urgency import how_urgent
from workflows.agency_check import WAITING
from workflows.enquiry import UNSETTLED


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a partner that is not answered, and its clock, if that runs."""

    check: AgencyCheck
    clock: Clock | None


def list_undecided(session: Session, limit: int) -> tuple[list[Enquiry], int]:
    """The enquiries of which nothing has taken effect, the longest ago received first; and how many there are."""
    waits = (Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED))
    query = select(Enquiry).where(*waits).options(*how_urgent(), selectinload(Enquiry.clocks))
    oldest = session.scalars(query.order_by(Enquiry.received_at, Enquiry.id).limit(limit))
    return list(oldest), session.scalar(select(func.count()).select_from(Enquiry).where(*waits))


def list_asked(session: Session, limit: int) -> tuple[Sequence[Asked], int]:
    """The questions that wait for a partner, the most overdue first; and how many there are."""
    waits = (AgencyCheck.state.in_(WAITING), Enquiry.queue.is_not(None))
    runs = (Clock.agency_check_id == AgencyCheck.id) & (Clock.state == "running")
    query = (
        select(AgencyCheck, Clock)
        .join(AgencyCheck.enquiry)
        .outerjoin(Clock, runs)
        .where(*waits)
        .options(joinedload(AgencyCheck.enquiry).selectinload(Enquiry.subjects))
        .order_by(Clock.due_at.asc().nulls_last(), AgencyCheck.requested_at, AgencyCheck.id)
        .limit(limit)
    )
    count = select(func.count()).select_from(AgencyCheck).join(AgencyCheck.enquiry).where(*waits)
    return [Asked(*row) for row in session.execute(query)], session.scalar(count)
