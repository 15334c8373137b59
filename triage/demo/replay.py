"""Replaying the plan in order of time through the services, on both cores.

Families are shared out between two processes, so no two of them ever meet at a row. Each transaction holds a week.
"""

import multiprocessing as mp
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import groupby
from queue import Queue
from typing import Any

from sqlalchemy import text, update

from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database, act_as
from triage.demo.case import CaseRun
from triage.demo.plan import PlannedCase, draw_plan
from triage.demo.staff import load_staff
from triage.demo.timetable import Step
from triage.insight.counting import refresh
from triage.models import OutboxMessage
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.sweep import sweep

END = datetime(2014, 1, 1, 0, 30, tzinfo=UTC)
SHARDS = 2
COMMAND = "command:demo"
REPLAYED = "replayed history: nothing is sent"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a process has come: enquiries logged since it last said so, and up to which instant all is done."""

    shard: int
    enquiries: int
    until: datetime


def replay(url: str, pack_name: str, count: int, seed: int, tell: Callable[[Progress], None]) -> None:
    """Replay the whole plan; `tell` hears of each week done. Raises what a process raised."""
    context = mp.get_context("spawn")
    queue: Queue[Any] = context.Queue()
    processes = [
        context.Process(target=_run_shard, args=(url, pack_name, count, seed, shard, queue), daemon=True)
        for shard in range(SHARDS)
    ]
    for process in processes:
        process.start()
    ended = 0
    while ended < SHARDS:
        said = queue.get()
        if isinstance(said, BaseException):
            raise said
        ended += said is None
        if said:
            tell(said)
    _settle(url, pack_name, count)


def _run_shard(url: str, pack_name: str, count: int, seed: int, shard: int, queue: Any) -> None:
    try:
        _replay_shard(url, pack_name, count, seed, shard, queue.put)
        queue.put(None)
    except BaseException as error:  # told to the parent, which raises it
        queue.put(RuntimeError(f"replay stopped: {type(error).__name__}: {error}"))


def _replay_shard(
    url: str, pack_name: str, count: int, seed: int, shard: int, tell: Callable[[Progress], None]
) -> None:
    pack, clock = load_pack(pack_name), SettableClock(END)
    plan = [case for case in draw_plan(pack, count, seed) if case.family.number % SHARDS == shard]
    # One session for all weeks keeps what is open in memory; each week is a transaction of its own.
    with Database(url) as database, database.sessions() as session:
        with session.begin():
            staff = load_staff(session)
        desk = Desk(session, SYSTEM, clock, pack, request_id=COMMAND)
        for week, steps in groupby(_in_order(plan, staff, seed), key=lambda each: _week_number(each[1].at)):
            with session.begin():
                act_as(session, SYSTEM)
                logged = _do_all(desk, clock, steps)
                session.flush()
                session.execute(_cancel_letters())
            tell(Progress(shard, logged, _week_end(week)))


def _do_all(desk: Desk, clock: SettableClock, steps: Iterator[tuple[CaseRun, Step]]) -> int:
    logged = 0
    for run, step in steps:
        clock.at = step.at.astimezone(UTC)
        run.do(desk, step)
        logged += step.do == "log"
    return logged


def _in_order(plan: list[PlannedCase], staff: Any, seed: int) -> Iterator[tuple[CaseRun, Step]]:
    """Every step up to the end, of every case, in order of time. A case's run is made when its first step comes."""
    runs: dict[int, CaseRun] = {}
    for at, number, n, case in merge(*(_timed(case) for case in plan)):
        if at > END:
            return
        if n == 0:
            runs[number] = CaseRun(case, staff, seed)
        last = n == len(case.steps) - 1
        yield runs.pop(number) if last else runs[number], case.steps[n]


def _timed(case: PlannedCase) -> Iterator[tuple[datetime, int, int, PlannedCase]]:
    """The case's steps by their instants; number and place keep ties in order."""
    return ((step.at, case.number, n, case) for n, step in enumerate(case.steps))


MONDAY = datetime(2013, 4, 1, tzinfo=UTC)


def _week_number(at: datetime) -> int:
    return (at - MONDAY) // timedelta(weeks=1)


def _week_end(week: int) -> datetime:
    return MONDAY + timedelta(weeks=week + 1)


def _cancel_letters() -> Any:
    """Letters that were due in 2013 are not sent now."""
    open_ = OutboxMessage.done_at.is_(None) & OutboxMessage.failed_at.is_(None)
    return update(OutboxMessage).where(open_).values(done_at=OutboxMessage.created_at, cancelled_reason=REPLAYED)


def _settle(url: str, pack_name: str, count: int) -> None:
    """What the worker would have done by the end: sweep what is past due, count the measures, go on numbering."""
    with Database(url) as database, database.transaction(SYSTEM) as session:
        desk = Desk(session, SYSTEM, SettableClock(END), load_pack(pack_name), request_id=COMMAND)
        while True:
            swept = sweep(desk)
            if not (swept.warned or swept.breached or swept.resumed):
                break
        session.execute(_cancel_letters())
        session.execute(text("SELECT setval('enquiry_reference', :count)"), {"count": count})
        refresh(session)
