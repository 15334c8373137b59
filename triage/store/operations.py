"""How much waits, and for how long: numbers of the whole county, for whoever keeps the service running. No names.

Each query is one statement over rows of the service itself. Ages and lags are seconds, and 0 where nothing waits.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, Select, Text, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from triage.models import SEND_WEBHOOK, Clock, Enquiry, OutboxMessage, Recommendation, Referral
from triage.models.codes import CLOCK_KINDS, RAGS
from triage.store.duty import recommended
from triage.store.queues import ENQUIRY_QUEUES
from workflows.enquiry import UNSETTLED

LETTER, WEBHOOK = "letter", "webhook"
MESSAGES = (LETTER, WEBHOOK)
COLOURS = (*RAGS, "none")
STANDINGS = ("in_time", "near", "breached", "paused")
A_DAY = timedelta(days=1)


class Waiting(NamedTuple):
    """How many wait, and for how many seconds the one that has waited longest."""

    count: int
    oldest: float


class Messages(NamedTuple):
    """Of the outbox's messages of one kind: how many are due and not done, for how many seconds the one longest due,
    how many were tried in vain and will be tried again, how many every try failed for, and of those in the last day.
    """

    due: int
    lag: float
    again: int
    failed: int
    failed_last_day: int


def count_undecided(session: Session, now: datetime) -> dict[str, Waiting]:
    """Enquiries that nothing was decided of, by colour: as rated or, until somebody rates one, the gravest that was
    recommended last; "none" while nothing was.
    """
    said = ((recommended(Recommendation.rag == colour), colour) for colour in RAGS)
    colour = case((Enquiry.rag.is_not(None), cast(Enquiry.rag, Text)), *said, else_="none")
    query = _waiting(colour, Enquiry.received_at, now)
    return _named(session, query.where(Enquiry.queue.is_not(None), Enquiry.state.in_(UNSETTLED)), COLOURS)


def count_queues(session: Session, now: datetime) -> dict[tuple[str, str], Waiting]:
    """Open cases by what they are ("enquiries", "referrals") and queue; the age since they came."""
    enquiries = _waiting(Enquiry.queue, Enquiry.received_at, now).where(Enquiry.queue.is_not(None))
    referrals = _waiting(Referral.queue, Referral.requested_at, now).where(Referral.queue.is_not(None))
    found = {("enquiries", name): each for name, each in _named(session, enquiries, ENQUIRY_QUEUES).items()}
    return found | {("referrals", name): each for name, each in _named(session, referrals).items()}


def count_clocks(session: Session, now: datetime) -> dict[tuple[str, str], int]:
    """Clocks that have not stopped, by kind and how they stand."""
    standing = case(
        (Clock.state == "paused", "paused"),
        (Clock.due_at < now, "breached"),
        (Clock.warn_at <= now, "near"),
        else_="in_time",
    )
    query = select(Clock.kind, standing, func.count()).where(Clock.stopped_at.is_(None)).group_by(Clock.kind, standing)
    found = {(kind, name): 0 for kind in CLOCK_KINDS for name in STANDINGS}
    return found | {(kind, name): count for kind, name, count in session.execute(query)}


def measure_sweep(session: Session, now: datetime) -> float:
    """For how many seconds a clock has been past its due time without the sweep having marked it."""
    unmarked = (Clock.state == "running") & Clock.breached_at.is_(None) & (Clock.due_at < now)
    return session.scalar(select(_seconds(func.min(Clock.due_at), now)).where(unmarked)) or 0.0


def count_messages(session: Session, now: datetime) -> dict[str, Messages]:
    """The outbox, by kind of message."""
    # Each half is found by an index of its own: what is done and kept for years is not looked at.
    of_all = select(OutboxMessage).where(OutboxMessage.done_at.is_(None))
    halves = (of_all.where(OutboxMessage.failed_at.is_(None)), of_all.where(OutboxMessage.failed_at.is_not(None)))
    message = union_all(*halves).subquery().c
    kind = case((message.task == SEND_WEBHOOK, WEBHOOK), else_=LETTER)
    lost = message.failed_at.is_not(None)
    due = message.failed_at.is_(None) & (message.available_at <= now)
    query = select(
        kind,
        func.count().filter(due),
        func.coalesce(_seconds(func.min(message.available_at).filter(due), now), 0.0),
        func.count().filter(message.failed_at.is_(None) & (message.attempts > 0)),
        func.count().filter(lost),
        func.count().filter(lost & (message.failed_at > now - A_DAY)),
    ).group_by(kind)
    found = dict.fromkeys(MESSAGES, Messages(0, 0.0, 0, 0, 0))
    return found | {name: Messages(*rest) for name, *rest in session.execute(query)}


def _waiting(by: Any, since: Any, now: datetime) -> Select[Any]:
    return select(by, func.count(), _seconds(func.min(since), now)).group_by(by)


def _seconds(since: ColumnElement[Any], now: datetime) -> ColumnElement[float]:
    """From then until now, and never less than none: somebody else's clock may be ahead."""
    return cast(func.greatest(func.extract("epoch", literal(now) - since), 0), Float)


def _named(session: Session, query: Select[Any], names: tuple[str, ...] = ()) -> dict[str, Waiting]:
    found = dict.fromkeys(names, Waiting(0, 0.0))
    return found | {name: Waiting(count, oldest) for name, count, oldest in session.execute(query)}
