"""Queues: where each open enquiry and referral waits. The database works out which, so each is in exactly one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem
from triage.models import Clock, Enquiry, Referral, Subject
from workflows.enquiry import OPEN

EDT = "edt"
HUB = "hub"
OTHER_AUTHORITY = "other_authority"  # the hub's as well: what another authority has not said that it has
ENQUIRY_QUEUES = (EDT, *OPEN)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, whether it holds enquiries or referrals, and how many."""

    queue: str
    holds: str
    count: int


def list_queues(session: Session, teams: Iterable[str]) -> list[Queue]:
    """Every queue, the empty ones too: the hub's of enquiries, then those of referrals, of these teams at least."""
    enquiries = count_enquiries(session)
    referrals = dict.fromkeys((HUB, OTHER_AUTHORITY, *teams), 0) | count_referrals(session)
    return [
        *(Queue(queue, "enquiries", count) for queue, count in enquiries.items()),
        *(Queue(queue, "referrals", count) for queue, count in referrals.items()),
    ]


def get_queue(session: Session, teams: Iterable[str], name: str) -> Queue:
    """The queue of that name. NotFound where there is none."""
    queues = {each.queue: each for each in list_queues(session, teams)}
    if name not in queues:
        raise NotFound(Problem("not_found", f"There is no queue {name!r}. Those there are: {', '.join(queues)}."))
    return queues[name]


def count_enquiries(session: Session) -> dict[str, int]:
    """How many open enquiries this actor may see in each queue, none left out: {"edt": 0, "received": 4, ...}."""
    return dict.fromkeys(ENQUIRY_QUEUES, 0) | _count(session, Enquiry)


def count_referrals(session: Session) -> dict[str, int]:
    """How many open referrals this actor may see in each queue that has any: "hub", a team's code, ..."""
    return _count(session, Referral)


def _count(session: Session, model: type[Enquiry] | type[Referral]) -> dict[str, int]:
    query = select(model.queue, func.count()).where(model.queue.is_not(None)).group_by(model.queue)
    return {queue: count for queue, count in session.execute(query)}


def list_enquiries(session: Session, queue: str, *, limit: int = 100) -> list[Enquiry]:
    """The enquiries of a queue with whom they are about, who has them, and their clocks; the most overdue first."""
    shown = (
        selectinload(Enquiry.subjects).joinedload(Subject.person),
        joinedload(Enquiry.owner),
        selectinload(Enquiry.clocks).selectinload(Clock.pauses),
    )
    return list(session.scalars(_worst_first(Enquiry, Clock.enquiry_id, queue, limit).options(*shown)))


def list_referrals(session: Session, queue: str, *, limit: int = 100) -> list[Referral]:
    """The referrals of a queue with whom they are about, who has them, and their clocks; the most overdue first."""
    shown = (
        joinedload(Referral.person),
        joinedload(Referral.worker),
        selectinload(Referral.clocks).selectinload(Clock.pauses),
    )
    return list(session.scalars(_worst_first(Referral, Clock.referral_id, queue, limit).options(*shown)))


def _worst_first(model: type[Enquiry] | type[Referral], of_case: Any, queue: str, limit: int) -> Select[Any]:
    due = select(func.min(Clock.due_at)).where(of_case == model.id, Clock.state == "running").scalar_subquery()
    return select(model).where(model.queue == queue).order_by(due.asc().nulls_last(), model.id).limit(limit)
