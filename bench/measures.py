"""The numbers of a million enquiries: how long a page of them takes, one event more, and counting everything anew.

Run: `python -m bench.measures [ENQUIRIES]`, with `duckdb` at hand. A private PostgreSQL is filled with made-up rows of
five years: enquiries with whom they are about, what was asked, recommended, decided and weighed again, their clocks,
and referrals with theirs, their teams, assessments, plans and unmet needs. Prints milliseconds of one event
counted, with a hundredth of the rows and with all; of the pages of measures, as the whole application answers a manager
in one process; of each measure by each group; and seconds of counting everything anew, beside SQL written by hand that
answers the same from the same rows, in PostgreSQL and in DuckDB.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles

import duckdb
import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bench.by_hand_measures import ANSWERS
from bench.filling import fill
from bench.ledger import sign_in
from bench.row import Row, show
from triage.access.actor import SYSTEM
from triage.database import Database
from triage.demo.staff import add_staff
from triage.gunicorn_config import leave_what_stays
from triage.insight.counting import rebuild, refresh
from triage.insight.definition import read_measures
from triage.insight.measures import measure
from triage.pack import load_pack
from triage.private import database_url

PACK = "nottinghamshire"
YEAR = date(2017, 4, 1), date(2018, 3, 31)
WHOLE, PARTS = "/measures?from=2017-04-01&to=2018-03-31", "/measures?from=2017-04-10&to=2018-03-20"
PAGES = {
    "page of every measure of a year, beside the year before": WHOLE,
    "the same, of days that are no whole months": PARTS,
    "the same, and one measure month by month": f"{WHOLE}&measure=decided_in_one_working_day&by=month",
    "the same, and a percentile by district": f"{WHOLE}&measure=p90_minutes_to_decision&by=district",
    "page of one measure over time": "/measures/enquiries/run?to=2018-03-31",
    "page of second looks": "/second-looks",
}
AFTER_ALL = datetime(2019, 7, 1, 9, tzinfo=UTC)  # of what is filled nothing lies ahead
WARM, TIMES = 10, 40
COPIED = {
    "enquiries": "id, received_at, decided_at, working_minutes_to_decision, district_code, locality_code, source, rag",
    "subjects": "id, enquiry_id, person_id",
    "people": "id, ethnicity",
    "decisions": "id, subject_id, recommendation_id, route::text, level, section_47, superseded_at, took_effect_at,"
    " decided_by_id, why_not, repeat_reason",
    "recommendations": "id, route::text, level, section_47, policy_hash",
    "clocks": "id, enquiry_id, referral_id, agency_check_id, kind, variant, state, started_at, stopped_at, breached_at",
    "agency_checks": "id, enquiry_id, agency_code, requested_at, working_minutes_to_answer",
    "referrals": "id, person_id, stepped_from_id, service, source, district_code, locality_code, team_code,"
    " requested_at, closed_at, closure, family_rating",
    "assignments": "referral_id, team_code, assigned_at, superseded_at",
    "assessments": "id, referral_id, kind, authorised_on, working_days",
    "plans": "referral_id, kind, started_on, ended_on, previous_plans",
    "unmet_needs": "referral_id, need, district_code, locality_code, found, noted_on",
    "second_looks": "decision_id, why, looked_at, outcome, grade",
    "repeats": "kind, case_id",
}
# Of a column in which nothing stands DuckDB takes text for the type.
TYPED = {
    "clocks": {"breached_at": "timestamptz"},
    "referrals": {"stepped_from_id": "uuid", "family_rating": "integer"},
    "assignments": {"superseded_at": "timestamptz"},
    "decisions": {"superseded_at": "timestamptz"},
}
EVENT = """INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, purpose,
    request_id, data, previous_hash, hash)
