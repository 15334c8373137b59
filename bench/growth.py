"""What becomes slower as enquiries become more: each thing that is done all day, among 10,000, 100,000 and a million.

Run: `python -m bench.growth [ENQUIRIES ...]`. A private PostgreSQL as production has it, under the temporary folder,
which must lie on a disk, is filled to each size in turn: closed enquiries of five years, and a thousand that are open,
logged by the application. Then the whole application is asked in one process, in turns: prints for each thing the
median and what 95% keep within, in milliseconds, and how many of PostgreSQL's pages (8 kB) it touched; what a process
of the web server, of the worker and of PostgreSQL has of memory once each was at work; how long it takes to weigh every
file; and what there is on the disk.
Writes growth.json and growth.svg, the same as a picture, into the folder that OUT names, `build/bench` unless told.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text

from bench.action import PACK
from bench.filling import fill
from bench.growth_chart import draw
from bench.http import get_token
from bench.ledger import sign_in
from bench.memory import weigh
from bench.row import Row, show
from triage.access.actor import SYSTEM
from triage.access.signin import actor_of
from triage.clock import SettableClock
from triage.database import Database
from triage.demo.staff import PASSWORD
from triage.embedded import Services, services
from triage.gunicorn_config import leave_what_stays
from triage.insight.counting import rebuild, refresh
from triage.models import User
from triage.pack import load_pack
from triage.schema import load_reference_data, migrate, move_to_present_workflows
from triage.services.desk import Desk
from triage.services.disposing import approve, dispose_next, prepare
from triage.services.sweep import sweep
from triage.services.weighing import ask_again, work_out
from triage.state import state_of
from triage.watching.gauges import tell_database

SIZES, OPEN, TIMES, WARM = (10_000, 100_000, 1_000_000), 1_000, 20, 8
NOW = datetime(2019, 1, 7, 9, tzinfo=UTC)
DUE = datetime(2026, 6, 1, 9, tzinfo=UTC)  # six years after
SOMEBODY = """SELECT given_name, family_name, birth_date FROM people WHERE kind = 'child' AND version = 1
    ORDER BY md5(id::text) LIMIT 2000"""
TOUCHED = """SELECT sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0)
    + coalesce(toast_blks_hit + toast_blks_read + tidx_blks_hit + tidx_blks_read, 0)) FROM pg_statio_user_tables"""
TELL = text("SELECT pg_stat_force_next_flush()")
Figures = dict[str, dict[str, float]]


class Office:
    """Those who ask the application: another system, a social worker, a manager; and what the service does by itself.

    `known` are some who are known, and each is asked for once.
    """

    def __init__(self, url: str) -> None:
        self.token = {"Authorization": f"Bearer {get_token(url)}"}
        app, self.worker = sign_in(url, now=NOW)
        self.manager = app.test_client()
        self.manager.post("/sign-in", data={"username": "manager", "password": PASSWORD})
        self.system, self.database, self.pack = app.test_client(), state_of(app).database, load_pack(PACK)
        self.owner = create_engine(url.replace("triage_app", "postgres"), isolation_level="AUTOCOMMIT")
        self.governor = app.test_client()
        self.governor.post("/sign-in", data={"username": "governance", "password": PASSWORD})
        with self.database.transaction(SYSTEM) as session:
            self.staff = {user.username: actor_of(user) for user in session.scalars(select(User))}
        self.number, self.opened = 0, list[str]()
        self.known: list[tuple[str, str, str]] = []

    def meet(self) -> None:
        """Others than before."""
        with self.owner.connect() as connection:
            self.known = [(given, family, f"{born}") for given, family, born in connection.exec_driver_sql(SOMEBODY)]

    def log(self) -> None:
        """One in five is of a child who is known; the others' names are put together of theirs."""
        self.number += 1
        given, family, born = self.known[self.number % len(self.known)]
        other = family if self.number % 5 == 0 else self.known[-self.number % len(self.known)][1]
        person = {"kind": "child", "given_name": given, "family_name": other, "birth_date": born}
        told = {"received_at": NOW.isoformat(), "channel": "police_notification", "source": "6", "reported": "Made up."}
        body = told | {"subjects": [{"person": person, "indicators": ["F3_DA_INSTABILITY"]}]}
        answer = self.system.post(
            "/api/v1/enquiries", json=body, headers=self.token | {"Idempotency-Key": str(uuid4())}
        )
        if answer.status_code != 201:
            raise AssertionError(f"{answer.status}: {answer.text}")
        self.opened.append(answer.json["id"])

    def look(self) -> None:
        """A social worker looks for somebody who is known."""
        self.number += 1
        given, family, _ = self.known[self.number % len(self.known)]
        self._is_right(self.worker, "/search", q=f"{given} {family}")

    def open(self) -> None:
        """A social worker opens an enquiry."""
        self.number += 1
        self._is_right(self.worker, f"/enquiries/{self.opened[-1 - self.number % 500]}")

    def ask(self, who: str, at: str) -> None:
        self._is_right(getattr(self, who), at)

    def count(self) -> None:
        """What changed, counted again."""
        with self.database.transaction(SYSTEM) as session:
            refresh(session)

    def sweep(self) -> None:
        with self.database.transaction(SYSTEM) as session:
            sweep(Desk(session, SYSTEM, SettableClock(NOW), self.pack))

    def tell(self) -> None:
        """What Prometheus is told."""
        with self.database.one_moment() as session:
            list(tell_database(session, NOW))

    def weigh(self) -> float:
        """Every file, seconds for which it takes; and some hundreds of those that are due are agreed to."""
        begins = time.perf_counter()
        with self._later("system") as desk:
            ask_again(desk)
            work_out(desk)
        took = time.perf_counter() - begins
        with self._later("governance") as desk:
            disposal = prepare(desk, None).id
        with self._later("manager") as desk:
            approve(desk, disposal)
        return took

    def let_go(self) -> None:
        """One file."""
        with self._later("system") as desk:
            item = dispose_next(desk)
        if item is None or item.skipped:
            raise AssertionError(f"No file went: {item and item.skipped}.")

    @contextmanager
    def _later(self, username: str) -> Iterator[Desk]:
        """Their desk, once files are due."""
        actor = SYSTEM if username == "system" else self.staff[username]
        with self.database.transaction(actor) as session:
            yield Desk(session, actor, SettableClock(DUE), self.pack)

    def touched(self) -> int:
        """How many pages of tables and indexes were touched until now."""
        with self.database.engine.connect() as connection:
            connection.execute(TELL)
        with self.owner.connect() as connection:
            return int(connection.exec_driver_sql(TOUCHED).scalar() or 0)

    def _is_right(self, client: FlaskClient, at: str, **form: str) -> None:
        answer = client.post(at, data=form) if form else client.get(at)
        if answer.status_code != 200:
            raise AssertionError(f"{at} was answered {answer.status}.")


