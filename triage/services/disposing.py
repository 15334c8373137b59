"""Letting files go: put together by information governance, agreed to by another, done by the service.

The database deletes nothing else, and works out for itself that each file is due and that nobody holds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from triage.access.ledger import foretell_left
from triage.errors import Conflict, Forbidden, NotFound, Problem, invalid
from triage.models import AccessRequest, Disposal, DisposalItem, Enquiry, Person, Referral
from triage.services.desk import Desk, seeing_all
from triage.services.events import Logged, record
from triage.services.retention import list_due
from triage.services.weighing import ask_again, read_standing
from triage.store.ledger import stream_case
from triage.store.locking import lock, lock_people
from triage.store.references import name_cases
from triage.store.retention import (
    Leaving,
    count_rows,
    dispose,
    find_fault,
    find_leaving,
    finish,
    list_at_end,
    list_promised,
    prepare_alone,
    take_item,
)
from workflows.retention import File

PREPARES = ("information_governance",)
AGREES = ("information_governance", "mash_manager")
MOST = 500  # files in one disposal: what two people can look through


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeItem:
    """Leave a file out of a disposal before anybody agrees to it, and why."""

    item_id: UUID
    reason: str


def prepare(desk: Desk, code: str | None = None) -> Disposal:
    """Put together the files that are due today and stand in no disposal yet, the longest overdue first, 500 at most.

    Of those that were due when the files were last weighed, each weighed anew. Forbidden for whoever may not; Conflict
    where nothing is due, or nothing was weighed yet.
    """
    _admit(desk, PREPARES)
    prepare_alone(desk.session)
    due = list_due(desk, code, list_promised(desk.session), MOST)
    if not due:
        raise Conflict(_say_none(desk))
    with seeing_all(desk):
        cases = [case for file in due for case in file.cases]
        named, counts = name_cases(desk.session, cases), count_rows(desk.session, cases)
    disposal = Disposal(
        on_day=desk.today,
        schedule_hash=desk.pack.retention.hash,
        counts=counts,
        prepared_at=desk.now,
        prepared_by_id=desk.actor.id,
    )
    disposal.items = [_item(file, named) for file in due]
    desk.session.add(disposal)
    _note(desk, disposal, "disposal_prepared", files=len(due), rows=counts)
    return disposal


def exclude(desk: Desk, command: ExcludeItem) -> DisposalItem:
    """Leave a file out. Forbidden, NotFound, Invalid without a reason, or Conflict once somebody has agreed."""
    _admit(desk, AGREES)
    item = desk.session.get(DisposalItem, command.item_id)
    if item is None:
        raise NotFound(Problem("not_found", "There is no such file in a disposal, or it is not yours to see."))
    if not command.reason.strip():
        raise invalid("reason", "Say why this file is to be kept.")
    disposal = _open(desk, item.disposal_id)
    desk.session.refresh(item)
    if item.excluded_at:
        raise Conflict(Problem("excluded", "This file is left out already."))
    item.excluded_at, item.excluded_by_id, item.excluded_reason = desk.now, desk.actor.id, command.reason.strip()
    _note(desk, disposal, "file_left_out", item=str(item.id), reason=command.reason.strip())
    return item


def approve(desk: Desk, disposal_id: UUID) -> Disposal:
    """Agree to what another prepared. Forbidden, NotFound, or Conflict for whoever prepared it."""
    _admit(desk, AGREES)
    disposal = _open(desk, disposal_id)
    if disposal.prepared_by_id == desk.actor.id:
        message = "You put this together. Somebody else must agree to it."
        raise Conflict(Problem("own", message))
    disposal.approved_at, disposal.approved_by_id = desk.now, desk.actor.id
    _note(desk, disposal, "disposal_approved")
    return disposal


def withdraw(desk: Desk, disposal_id: UUID) -> Disposal:
    """Let nothing of it go. Forbidden, NotFound, or Conflict once somebody has agreed."""
    _admit(desk, AGREES)
    disposal = _open(desk, disposal_id)
    disposal.withdrawn_at, disposal.withdrawn_by_id = desk.now, desk.actor.id
    _note(desk, disposal, "disposal_withdrawn")
    return disposal


def dispose_next(desk: Desk) -> DisposalItem | None:
    """Let the next file go that was agreed to, or say why the database keeps it; None where there is none.

    One file a transaction. Safe to run several at once, and again after being killed at any point.
    """
    item = take_item(desk.session)
    if item is None:
        return None
    if fault := _let_go(desk, item):
        item.skipped = fault
        _note(desk, lock(desk.session, Disposal, item.disposal_id), "file_passed_over", item=str(item.id), why=fault)
    return item


def finish_disposals(desk: Desk) -> int:
    """Say of each disposal of which nothing is left to do that it is at its end, with its certificate; how many."""
    ended = list_at_end(desk.session)
    for key in ended:
        disposal = lock(desk.session, Disposal, key)
        certificate = finish(desk.session, key, desk.now)
        desk.session.refresh(disposal)
        record(desk, disposal, "disposal_executed", certificate=certificate.hex())
    if ended:
        ask_again(desk)
    return len(ended)


def _lock_file(desk: Desk, item: DisposalItem, leaving: Leaving) -> Iterator[Logged]:
    """Every row with a log of its own that goes with the file: enquiries, people, referrals, as ever, then requests."""
    people, referrals, requests = leaving
    yield from (lock(desk.session, Enquiry, key) for key in sorted(set(item.cases) - set(referrals)))
    lock_people(desk.session, people)
    yield from (lock(desk.session, Person, key) for key in people)
    yield from (lock(desk.session, Referral, key) for key in sorted(referrals))
    yield from (lock(desk.session, AccessRequest, key) for key in sorted(requests))


def _let_go(desk: Desk, item: DisposalItem) -> str | None:
    """All of the file goes, or none, and why not."""
    if fault := find_fault(desk.session, item.id, desk.today):
        return fault
    leaving = find_leaving(desk.session, item.cases)
    try:
        rows = list(_lock_file(desk, item, leaving))
    except NotFound:
        return "went in another disposal"
    if find_leaving(desk.session, item.cases) != leaving:
        return "belongs with somebody else by now"
    return find_fault(desk.session, item.id, desk.today) or _dispose(desk, item, rows)


def _dispose(desk: Desk, item: DisposalItem, rows: list[Logged]) -> str | None:
    """Each log ends with a word of where its case went and of what is left of it, and then it goes."""
    now = desk.now
    try:
        with desk.session.begin_nested():
            for row in rows:
                left = foretell_left(stream_case(desk.session, row.id), now).hex()
                record(desk, row, "disposed", disposal=str(item.disposal_id), item=str(item.id), left=left)
            desk.session.flush()
            dispose(desk.session, item.id, now)
    except IntegrityError as refusal:
        return str(refusal.orig).partition("\n")[0]
    for row in rows:
        desk.session.expunge(row)
    desk.session.refresh(item)
    return None


def _say_none(desk: Desk) -> Problem:
    if read_standing(desk).worked_at is None:
        return Problem("not_weighed", "What is due has not been worked out yet. Try again in a few minutes.")
    return Problem("nothing_due", "Nothing is due that does not stand in a disposal already.")


def _item(file: File, named: dict[UUID, str]) -> DisposalItem:
    return DisposalItem(
        cases=list(file.cases),
        references=sorted(named[case] for case in file.cases),
        code=file.due.code,
        since=file.due.since,
        due_on=file.due.on,
        people=len(file.people),
        disposal=None,
    )


def _open(desk: Desk, disposal_id: UUID) -> Disposal:
    """The disposal, locked, while something may still be said about it."""
    disposal = lock(desk.session, Disposal, disposal_id)
    if disposal.state != "prepared":
        raise Conflict(Problem("settled", f"This disposal is {disposal.state} already."))
    return disposal


def _admit(desk: Desk, roles: tuple[str, ...]) -> None:
    if desk.actor.role not in roles:
        raise Forbidden(Problem("role", "Files are let go by information governance, and agreed to by a manager."))


def _note(desk: Desk, disposal: Disposal, type_: str, **data: object) -> None:
    """The disposal's log, which whoever governs information may not write by hand."""
    with seeing_all(desk):
        record(desk, disposal, type_, **data)
