"""What was read is on record: one row a page or answer that shows people, in the transaction that it was read in."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from triage.access.ledger import seal_reading
from triage.models import Enquiry, Reading, ReadingHead, Referral
from triage.services.desk import Desk
from triage.services.events import KINDS

Case = Enquiry | Referral


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
    query = select(ReadingHead.number, ReadingHead.hash).where(ReadingHead.reader_id == desk.actor.id).with_for_update()
    found = desk.session.execute(query).one_or_none()
    if found is None:
        first = insert_or_leave(ReadingHead.__table__).values(reader_id=desk.actor.id, number=0, hash=b"")
        desk.session.execute(first.on_conflict_do_nothing())
        found = desk.session.execute(query).one()
    return found


def _append(desk: Desk, reading: Reading) -> None:
    """The reading and its chain's new head, in one statement."""
    reading.hash = seal_reading(reading)
    mine, row = ReadingHead.__table__.c.reader_id == reading.reader_id, Reading.__table__
    moved = update(ReadingHead.__table__).where(mine).values(number=reading.number, hash=reading.hash).cte("moved")
    values = {column.key: getattr(reading, column.key) for column in row.columns if column.key != "xid"}
    desk.session.execute(insert(row).values(values).add_cte(moved))