YEAR = "from=2018-04-01&to=2019-01-07"
DONE: dict[str, Callable[[Office], None]] = {
    "log an enquiry": Office.log,
    "the worktray": lambda office: office.ask("worker", "/enquiries"),
    "an enquiry": Office.open,
    "duty": lambda office: office.ask("worker", "/duty"),
    "a search": Office.look,
    "every measure": lambda office: office.ask("manager", f"/measures?{YEAR}"),
    "a measure by district": lambda office: office.ask("manager", f"/measures?{YEAR}&measure=converted&by=source"),
    "what changed, counted": Office.count,
    "the clock sweep": Office.sweep,
    "what is watched": Office.tell,
    "retention": lambda office: office.ask("governor", "/retention"),
    "a file goes": Office.let_go,
}


def measure(office: Office) -> Figures:
    """Each thing in turns; the first turns are to warm up."""
    took: dict[str, list[float]] = {name: [] for name in DONE}
    pages: dict[str, list[int]] = {name: [] for name in DONE}
    for _ in range(WARM + TIMES):
        for name, do in DONE.items():
            before = office.touched()
            begins = time.perf_counter()
            do(office)
            took[name].append((time.perf_counter() - begins) * 1000)
            pages[name].append(office.touched() - before)
    return {
        name: {
            "median": median(each[WARM:]),
            "95% within": quantiles(each[WARM:], n=20)[-1],
            "touched": median(pages[name][WARM:]),
        }
        for name, each in took.items()
    }


@contextmanager
def a_county(folder: Path) -> Iterator[tuple[Services, str]]:
    """A private PostgreSQL and Redis, and the address of the empty database."""
    with services(folder) as private:
        owner, pack = private.postgres.url("triage_owner"), load_pack(PACK)
        migrate(owner)
        load_reference_data(owner, pack)
        move_to_present_workflows(owner, pack, SettableClock(NOW))
        yield private, private.postgres.url("triage_app")


def grow(private: Services, url: str, folder: Path, sizes: list[int]) -> Iterator[tuple[int, Figures]]:
    """The county at each size."""
    office, filled = Office(url), 0
    leave_what_stays()
    for size in sizes:
        fill(url, filled + 1, size, around=True)
        with Database(url) as database, database.transaction(SYSTEM) as session:
            rebuild(session)
        office.meet()
        while len(office.opened) < OPEN:
            office.log()
        filled = size
        figures = {"s": {"every file weighed": office.weigh()}} | measure(office)
        with office.owner.connect() as connection:
            disk = connection.exec_driver_sql("SELECT pg_database_size('triage') / 1e6").scalar()
        yield size, figures | {"MB": {"disk": float(disk)}}  # kept, whatever becomes of what is weighed
        with office.owner.connect() as connection:
            connection.exec_driver_sql("DELETE FROM sign_in_delays")  # at this clock it is always the same minute
        yield size, figures | {"MB": weigh(private, url, folder, NOW, office.token) | {"disk": float(disk)}}


def measure_all(sizes: list[int]) -> dict[int, Figures]:
    """The figures of each size, kept beside their picture as they come."""
    found: dict[int, Figures] = {}
    out = Path(os.environ.get("OUT", "build/bench"))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with a_county(Path(name)) as (private, url):
            for size, figures in grow(private, url, Path(name), sorted(sizes)):
                found[size] = figures
                (out / "growth.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
                (out / "growth.svg").write_text(draw(found), encoding="utf-8")
    return found


def rows(*sizes: int) -> Iterator[Row]:
    """Of each thing the median and what 95% keep within, and the pages that it touched, beside the smallest size."""
    found = measure_all([*sizes] or [*SIZES])
    least, *_ = found
    for size, figures in found.items():
        for name in DONE:
            for part, unit in (("median", "ms"), ("95% within", "ms"), ("touched", "pages")):
                peer = (f"among {least:,}", found[least][name][part]) if size > least else ()
                yield Row(f"{name}, among {size:,}: {part}", figures[name][part], unit, *peer)
        for unit in ("s", "MB"):
            for name, number in figures[unit].items():
                yield Row(f"{name}, among {size:,}", number, unit)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
