"""A register of past enquiries taken whole, beside the least that keeps as many rows: COPY.

Run: `python -m bench.importing [ROWS]` (13,800 unless told). It starts a private PostgreSQL as production has it, fsync
and all, under the temporary folder, makes up a register of families who come back, and takes it as `triage import
enquiries` does, from CSV and from Excel; then dry, and again, when every row is known. Prints the seconds of each, the
most memory that the process had, and the seconds in which psycopg copies the same cells into one bare table.
"""

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

import psycopg
from openpyxl import Workbook

from bench.row import Row, show
from tests.families import County
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.enquiries_command import page_checks
from triage.exchange.importing_past import import_past
from triage.exchange.past_file import read_past
from triage.exchange.past_mapping import PastMapping
from triage.exchange.sheet_file import read_sheet
from triage.pack import load_pack
from triage.private import database_url
from triage.services.desk import Desk

PACK, NOW, FIRST = "nottinghamshire", datetime(2014, 7, 1, 9, tzinfo=UTC), datetime(2013, 4, 1, 9, 30, tzinfo=UTC)
HEAD = (
    *(
        "enquiry",
        "person",
        "received",
        "source",
        "channel",
        "given_name",
        "family_name",
        "birth_date",
        "sex",
        "address",
    ),
    *("postcode", "told", "outcome", "level", "section_47", "reason", "decided", "decided_by"),
)
OUTCOMES = (("social_care", "4"), ("early_help", "3"), ("advice", "2"), ("no_further_action", "1"))
TOLD = "Made up: a teacher rang and said that the child is often hungry, and tired in the mornings. " * 4
GROWN = date(1996, 1, 1)
Line = tuple[str, ...]


def make_register(count: int) -> list[Line]:
    """So many rows of made-up children, of whom some come back and some are told of with a brother or sister."""
    dice = Random(2013)  # noqa: S311 - made-up people need no cryptographic dice
    children = County(2013, count, date(2013, 4, 1)).everybody()
    children = [each for each in children if each.birth_date and each.birth_date > GROWN][: count * 7 // 10]
    lines: list[Line] = []
    while len(lines) < count:
        several = dice.choices(range(len(children)), k=dice.choice((1, 1, 1, 2)))
        number, at = len(lines), FIRST + timedelta(minutes=dice.randrange(270 * 24 * 60))
        lines += [_line(dice, number, at, place, children[place]) for place in dict.fromkeys(several)]
    return lines[:count]


def _line(dice: Random, number: int, at: datetime, place: int, who: object) -> Line:
    route, level = dice.choice(OUTCOMES)
    days = (f"{at:%d/%m/%Y %H:%M}", f"{at + timedelta(hours=20):%d/%m/%Y %H:%M}")
    name = who.given_name, who.family_name, f"{who.birth_date:%d/%m/%Y}" if who.birth_date else "", who.sex
    of = (f"C{number}", f"P{place}", days[0], "School", "Telephone", *name, who.address, who.postcode or "")
    return (*of, TOLD, route, level, "no", "Made up: the school will see.", days[1], "A made-up manager")


def write_csv(lines: list[Line]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows([HEAD, *lines])
    return out.getvalue().encode()


def write_workbook(lines: list[Line]) -> bytes:
    book, out = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet("Contacts")
    for line in (HEAD, *lines):
        sheet.append(line)
    book.save(out)
    return out.getvalue()


@contextmanager
def open_desk(database: Database) -> Iterator[Desk]:
    with database.transaction(SYSTEM) as session:
        yield Desk(session, SYSTEM, SettableClock(NOW), load_pack(PACK), request_id="command:bench")


def take(database: Database, name: str, content: bytes, system: str, *, keep: bool) -> tuple[int, int, int]:
    """Rows taken, known before and refused."""
    sheet, mapping = read_sheet(name, content), PastMapping(system)
    rows = read_past(sheet, mapping, page_checks())
    outcome = import_past(partial(open_desk, database), sheet, mapping, rows, keep=keep)
    return outcome.taken.rows, outcome.taken.known_before, len(outcome.refused)


def copy(url: str, lines: list[Line]) -> tuple[int, int, int]:
    """The same cells into one table with one key, and nothing looked at."""
    columns = ", ".join(f"{name} text" for name in HEAD)
    with psycopg.connect(url.replace("triage_app", "triage_owner").replace("+psycopg", "")) as connection:
        connection.execute(f"CREATE TABLE bare (number int PRIMARY KEY, {columns})")
        with connection.cursor().copy("COPY bare FROM STDIN") as stream:
            for number, line in enumerate(lines):
                stream.write_row((number, *line))
    return len(lines), 0, 0


def measure(do: Callable[[], tuple[int, int, int]]) -> tuple[str, float]:
    """How many rows became what, and the seconds."""
    begins = time.perf_counter()
    taken, known, refused = do()
    return f"{taken:,} taken, {known:,} known, {refused:,} refused", time.perf_counter() - begins


def rows(count: int = 13_800) -> Iterator[Row]:
    """Make it up and take it each way."""
    lines = make_register(count)
    sheets = {"register.csv": write_csv(lines), "register.xlsx": write_workbook(lines)}
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Database(url) as database:
            bare = measure(partial(copy, url, lines))[1]
            for file, content in sheets.items():
                ways = {"dry": False, "taken": True, "taken again": True}
                for words, keep in ways.items():
                    became, took = measure(partial(take, database, file, content, file, keep=keep))
                    yield Row(f"{file}, {words}: {became}", took, "s", "the same cells by COPY", bare)
    yield Row("at most of memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
