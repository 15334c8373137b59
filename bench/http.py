"""An enquiry over HTTP with everything, beside a bare Flask route that inserts one row.

Run: `python -m bench.http [ENQUIRIES] [CALLERS]`. It starts a private PostgreSQL as production has it, fsync and all,
under the temporary folder, which must lie on a disk, and two services on the same gunicorn, with as many processes and
threads: ours, where another system posts enquiries by a token (signed in, read, matched with those who are known,
judged, with its events, clocks and outbox, committed), and the bare one. As many callers at once as told ask each in
turns, on connections that stay open. Prints for both how many a second, the median and what 99% keep within, and the
ratio of each turn's, the median of three; and the memory of a process of each.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_urlsafe
from statistics import median, quantiles
from urllib.parse import urlsplit
from uuid import uuid4

from bench.action import PACK, TABLE
from bench.owner import Owner
from bench.row import Row, show
from triage.access.actor import SYSTEM
from triage.access.signin import issue_token
from triage.clock import SystemClock
from triage.database import Database
from triage.demo.staff import add_staff
from triage.models import User
from triage.private import database_url
from triage.processes import spawn, stop
from triage.serving import free_port

ROUNDS, PROCESSES, THREADS = 3, 2, 4
NAMES = ("Ava", "Noah", "Mia", "Leo", "Isla", "Theo", "Elsie", "Jude", "Freya", "Ezra")
FAMILIES = ("Madeup", "Invented", "Nobody", "Fictive", "Pretend", "Example", "Sample", "Unreal")


@dataclass
class Turn:
    """What became of one turn: how many a second, and the seconds of each."""

    rate: float
    took: list[float]

    @property
    def within(self) -> float:
        """Seconds within which 99% were answered."""
        return quantiles(self.took, n=100)[-1]


def enquiry(number: int) -> str:
    """One in five is of a child who was told of before."""
    child = number if number % 5 else number // 5
    person = {
        "kind": "child",
        "given_name": NAMES[child % 10],
        "family_name": f"{FAMILIES[child // 10 % 8]}",
        "birth_date": f"{2010 + child % 13}-{1 + child // 13 % 12:02}-{1 + child % 28:02}",
        "address": f"{child} Made-up Lane",
        "postcode": "NG15 7AA",
    }
    told = {
        "received_at": "2026-01-05T09:00:00+00:00",
        "channel": "police_notification",
        "source": "6",
        "reported": "Made up.",
        "referrer_role": "Constable",
    }
    return json.dumps(told | {"subjects": [{"person": person, "indicators": ["F3_DA_INSTABILITY"]}]})


def ask(address: str, path: str, count: int, callers: int, headers: dict[str, str], begins: int) -> Turn:
    """So many posts by so many callers at once."""

    def call(caller: int) -> list[float]:
        connection, took = HTTPConnection(urlsplit(address).netloc, timeout=60), []
        for number in range(begins + caller, begins + count, callers):
            body, own = enquiry(number), {"Idempotency-Key": str(uuid4())}
            began = time.perf_counter()
            connection.request("POST", path, body, headers | own)
            answer = connection.getresponse()
            said = answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 201:
                raise AssertionError(f"{answer.status}: {said!r}")
        return took

    began = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        took = [each for its in pool.map(call, range(callers)) for each in its]
    return Turn(count / (time.perf_counter() - began), took)


@contextmanager
def serving(app: str, environment: dict[str, str], log: Path) -> Iterator[tuple[str, int]]:
    """The application on gunicorn: its address, and the key of its first process."""
    address = f"127.0.0.1:{free_port()}"
    many = ("--workers", str(PROCESSES), "--threads", str(THREADS), "--keep-alive", "30")
    command = (sys.executable, "-m", "gunicorn", "--config", "python:triage.gunicorn_config", "--bind", address, *many)
    process = spawn((*command, app), log, env=environment)
    try:
        _wait(address)
        yield f"http://{address}", process.pid
    finally:
        stop(process)


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            connection = HTTPConnection(address, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("It did not become ready within a minute.")


def memory_of(pid: int) -> list[float]:
    """Megabytes of each process that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    pages = (Path(f"/proc/{child}/statm").read_text(encoding="ascii").split()[1] for child in children)
    return [int(each) * os.sysconf("SC_PAGE_SIZE") / 1e6 for each in pages]


def get_token(url: str) -> str:
    """Of another system that may write."""
    with Database(url) as database, database.transaction(SYSTEM) as session:
        add_staff(session)
        user = User(role="partner_system", username="bench", name="Made-up system", agency_code="police")
        session.add(user)
        session.flush()
        return issue_token(session, user, "bench", ["read", "write"], SystemClock().now())


def compare(turns: tuple[list[Turn], list[Turn]], memory: tuple[float, float]) -> Iterator[Row]:
    """Rates and times of both; of each turn the ratio, of which the median tells."""
    (ours, bare), peer = turns, "a bare Flask route that inserts one row"
    rates = median(one.rate / other.rate for one, other in zip(ours, bare, strict=True))
    late = median(one.within / other.within for one, other in zip(ours, bare, strict=True))
    took, others = ([each for turn in its for each in turn.took] for its in turns)
    yield Row(
        f"an enquiry over HTTP; of each turn, {rates:.3f} of its rate",
        median(turn.rate for turn in ours),
        "a second",
        peer,
        median(turn.rate for turn in bare),
    )
    yield Row("an enquiry over HTTP, median", median(took) * 1000, "ms", peer, median(others) * 1000)
    last = [quantiles(each, n=100)[-1] * 1000 for each in (took, others)]
    yield Row(f"an enquiry over HTTP, 99% within; of each turn, {late:.1f} times", last[0], "ms", peer, last[1])
    yield Row("memory of a process of the web server", memory[0], "MB", peer, memory[1])


def rows(count: int = 500, callers: int = 8) -> Iterator[Row]:
    """Start both and ask them in turns."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        place = Path(name)
        place.chmod(0o755)
        with database_url(None, place, PACK) as url, Owner(url) as owner:
            with owner.transaction() as session:
                session.connection().exec_driver_sql(TABLE)
            token = {"Authorization": f"Bearer {get_token(url)}", "Content-Type": "application/json"}
            environment = os.environ | {
                "TRIAGE_DATABASE_URL": url,
                "TRIAGE_REDIS_URL": "redis://127.0.0.1:9/0",
                "TRIAGE_SECRET_KEY": token_urlsafe(48),
                "TRIAGE_OPEN_REQUESTS_A_MINUTE": "1000000",
                "BENCH_DATABASE": url.replace("+psycopg", ""),
            }
            with (
                serving("triage.wsgi:app", environment, place / "ours.log") as (ours, pid),
                serving("bench.bare_app:app", environment, place / "bare.log") as (bare, bare_pid),
            ):
                turns = _take_turns(ours, bare, token, count, callers)
                yield from compare(turns, (max(memory_of(pid)), max(memory_of(bare_pid))))


def _take_turns(ours: str, bare: str, token: dict[str, str], count: int, callers: int) -> tuple[list[Turn], list[Turn]]:
    """The first of each warms it up."""
    done: tuple[list[Turn], list[Turn]] = ([], [])
    for turn in range(ROUNDS + 1):
        done[0].append(ask(ours, "/api/v1/enquiries", count, callers, token, turn * count))
        done[1].append(ask(bare, "/notes", count * 5, callers, {"Content-Type": "application/json"}, turn * count))
    return done[0][1:], done[1][1:]


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
