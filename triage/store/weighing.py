"""How the files stood when they were last weighed, which were due then, and what a few of them are weighed by."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, delete, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from triage.models import DueFile, Weighing
from triage.store.bulk import insert_rows
from triage.store.retention import FACTS, Link, as_records
from workflows.retention import File, Record

WEIGHER = 2013_0042  # the advisory lock of whoever weighs all files
CASES = bindparam("cases", type_=ARRAY(Uuid()))
# Each side by an index of its own.
LINKS = text(
    "SELECT one, other FROM file_links WHERE one = ANY (:cases)"
    " UNION SELECT one, other FROM file_links WHERE other = ANY (:cases)"
).bindparams(CASES)
# All records of everybody in these cases. In two steps, each by a list: else all that is on record is read.
WHOSE = text(
    "SELECT id FROM people WHERE identity_id = ANY (ARRAY("
    "SELECT identity_id FROM retention_facts WHERE file_id = ANY (:cases)))"
).bindparams(CASES)
OF_RECORDS = text(f"{FACTS.text} WHERE person_id = ANY (:records)")
OF_RECORDS = OF_RECORDS.bindparams(bindparam("records", type_=ARRAY(Uuid())))
ALONE = text("LOCK TABLE due_files IN SHARE ROW EXCLUSIVE MODE")
# What went while the files were weighed.
GONE = text(
    "DELETE FROM due_files f WHERE NOT EXISTS (SELECT FROM enquiries e WHERE e.id = ANY (f.cases))"
    " AND NOT EXISTS (SELECT FROM referrals r WHERE r.id = ANY (f.cases))"
)


def read_weighing(session: Session) -> Weighing:
    """The last one, as it is now."""
    return session.get_one(Weighing, 1, populate_existing=True)


def ask_to_weigh(session: Session) -> None:
    """Once more. Whoever asks waits for whoever else asks, until that transaction ends."""
    session.execute(update(Weighing).values(asked=Weighing.asked + 1))


def weigh_alone(session: Session) -> bool:
    """Whether nobody else weighs all files until this transaction ends."""
    return session.scalar(select(func.pg_try_advisory_xact_lock(WEIGHER)))


def keep_due(session: Session, files: Iterable[File]) -> None:
    """These, in their order, instead of those of before. Whoever disposes of a file is waited for, or waits."""
    session.execute(ALONE)
    session.execute(delete(DueFile))
    due = (DueFile(cases=list(file.cases), code=file.due.code, due_on=file.due.on) for file in files)
    insert_rows(session, due)
    session.execute(GONE)


def list_were_due(session: Session, code: str | None, at_once: int) -> Iterator[list[list[UUID]]]:
    """The cases of each file that was due when they were last weighed, the longest overdue first, so many at once."""
    query = select(DueFile.due_on, DueFile.id, DueFile.cases).order_by(DueFile.due_on, DueFile.id).limit(at_once)
    if code is not None:
        query = query.where(DueFile.code == code)
    last = (date.min, UUID(int=0))
    while rows := session.execute(query.where(tuple_(DueFile.due_on, DueFile.id) > last)).all():
        yield [row.cases for row in rows]
        last = (rows[-1].due_on, rows[-1].id)


def read_story(session: Session, cases: Iterable[UUID]) -> tuple[set[UUID], set[Link]]:
    """All cases that are of one story with these, and what links them."""
    found, links, fresh = set[UUID](), set[Link](), set(cases)
    while fresh:
        found |= fresh
        near = {(row.one, row.other) for row in session.execute(LINKS, {"cases": sorted(fresh)})}
        links |= near
        fresh = {case for link in near for case in link} - found
    return found, links


def read_records_of(session: Session, cases: Iterable[UUID]) -> Iterator[Record]:
    """What every file says of each person whom these cases are about."""
    records = session.scalars(WHOSE, {"cases": sorted(cases)}).all()
    yield from as_records(session.execute(OF_RECORDS, {"records": records}))
