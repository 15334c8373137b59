"""Somebody looked up while a worker types, among half a million people: how long it takes, and whether they are found.

Run: `python -m bench.search [PEOPLE] [TIMES]`. It starts a private PostgreSQL under the temporary folder, fills it with
made-up households, and looks for people as a social worker does, through row-level security, with the evidence of each
candidate weighed: as they are recorded, and with slips. Prints for each way of writing them how many of those looked
for came among the candidates, and the median and the 95th percentile of the milliseconds; and beside them
those of a bare query of the trigram index, which is what such a search is often made of.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from bench.action import CHILD, TOLD
from bench.names import put_together
from bench.owner import Owner
from bench.row import Row, show
from tests.families import County, slip
from triage.access.actor import SYSTEM, Actor
from triage.clock import SettableClock
from triage.database import Database
from triage.demo.staff import add_staff, load_staff
from triage.pack import load_pack
from triage.private import database_url
from triage.services.desk import Desk
from triage.services.learning import learn_from_people
from triage.services.logging_enquiry import LogEnquiry, log_enquiry
from triage.services.people import NewPerson, find_matches
from workflows.people import Identity, fold, keys_of_name

PACK, NOW = "nottinghamshire", datetime(2014, 7, 1, 9, tzinfo=UTC)
PEOPLE = """COPY people (id, version, event_number, event_hash, kind, given_name, family_name, search_name, name_keys,
    birth_date, sex, ethnicity, disabilities, address, postcode, authority) FROM STDIN"""
SUBJECTS = """INSERT INTO subjects (id, enquiry_id, person_id, ordinal, name_as_given, indicators, needs, ehc_request)
    SELECT gen_random_uuid(), (SELECT id FROM enquiries), id, 1 + row_number() OVER (), search_name, '{}', '', false
    FROM people WHERE id NOT IN (SELECT person_id FROM subjects)"""
BY_LETTERS = text("""SELECT id FROM people WHERE search_name % :name
    ORDER BY similarity(search_name, :name) DESC, id LIMIT 10""")
BARE = "the trigram index alone, names as recorded"
Known = tuple[UUID, Identity]


def fill(owner: Owner, count: int) -> list[Known]:
    """So many made-up people of households, each somebody's enquiry; and some of them to be looked for."""
    county = County(2014, count * 2 // 5, date(2014, 1, 1), list(put_together(Random(1))))  # noqa: S311 - made-up
    known = [(uuid7(), each) for each in list(county.everybody())[:count]]
    connection = owner.engine.raw_connection()
    with connection.cursor() as cursor:
        with cursor.copy(PEOPLE) as copy:
            for key, who in known:
                copy.write_row(_row(key, who))
        # Nobody of them came back: that is not measured here.
        cursor.execute("ALTER TABLE subjects DISABLE TRIGGER USER")
        cursor.execute(SUBJECTS)
        cursor.execute("ALTER TABLE subjects ENABLE TRIGGER USER")
        connection.commit()
        connection.driver_connection.autocommit = True
        for table in ("people", "subjects"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    connection.close()
    return known


def _row(key: UUID, who: Identity) -> tuple[object, ...]:
    name = fold(who.given_name, who.family_name)
    keys = keys_of_name(who.given_name, who.family_name)
    about = (who.given_name, who.family_name, name, keys, who.birth_date, who.sex, "NOBT", [])
    return key, 1, 0, b"", "child", *about, who.address, who.postcode, "unknown"


def described(who: Identity, **details: object) -> NewPerson:
    """How a worker types somebody: name and date of birth."""
    about = {"given_name": who.given_name, "family_name": who.family_name, "birth_date": who.birth_date}
    return NewPerson(**about | details)


def other_day(dice: Random, day: date) -> date:
    """The date with one part of it wrong."""
    return dice.choice((day.replace(day=1 + day.day % 28), day.replace(month=1 + day.month % 12, day=min(day.day, 28))))


def exchanged(day: date) -> date:
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


Way = Callable[[Random, Identity], NewPerson]
WAYS: dict[str, Way] = {
    "as recorded": lambda _, who: described(who),
    "a slip in the family name": lambda dice, who: described(who, family_name=slip(dice, who.family_name)),
    "half of the family name": lambda _, who: described(who, family_name=who.family_name[: len(who.family_name) // 2]),
    "no date": lambda _, who: described(who, birth_date=None),
    "names exchanged": lambda _, who: described(who, given_name=who.family_name, family_name=who.given_name),
    "day and month exchanged": lambda _, who: described(who, birth_date=exchanged(who.birth_date)),
    "another family name": lambda _, who: described(who, family_name="Zanetti"),
    "a slip in each name, and one part of the date wrong": lambda dice, who: described(
        who,
        given_name=slip(dice, who.given_name),
        family_name=slip(dice, who.family_name),
        birth_date=other_day(dice, who.birth_date),
    ),
}


def look(database: Database, actor: Actor, known: list[Known], way: Way, times: int) -> Iterator[tuple[bool, float]]:
    """Whether each of some people came among the candidates, and in how many milliseconds."""
    dice, pack = Random(7), load_pack(PACK)  # noqa: S311 - made-up people need no cryptographic dice
    for key, who in dice.sample(known, times):
        typed = way(dice, who)
        begins = time.perf_counter()
        with database.transaction(actor) as session:
            found = find_matches(Desk(session, actor, SettableClock(NOW), pack), typed)
            keys = [each.person.id for each in found]
        yield key in keys, (time.perf_counter() - begins) * 1000


def look_by_letters(owner: Owner, known: list[Known], times: int) -> Iterator[float]:
    """How many milliseconds the trigram index alone takes for some people's names as they are recorded."""
    dice = Random(7)  # noqa: S311 - made-up people need no cryptographic dice
    with owner.transaction() as session:
        session.execute(text("SELECT set_limit(0.45)"))
        for _, who in dice.sample(known, times):
            begins = time.perf_counter()
            session.execute(BY_LETTERS, {"name": fold(who.given_name, who.family_name)}).all()
            yield (time.perf_counter() - begins) * 1000


def rows(people: int = 500_000, times: int = 200) -> Iterator[Row]:
    """Fill and look: milliseconds beside those of the trigram index, of the median and of what 95% keep within."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Owner(url) as owner:
            with owner.transaction() as session:
                add_staff(session)
                actor = load_staff(session).social_workers[0]
            with Database(url) as database:
                with database.transaction(actor) as session:
                    log_enquiry(
                        Desk(session, actor, SettableClock(NOW), load_pack(PACK)), LogEnquiry(subjects=(CHILD,), **TOLD)
                    )
                known = fill(owner, people)
                with database.transaction(SYSTEM) as session:
                    learn_from_people(Desk(session, SYSTEM, SettableClock(NOW), load_pack(PACK)))
                list(look(database, actor, known, WAYS["as recorded"], 20))
                bare = list(look_by_letters(owner, known, times))
                for words, way in WAYS.items():
                    found, took = zip(*look(database, actor, known, way, times), strict=True)
                    yield Row(f"{words}: {sum(found) / times:.1%} found", median(took), "ms", BARE, median(bare))
                    yield Row(f"{words}, 95% within", within(took), "ms", BARE, within(bare))


def within(took: Sequence[float]) -> float:
    """What 95% keep within."""
    return quantiles(took, n=20)[-1]


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
