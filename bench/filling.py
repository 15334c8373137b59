"""A county of any size, put into the database by SQL: for whoever measures what grows.

Each enquiry is closed, of a child with a mother, and has whom it is about, what was asked, recommended and decided, its
clocks, and perhaps a referral with its own; `around` adds the events of each, what was sent and who read it. No trigger
is fired: nobody came back but as the rows say, and what the measures are counted from is to be counted anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from sqlalchemy import Connection, Engine, create_engine, text

from bench.names import put_together
from triage.access.actor import SYSTEM
from triage.demo.people import BOYS, GIRLS
from workflows.people.names import fold, sound

AT_ONCE = 250_000  # enquiries in a statement
HERE = Path(__file__).parent
# Keys in the order of their numbers, as the service's own are in the order of time.
MADE_UP = """CREATE OR REPLACE FUNCTION made_up(kind text, n integer) RETURNS uuid IMMUTABLE LANGUAGE sql
    RETURN CAST(lpad(to_hex(n), 8, '0') || substr(md5(kind || n), 9) AS uuid)"""
NAMES = """CREATE TABLE IF NOT EXISTS made_up_names (name text, is_given boolean, place integer, sex text, sound text,
    PRIMARY KEY (is_given, place))"""
NAME = "INSERT INTO made_up_names VALUES (:name, :is_given, :place, :sex, :sound) ON CONFLICT DO NOTHING"
# Nobody needs what is made up after a power cut. It is taken back before anything is measured.
SPEED = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "'8GB'"}


def fill(url: str, begins: int, ends: int, *, around: bool = False) -> None:
    """The enquiries of these numbers, both among them, and what hangs on them; the database is then at rest.

    `url` is the service's own; whoever may connect so may connect as postgres too.
    """
    files = ("fill.sql", "fill_around.sql") if around else ("fill.sql",)
    engine = create_engine(url.replace("triage_app", "postgres"))
    with _in_a_hurry(engine):
        with engine.begin() as connection:
            _add_names(connection)
        for first in range(begins, ends + 1, AT_ONCE):
            told = {"begins": first, "ends": min(first + AT_ONCE - 1, ends), "who": str(SYSTEM.id)}
            with engine.begin() as connection:
                connection.exec_driver_sql("SET session_replication_role = replica")
                for statement in _statements(files):
                    connection.execute(text(statement), told)
    _by_itself(engine, "VACUUM ANALYZE", "CHECKPOINT")
    engine.dispose()


def _add_names(connection: Connection) -> None:
    connection.exec_driver_sql(MADE_UP)
    connection.exec_driver_sql(NAMES)
    family = put_together(Random(1))  # noqa: S311 - made-up people need no cryptographic dice
    given = [(name, sex) for sex, names in (("F", GIRLS), ("M", BOYS)) for name in names]
    rows = [_name(name, place, sex, is_given=True) for place, (name, sex) in enumerate(given)]
    rows += [_name(name, place, None, is_given=False) for place, name in enumerate(family)]
    connection.execute(text(NAME), rows)


def _name(name: str, place: int, sex: str | None, *, is_given: bool) -> dict[str, object]:
    return {"name": name, "is_given": is_given, "place": place, "sex": sex, "sound": sound(fold(name))}


def _statements(files: tuple[str, ...]) -> Iterator[str]:
    for file in files:
        yield from filter(str.strip, (HERE / file).read_text(encoding="utf-8").split(";\n"))


@contextmanager
def _in_a_hurry(engine: Engine) -> Iterator[None]:
    _by_itself(engine, *(f"ALTER SYSTEM SET {name} = {value}" for name, value in SPEED.items()))
    _by_itself(engine, "SELECT pg_reload_conf()")
    yield
    _by_itself(engine, "ALTER SYSTEM RESET ALL")
    _by_itself(engine, "SELECT pg_reload_conf()")


def _by_itself(engine: Engine, *statements: str) -> None:
    """Each outside of any transaction."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for each in statements:
            connection.exec_driver_sql(each)
