"""What the database knows of how long files are kept, and the functions of its owner by which they go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, bindparam, func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.models import Disposal, DisposalItem, Enquiry, Event, Hold, Referral, Subject
from triage.store.references import name_cases
from workflows.retention import Record

FACTS = text(
    "SELECT identity_id, file_id, route, section_47, protection_plan, is_open, closed_on, birth_date, death_date,"
    " kept_as FROM retention_facts"
)
WAITS = (
    DisposalItem.disposed_at.is_(None),
    DisposalItem.excluded_at.is_(None),
    DisposalItem.skipped.is_(None),
)
Link = tuple[UUID, UUID]
Leaving = tuple[list[UUID], list[UUID], list[UUID]]
PREPARER = 2013_0019  # the advisory lock of whoever puts a disposal together
COUNT = text("SELECT count_file(:cases)").bindparams(bindparam("cases", type_=ARRAY(Uuid())))


def read_records(session: Session) -> Iterator[Record]:
    """What each file says of each person in it, as far as whoever acts may see."""
    return as_records(session.execute(FACTS))


def as_records(rows: Iterable[Any]) -> Iterator[Record]:
    """Each row of FACTS as a schedule looks at it."""
    for person, file, *told, kept_as in rows:
        yield Record(person, file, *told, frozenset(kept_as))


def read_links(session: Session) -> list[Link]:
    """The cases that are one story: joined, split off, stepped up or down."""
    return [(row.one, row.other) for row in session.execute(text("SELECT one, other FROM file_links"))]


def read_held(session: Session) -> set[UUID]:
    """The people and cases that somebody holds, or that a request which runs holds by itself."""
    of_people = "SELECT p.identity_id, h.file_id FROM standing_holds h LEFT JOIN people p ON p.id = h.person_id"
    rows = session.execute(text(of_people))
    return {key for row in rows for key in row if key}


def count_rows(session: Session, cases: list[UUID]) -> dict[str, int]:
    """How many rows of each table would go with these cases, or be emptied."""
    return session.scalar(COUNT, {"cases": cases})


def list_disposals(session: Session, most: int) -> list[tuple[Disposal, int]]:
    """The newest first, and how many files each has: that they are 500 each is not read to be counted."""
    of_it = select(func.count()).where(DisposalItem.disposal_id == Disposal.id).correlate(Disposal).scalar_subquery()
    query = select(Disposal, of_it).options(joinedload(Disposal.prepared_by), joinedload(Disposal.approved_by))
    rows = session.execute(query.order_by(Disposal.prepared_at.desc(), Disposal.id).limit(most))
    return [(row, files) for row, files in rows]


def prepare_alone(session: Session) -> None:
    """Wait until nobody else puts a disposal together: two who did so at once would both take the same files."""
    session.execute(select(func.pg_advisory_xact_lock(PREPARER)))


def list_promised(session: Session) -> set[UUID]:
    """The cases that stand in a disposal already which is neither withdrawn nor at its end."""
    query = select(DisposalItem.cases).join(Disposal)
    open_ = query.where(Disposal.withdrawn_at.is_(None), Disposal.executed_at.is_(None), *WAITS)
    return {case for cases in session.scalars(open_) for case in cases}


def list_holds(session: Session) -> list[Hold]:
    """Those that stand, the newest first."""
    return list(session.scalars(select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.placed_at.desc(), Hold.id)))


def name_held(session: Session, holds: Iterable[Hold]) -> dict[UUID, str]:
    """What each hold is on: "ENQ-2013-000001", or "a person in ENQ-2013-000001"."""
    keys = {hold.id: hold.enquiry_id or hold.referral_id or hold.person_id for hold in holds}
    named = name_cases(session, keys.values())
    told = select(Subject.person_id, Enquiry.reference).join(Enquiry).where(Subject.person_id.in_(keys.values()))
    handed = select(Referral.person_id, Referral.reference).where(Referral.person_id.in_(keys.values()))
    for person, reference in (*session.execute(handed), *session.execute(told)):
        named[person] = f"a person in {reference}"
    return {hold: named.get(key, "a person in no case") for hold, key in keys.items()}


def take_item(session: Session) -> DisposalItem | None:
    """A file whose time has come and that nobody disposes of now, locked; None where there is none."""
    query = select(DisposalItem).join(Disposal).where(Disposal.approved_at.is_not(None), *WAITS)
    in_order = query.order_by(Disposal.approved_at, DisposalItem.id).limit(1)
    return session.scalar(in_order.with_for_update(of=DisposalItem, skip_locked=True, key_share=True))


def list_at_end(session: Session) -> list[UUID]:
    """The disposals of which nothing is left to do but to say so."""
    left = select(DisposalItem.id).where(DisposalItem.disposal_id == Disposal.id, *WAITS)
    query = select(Disposal.id).where(Disposal.approved_at.is_not(None), Disposal.executed_at.is_(None))
    return list(session.scalars(query.where(~left.exists()).order_by(Disposal.id)))


def find_leaving(session: Session, cases: list[UUID]) -> Leaving:
    """The people of whom nothing would be left, the referrals that go with these cases, and requests for records."""
    asked = text("SELECT people, referrals, requests FROM file_of(:cases)")
    row = session.execute(asked.bindparams(bindparam("cases", cases, ARRAY(Uuid())))).one()
    return sorted(row.people), sorted(row.referrals), sorted(row.requests)


def find_fault(session: Session, item_id: UUID, on_day: date) -> str | None:
    """Why the database would not let it go that day, if it would not."""
    return session.scalar(select(func.fault_of_disposing(item_id, on_day)))


def dispose(session: Session, item_id: UUID, at: datetime) -> dict[str, Any]:
    """Let it go: how many rows of each table went. IntegrityError where the database finds a reason to keep it."""
    return session.scalar(select(func.dispose_item(item_id, at)))


def finish(session: Session, disposal_id: UUID, at: datetime) -> bytes:
    """Say that a disposal is at its end; its certificate."""
    return session.scalar(select(func.finish_disposal(disposal_id, at)))


def forget_routine(session: Session, code: str, at: datetime) -> int:
    """Let go what of a class is older than the class keeps it; how many rows."""
    return session.scalar(select(func.forget_routine(code, at)))


@dataclass(frozen=True, slots=True)
class Certified:
    """A disposal that was agreed to: whether its certificates agree, and how many events went with each item.

    `logged` is whether its own log says too that these two prepared it and agreed to it.
    """

    id: UUID
    schedule_hash: str
    logged: bool
    certified: bool
    items: dict[str, int]


def read_certified(session: Session) -> Iterator[Certified]:
    """Each of them. What its row says, what its log said at its end, and what the database works out now are one."""
    logged = _is_logged("disposal_prepared", Disposal.prepared_by_id)
    logged &= _is_logged("disposal_approved", Disposal.approved_by_id)
    said = select(func.max(Event.data["certificate"].astext)).where(
        Event.case_id == Disposal.id, Event.case_kind == "disposal", Event.type == "disposal_executed"
    )
    worked_out = func.encode(func.certificate_of(Disposal.id), "hex")
    kept = func.encode(Disposal.certificate, "hex")
    certificates = (kept, worked_out, said.correlate(Disposal).scalar_subquery())
    query = select(Disposal.id, Disposal.schedule_hash, logged, Disposal.executed_at, *certificates)
    agreed = query.where(Disposal.approved_at.is_not(None)).order_by(Disposal.id)
    for key, schedule, is_logged, executed_at, *found in session.execute(agreed):
        certified = len(set(found)) == 1 if executed_at else found[0] is found[2] is None
        yield Certified(key, schedule, is_logged, certified, _count_emptied(session, key))


def _is_logged(type_: str, by: ColumnElement[UUID]) -> ColumnElement[bool]:
    of_it = (Event.case_kind == "disposal", Event.case_id == Disposal.id, Event.type == type_, Event.actor_id == by)
    return select(Event.id).where(*of_it).correlate(Disposal).exists()


def list_agreed(session: Session) -> list[Disposal]:
    """Every disposal that was agreed to, in order, with its files."""
    query = select(Disposal).where(Disposal.approved_at.is_not(None)).options(selectinload(Disposal.items))
    return list(session.scalars(query.order_by(Disposal.approved_at, Disposal.id)))


def _count_emptied(session: Session, disposal_id: UUID) -> dict[str, int]:
    query = select(DisposalItem.id, DisposalItem.counts["events"].as_integer())
    gone = query.where(DisposalItem.disposal_id == disposal_id, DisposalItem.disposed_at.is_not(None))
    return {str(key): count for key, count in session.execute(gone)}
