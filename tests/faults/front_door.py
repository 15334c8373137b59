"""A front door with everybody who works there, each at a desk of their own, and several of them at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.clocks import TickingClock
from tests.conftest import MORNING, Office
from triage.access.actor import SYSTEM, Actor
from triage.access.signin import actor_of
from triage.database import Database
from triage.errors import DomainError
from triage.models import Enquiry, User
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry

PACK = load_pack("nottinghamshire")
HUB = (
    *("mash_officer", "social_worker", "social_worker 2", "social_worker 3", "mash_manager", "mash_manager 2"),
    *("emergency_duty_team", "early_help_unit"),
)
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
TOLD = {"channel": "telephone", "source": "2A", "reported": "Made up.", "consent": "given"}
Do = Callable[[Desk], Any]


@dataclass(frozen=True)
class FrontDoor:
    """The database, the time, and everybody who works here, by what they are: "social_worker 2", "social_care_west"."""

    database: Database
    clock: TickingClock = field(default_factory=lambda: TickingClock(MORNING))
    actors: dict[str, Actor] = field(default_factory=dict)

    @contextmanager
    def desk(self, actor: Actor = SYSTEM) -> Iterator[Desk]:
        """A desk in a transaction, and so on a connection, of its own."""
        with self.database.transaction(actor) as session:
            yield Desk(session, actor, self.clock, PACK)

    @contextmanager
    def office(self) -> Iterator[Office]:
        """Everybody's desks in one transaction, which sees all: to carry a case as far as a test needs."""
        with self.desk() as desk:
            yield Office(desk.session, self.clock, PACK, self.actors)

    def staff(self) -> None:
        """Everybody whom the hub and the three localities need."""
        for what in HUB:
            self.hire(what, what.partition(" ")[0])
        for code, team in PACK.teams.items():
            if team.get("locality"):
                self.hire(code, "locality_worker", code)
        self.hire("manager in the west", "locality_manager", "social_care_west")

    def hire(self, what: str, role: str, team: str | None = None) -> Actor:
        """Somebody who begins to work here; in a team, in that team's locality."""
        locality = PACK.teams[team].get("locality") if team else None
        named = {"username": what.replace(" ", "-"), "name": f"Made-up {what}"}
        with self.desk() as desk:
            user = User(**named, role=role, team_code=team, locality_code=locality)
            desk.session.add(user)
            desk.session.flush()
            self.actors[what] = actor_of(user)
        return self.actors[what]

    def log(self, *subjects: NewSubject) -> UUID:
        """The key of a new enquiry about these people."""
        with self.desk() as desk:
            return log_enquiry(desk, LogEnquiry(received_at=self.clock.at, subjects=subjects, **TOLD)).id

    def people_of(self, enquiry_id: UUID) -> list[UUID]:
        """The keys of the people whom an enquiry is about."""
        with self.desk() as desk:
            return [subject.person_id for subject in desk.session.get_one(Enquiry, enquiry_id).subjects]

    def try_at(self, who: str, do: Do) -> Callable[[], Any]:
        """A task for one of several at once: what it gives, or the refusal that it met."""

        def attempt() -> Any:
            try:
                with self.desk(self.actors[who]) as desk:
                    return do(desk)
            except DomainError as refusal:
                return refusal

        return attempt

    def run_into(self, task: Callable[[], Any], pool: Executor, *, waiting: int = 1) -> Future[Any]:
        """Begin the task elsewhere, until it waits for somebody's lock (or is through, where it waits for none).

        `waiting` is how many wait then, with those that were run into a lock before it.
        """
        begun = pool.submit(task)
        while not begun.done() and self._count_waiting() < waiting:
            pass
        return begun

    def _count_waiting(self) -> int:
        with self.desk() as desk:
            return desk.session.scalar(WAITING)


def all_at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """What each of the tasks gave, all let go at the same instant."""
    ready = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        ready.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))