SELECT gen_random_uuid(), 'enquiry', id, 100 + floor(random() * 1000000)::integer, 'made_up', received_at, :who,
    'Made up', 'system', '', '', '{}', '', '' FROM enquiries WHERE reference = :reference"""


def time_of(work: Callable[[], object], times: int = 1) -> list[float]:
    """Seconds of each."""
    took = []
    for _ in range(times):
        begins = time.perf_counter()
        work()
        took.append(time.perf_counter() - begins)
    return took


def tell(name: str, took: list[float], peer: str = "", beside: list[float] | None = None) -> Iterator[Row]:
    """The median, and what 95% keep within, in milliseconds."""
    for words, of in (("", median), (", 95% within", lambda each: quantiles(each, n=20)[-1])):
        yield Row(f"{name}{words}", of(took) * 1000, "ms", peer, of(beside) * 1000 if beside else None)


def ask_pages(url: str) -> Iterator[Row]:
    """A manager asks the whole application for each page in turn."""
    client = sign_in(url, AFTER_ALL, "manager")[1]
    leave_what_stays()
    took: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(WARM + TIMES):
        for name, at in PAGES.items():
            took[name] += time_of(lambda at=at: _is_right(client.get(at)))
    for name, each in took.items():
        yield from tell(name, each[WARM:])


def _is_right(answer: TestResponse) -> None:
    if answer.status_code != 200:
        raise AssertionError(f"{answer.request.path} was answered {answer.status}.")


def ask_groups(database: Database) -> Iterator[Row]:
    """What a page reads of one measure, of each by each of its groups."""
    pack, took = load_pack(PACK), []
    with database.transaction(SYSTEM) as session:
        for name, definition in read_measures().items():
            for by in definition.by:
                took += time_of(lambda name=name, by=by: measure(session, pack, name, *YEAR, by), 3)[1:]
    yield from tell("one measure of a year by one group, over all of both", took)


def count_events(url: str, database: Database, ends: int) -> list[float]:
    """Seconds in which one event more, and what became of its case, is counted."""
    took = []
    for number in range(1, 41):
        with Session(create_engine(url.replace("triage_app", "postgres"))) as session, session.begin():
            at = {"who": str(SYSTEM.id), "reference": f"ENQ-BENCH-{number * ends // 41}"}
            session.execute(text(EVENT), at)
            session.execute(text("UPDATE enquiries SET district_code = 'E07000170' WHERE reference = :reference"), at)
        with database.transaction(SYSTEM) as session:
            took += time_of(lambda session=session: refresh(session))
    return took


def count_anew(url: str, database: Database) -> Iterator[Row]:
    """All of it, three ways."""
    with database.transaction(SYSTEM) as session:
        ours = time_of(lambda: rebuild(session))[0]
    with create_engine(url.replace("triage_app", "postgres")).begin() as connection:
        by_hand = sum(sum(time_of(lambda each=each: connection.execute(text(each)).all())) for each in ANSWERS)
    yield Row("everything counted anew", ours, "s", "SQL by hand from the same rows, in PostgreSQL", by_hand)
    yield Row("everything counted anew", ours, "s", "the same in DuckDB, once copied there", _in_duckdb(url))


def _in_duckdb(url: str) -> float:
    with (
        tempfile.TemporaryDirectory(prefix="triage-bench-") as folder,
        duckdb.connect() as duck,
        psycopg.connect(url.replace("triage_app", "postgres").replace("+psycopg", "")) as connection,
    ):
        duck.execute("SET threads = 2")
        for table, columns in COPIED.items():
            _copy(connection, table, columns, file := Path(folder) / f"{table}.csv")
            duck.execute(f"CREATE TABLE {table} AS SELECT * FROM read_csv('{file}', sample_size = -1)")  # noqa: S608

            file.unlink()
            for column, kind in TYPED.get(table, {}).items():
                duck.execute(f"ALTER TABLE {table} ALTER {column} TYPE {kind}")
        return sum(sum(time_of(lambda each=each: duck.execute(each).fetchall())) for each in ANSWERS)


def _copy(connection: psycopg.Connection, table: str, columns: str, file: Path) -> None:
    query = f"COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT csv, HEADER)"  # noqa: S608 - our own words
    with file.open("wb") as out, connection.cursor().copy(query) as copy:
        for part in copy:
            out.write(part)


def rows(count: int = 1_000_000) -> Iterator[Row]:
    """Fill and measure."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Database(url) as database:
            with database.transaction(SYSTEM) as session:
                add_staff(session)
            few = count // 100
            fill(url, 1, few)
            with database.transaction(SYSTEM) as session:
                refresh(session)
            among_few = count_events(url, database, few)
            fill(url, few + 1, count)
            yield from count_anew(url, database)
            took = count_events(url, database, count)
            yield from tell(f"one event more among {count:,} enquiries", took, f"among {few:,}", among_few)
            yield from ask_pages(url)
            yield from ask_groups(database)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
