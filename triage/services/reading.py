"""What was read is on record: one row a page or answer that shows people, in the transaction that it was read in."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from triage.access.ledger import seal_reading
from triage.models import Enquiry, Reading, ReadingHead, Referral
from triage.services.desk import Desk
from triage.services.events import KINDS

Case = Enquiry | Referral
# Statements that are put together once: every page needs them.
HEADS, READINGS = ReadingHead.__table__, Reading.__table__
MINE = HEADS.c.reader_id == bindparam("reader")
HEAD = select(HEADS.c.number, HEADS.c.hash).where(MINE).with_for_update()
MOVED = update(HEADS).where(MINE).values(number=bindparam("head_number"), hash=bindparam("head_hash")).cte("moved")
# No value may be called as a column is: it would be written to both tables.
WRITTEN = {f"its_{column.key}": column.key for column in READINGS.columns if column.key != "xid"}
APPEND = insert(READINGS).values({column: bindparam(name) for name, column in WRITTEN.items()}).add_cte(MOVED)


def people_of(cases: Iterable[Case]) -> set[UUID]:
    """Whom these cases are about."""
    return {key for case in cases for key in _people_in(case)}


def _people_in(case: Case) -> Iterable[UUID]:
    if isinstance(case, Referral):
        return (case.person_id,)
    return (subject.person_id for subject in case.subjects)


def note_reading(desk: Desk, what: str, people: Iterable[UUID], case: Case | None = None) -> None:
    """Put on record that this actor was shown these people by `what`, an endpoint's name; of that case, if of one.

    Nothing where nobody was shown. To be called last: until the transaction ends, this reader's next page waits for it.
    """
    shown = sorted(set(people))
    if not shown and case is None:
        return
    head = _hold_head(desk)
    reading = Reading(
        reader_id=desk.actor.id,
        number=head.number + 1,
        at=desk.now,
        reader_name=desk.actor.name,
        reader_role=desk.actor.role,
        purpose=desk.purpose,
        request_id=desk.request_id,
        what=what,
        case_kind=KINDS[type(case)] if case else None,
        case_id=case.id if case else None,
        people=shown,
        previous_hash=head.hash,
        hash=b"",
    )
    _append(desk, reading)


def _hold_head(desk: Desk) -> ReadingHead:
    """The head of this reader's chain, locked until the transaction ends."""
    mine = {"reader": desk.actor.id}
    found = desk.session.execute(HEAD, mine).one_or_none()
    if found is None:
        first = insert_or_leave(ReadingHead.__table__).values(reader_id=desk.actor.id, number=0, hash=b"")
        desk.session.execute(first.on_conflict_do_nothing())
        found = desk.session.execute(HEAD, mine).one()
    return found


def _append(desk: Desk, reading: Reading) -> None:
    """The reading and its chain's new head, in one statement."""
    reading.hash = seal_reading(reading)
    head = {"reader": reading.reader_id, "head_number": reading.number, "head_hash": reading.hash}
    desk.session.execute(APPEND, {name: getattr(reading, column) for name, column in WRITTEN.items()} | head)
