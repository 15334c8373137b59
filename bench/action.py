"""One action on an enquiry, end to end, beside the least that keeps anything: a row inserted and committed.

Run: `python -m bench.action [ENQUIRIES]`. It starts a private PostgreSQL as production has it, fsync and all, under the
temporary folder, which must lie on a disk. Two processes, each on its own connections, do the same at once, one a
transaction. Prints how many a second both did, the best of three rounds. Of the actions, deciding promises a letter.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from sqlalchemy.orm import Mapped, mapped_column, registry

from bench.owner import Owner
from bench.row import Row, show
from triage.access.actor import Actor
from triage.clock import SettableClock
from triage.database import Database
from triage.demo.staff import add_staff, load_staff
from triage.pack import load_pack
from triage.private import database_url
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.first_view import OwnView, RecordFirstViews, record_first_views
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.people import NewPerson

ROUNDS, PACK, NOW = 3, "nottinghamshire", datetime(2014, 7, 1, 9, tzinfo=UTC)
CHILD = NewSubject(person=NewPerson(given_name="Made", family_name="Up"), indicators=("C2_ABSENCE_PATTERN",))
TOLD = {"received_at": NOW, "channel": "email", "source": "2A", "reported": "Made up.", "referrer_email": "a@b.example"}
# The policy rates it green: amber gives the screening clock another limit, and the end of screening stops it.
ACTIONS = {"start_screening": {}, "set_rag": {"rag": "amber"}, "finish_screening": {}}
VIEW = {"level": 2, "reason": "Made up."}
CHOICE = {"level": 2, "route": "no_further_action", "reason": "Made up.", "why_not": {"early_help": "Made up."}}
STOPPED = "SELECT count(*) FROM clocks WHERE kind = 'screening' AND variant = 'amber' AND state = 'met'"
TABLE = "CREATE TABLE notes (id uuid PRIMARY KEY, words text, at timestamptz); GRANT INSERT ON notes TO triage_app"


@registry().mapped
class Note:
    """What the peers insert: a row of a table that is no part of the service."""

    __tablename__ = "notes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    words: Mapped[str]
    at: Mapped[datetime]


class Hand:
    """A social worker in a process of their own, with connections that stay open and the enquiries they logged."""

    def __init__(self, actor: Actor, url: str) -> None:
        self.actor, self.database, self.bare = actor, Database(url), psycopg.connect(url.replace("+psycopg", ""))
        self.desk = partial(Desk, actor=actor, clock=SettableClock(NOW), pack=load_pack(PACK))
        self.enquiries: list[UUID] = []
        self.subjects: list[UUID] = []

    def log(self, _: int) -> None:
        with self.database.transaction(self.actor) as session:
            enquiry = log_enquiry(self.desk(session), LogEnquiry(subjects=(CHILD,), **TOLD))
            self.enquiries.append(enquiry.id)
            self.subjects.append(enquiry.subjects[0].id)

    def act(self, number: int, **what: str) -> None:
        with self.database.transaction(self.actor) as session:
            act_on_enquiry(self.desk(session), EnquiryAction(enquiry_id=self.enquiries[number], **what))

    def view(self, number: int) -> None:
        views = (OwnView(subject_id=self.subjects[number], **VIEW),)
        with self.database.transaction(self.actor) as session:
            record_first_views(self.desk(session), RecordFirstViews(enquiry_id=self.enquiries[number], views=views))

    def decide(self, number: int) -> None:
        chosen = (SubjectDecision(subject_id=self.subjects[number], **CHOICE),)
        with self.database.transaction(self.actor) as session:
            decide(self.desk(session), Decide(enquiry_id=self.enquiries[number], decisions=chosen))

    def insert(self, _: int) -> None:
        self.bare.execute("INSERT INTO notes VALUES (%s, %s, %s)", (uuid4(), "Made up.", NOW))
        self.bare.commit()

    def insert_by_orm(self, _: int) -> None:
        with self.database.transaction(self.actor) as session:
            session.add(Note(id=uuid4(), words="Made up.", at=NOW))


open_hand, BARE = cache(Hand), "insert by psycopg"
WAYS = {BARE: Hand.insert, "insert by the ORM, as an actor": Hand.insert_by_orm, "log": Hand.log}
WAYS |= {action: partial(Hand.act, action=action, **brings) for action, brings in ACTIONS.items()}
WAYS |= {"record one's first view": Hand.view, "decide": Hand.decide}


def do_all(actor: Actor, url: str, name: str, count: int) -> None:
    """One way, so often, in this process; an action, on each of the enquiries logged last."""
    for number in range(-count, 0):
        WAYS[name](open_hand(actor, url), number)


def measure(url: str, actors: tuple[Actor, ...], count: int) -> dict[str, float]:
    """The best seconds of each way, both processes at it at once."""
    seconds, spawn = {name: [] for name in WAYS}, get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as one, ProcessPoolExecutor(1, spawn) as other:
        for name in ("log", *list(WAYS) * ROUNDS):  # the first starts the processes, and can hardly be the best
            begins = time.perf_counter()
            begun = [pool.submit(do_all, actors[n], url, name, count) for n, pool in enumerate((one, other))]
            _ = [each.result() for each in begun]
            seconds[name].append(time.perf_counter() - begins)
    return {name: min(each) for name, each in seconds.items()}


def rows(count: int = 500) -> Iterator[Row]:
    """Measure, and make sure that the clocks were stopped."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Owner(url) as owner:
            with owner.transaction() as session:
                session.connection().exec_driver_sql(TABLE)
                add_staff(session)
                actors = load_staff(session).social_workers
            best = measure(url, actors, count)
            with owner.engine.connect() as connection:
                if connection.exec_driver_sql(STOPPED).scalar() != 2 * ROUNDS * count:
                    raise AssertionError("Not every screening clock was set anew and stopped.")
    actions = (*ACTIONS, "decide")
    best["an action, on average"] = sum(best[action] for action in actions) / len(actions)
    for name, seconds in best.items():
        yield Row(name, 2 * count / seconds, "a second", BARE, 2 * count / best[BARE])


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
