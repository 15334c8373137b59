"""The hub's worktray: open enquiries, the worst first, each with its most urgent clock; and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from triage.models import Clock, Enquiry, User
from triage.store.covers import in_hands
from triage.store.queues import ENQUIRY_QUEUES
from triage.store.urgency import how_urgent
from workflows.enquiry import UNSETTLED

WHOSE = ("mine", "team", "nobody")
ELSEWHERE = "elsewhere"  # in place of a district's code: in none of them, or not known
PAGE = 50  # enquiries
# Of an enquiry when its first clock is due, and whether it is screened as red. Asked of each by itself: what is
# grouped first is taken for a handful of rows beneath row-level security, and is then gone through for each enquiry.
FIRST_DUE = (
    select(
        func.min(Clock.due_at).label("due_at"),
        func.bool_or(and_(Clock.kind == "screening", Clock.variant == "red")).label("red"),
    )
    .where(Clock.state == "running", Clock.enquiry_id == Enquiry.id)
    .lateral()
)
SHOWN = (
    Enquiry.reference,
    Enquiry.state,
    Enquiry.with_edt,
    Enquiry.rag,
    Enquiry.owner_id,
    Enquiry.source,
    Enquiry.district_code,
    Enquiry.authority,
)
OF_LINE = (
    load_only(*SHOWN),
    joinedload(Enquiry.owner).load_only(User.name),
    *how_urgent(),
    selectinload(Enquiry.clocks.and_(Clock.stopped_at.is_(None))),
)


class Looking(Protocol):
    """Whoever looks, and their team."""

    id: UUID
    team_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """Which of the open enquiries somebody looks at; what is None is any.

    `whose` is one of WHOSE, as whoever looks would say it ("mine" is also that of whom they cover for), or the key of a
    colleague; `late` is for those that are.
    """

    queue: str | None = None
    whose: str | None = None
    source: str | None = None
    district: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class TrayRow:
    """An open enquiry and its most urgent running clock; `paused` are the clocks that stand still."""

    enquiry: Enquiry
    clock: Clock | None
    paused: list[Clock]


@dataclass(frozen=True, slots=True)
class TrayCounts:
    """How many there are; in each queue, had another been chosen; and in each one's hands, None for anybody's."""

    total: int
    queues: dict[str, int]
    whose: dict[str | None, int]


def list_worktray(session: Session, who: Looking, now: datetime, tray: Tray, page: int = 1) -> list[TrayRow]:
    """That page (from 1) of the tray: the overdue first, then the reds, then by the time left."""
    query = _in_order(_open(select(Enquiry), who, now, tray), now).options(*OF_LINE)
    found = session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    rows = [TrayRow(each, most_urgent(each.clocks), _in_state("paused", each.clocks)) for each in found]
    _load_pauses(session, [clock for row in rows for clock in row.paused])
    return rows


def list_keys(session: Session, who: Looking, now: datetime, tray: Tray) -> Sequence[UUID]:
    """The keys of all of the tray, in its order."""
    return session.scalars(_in_order(_open(select(Enquiry.id), who, now, tray), now)).all()


def count_worktray(session: Session, who: Looking, now: datetime, tray: Tray) -> TrayCounts:
    """How many each choice beside the one made would list."""
    every = _open(select(Enquiry.queue, func.count()), who, now, replace(tray, queue=None)).group_by(Enquiry.queue)
    queues = dict.fromkeys(ENQUIRY_QUEUES, 0) | {queue: count for queue, count in session.execute(every)}
    hands = {each: func.count().filter(_in_hands(who, now, each)) for each in (*WHOSE, tray.whose) if each}
    of_all = _open(select(func.count(), *hands.values()), who, now, replace(tray, whose=None))
    found = session.execute(of_all.select_from(Enquiry)).one()
    total = queues[tray.queue] if tray.queue else sum(queues.values())
    return TrayCounts(total, queues, dict(zip((None, *hands), found, strict=True)))


def _open(query: Select[Any], who: Looking, now: datetime, tray: Tray) -> Select[Any]:
    """Of the open enquiries, those of the tray."""
    query = query.where(Enquiry.queue == tray.queue if tray.queue else Enquiry.queue.is_not(None))
    if tray.whose:
        query = query.where(_in_hands(who, now, tray.whose))
    if tray.source:
        query = query.where(Enquiry.source == tray.source)
    if tray.district:
        here = Enquiry.district_code == tray.district
        query = query.where(Enquiry.district_code.is_(None) if tray.district == ELSEWHERE else here)
    if tray.late:
        of_it = (Clock.enquiry_id == Enquiry.id, Clock.state == "running", Clock.due_at < now)
        query = query.where(exists().where(*of_it))
    return query


def _in_hands(who: Looking, now: datetime, whose: str) -> ColumnElement[bool]:
    if whose == "team":
        return Enquiry.owner_id.in_(select(User.id).where(User.team_code == who.team_code))
    return in_hands(Enquiry.owner_id, who.id, now, whose)


def _in_order(query: Select[Any], now: datetime) -> Select[Any]:
    """The worst first. A red that is decided waits only to be closed, so it presses no more than any other."""
    red = and_(Enquiry.state.in_(UNSETTLED), or_(Enquiry.rag == "red", FIRST_DUE.c.red))
    return query.join(FIRST_DUE, true()).order_by(
        case((FIRST_DUE.c.due_at < now, 0), else_=1),
        case((red, 0), else_=1),
        FIRST_DUE.c.due_at.asc().nulls_last(),
        Enquiry.received_at.asc(),
        Enquiry.id,
    )


def _load_pauses(session: Session, clocks: Sequence[Clock]) -> None:
    """Why these stand still: hardly any do, so it is not asked of all."""
    if clocks:
        still = select(Clock).where(Clock.id.in_([clock.id for clock in clocks]))
        session.scalars(still.options(selectinload(Clock.pauses))).all()


def most_urgent(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock that is due first."""
    return min(_in_state("running", clocks), key=lambda clock: clock.due_at, default=None)


def _in_state(state: str, clocks: Sequence[Clock]) -> list[Clock]:
    return [clock for clock in clocks if clock.state == state]
