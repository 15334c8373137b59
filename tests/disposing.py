"""Letting made-up files go: closed cases, each step as whoever takes it, and where a word is left in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from tests.acting import walk
from tests.making import an_enquiry, decide_as, screen
from triage.access.actor import SYSTEM
from triage.database import acting_as
from triage.models import Disposal, Enquiry
from triage.services.desk import Desk
from triage.services.disposing import approve, dispose_next, finish_disposals, prepare
from triage.services.weighing import ask_again, work_out

LATER = datetime(2020, 1, 6, 9, tzinfo=UTC)  # six years after an enquiry of 2013 was closed have passed
TABLES = text(
    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm')"
    " AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
)


def closed_enquiry(office: Any, **details: Any) -> Enquiry:
    """An enquiry that led to nothing and is closed."""
    return close_unheeded(office, an_enquiry(office, **details))


def close_unheeded(office: Any, enquiry: Enquiry) -> Enquiry:
    """The same of an enquiry that there is."""
    screen(office, enquiry)
    nothing = {"route": "no_further_action", "level": 1, "why_not": {"early_help": "Made up: not wanted"}}
    decide_as(office, "social_worker", enquiry, **nothing)
    return walk(office, "mash_officer", enquiry, "close")


@contextmanager
def at_desk(office: Any, who: str) -> Iterator[Desk]:
    """The desk of a role, as the database sees it too."""
    desk = office.desk(who)
    office.session.flush()
    with acting_as(office.session, desk.actor):
        yield desk
        office.session.flush()


def service_desk(office: Any) -> Desk:
    return Desk(office.session, SYSTEM, office.clock, office.pack)


def weigh(office: Any) -> None:
    """What is due is worked out now."""
    desk = service_desk(office)
    ask_again(desk)
    assert work_out(desk)


def agreed(office: Any, code: str | None = None) -> Disposal:
    """All that is due today, prepared and agreed to."""
    weigh(office)
    with at_desk(office, "information_governance") as desk:
        disposal = prepare(desk, code)
    with at_desk(office, "mash_manager") as desk:
        return approve(desk, disposal.id)


def dispose_all(desk: Desk) -> int:
    """Let go all that was agreed to; how many files were looked at."""
    looked = 0
    while dispose_next(desk):
        looked += 1
        desk.session.info.pop("held", None)  # each is a transaction of its own
    finish_disposals(desk)
    return looked


def find_word(connection: Any, word: str) -> dict[str, int]:
    """How many rows of each table that one may read have the word in any column, in any case, also in bytes."""
    found = {}
    for table in connection.scalars(TABLES).all():
        query = text(f'SELECT count(*) FROM "{table}" x WHERE x::text ILIKE :like OR x::text ILIKE :hex')  # noqa: S608
        like = {"like": f"%{word}%", "hex": f"%{word.encode().hex()}%"}
        if count := connection.scalar(query, like):
            found[table] = count
    return found
