"""Row locks: one reader-for-change at a time for a case, taken once a transaction."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from triage.errors import NotFound, Problem
from triage.models import (
    AccessRequest,
    AgencyCheck,
    Disposal,
    Enquiry,
    Person,
    PolicyVersion,
    Rectification,
    Referral,
    Transfer,
)

Row = TypeVar(
    "Row", Enquiry, Referral, AgencyCheck, Person, PolicyVersion, Transfer, AccessRequest, Rectification, Disposal
)
WORDS = {
    Enquiry: "enquiry",
    Referral: "referral",
    AgencyCheck: "check",
    Person: "person",
    PolicyVersion: "policy",
    Transfer: "offer",
    AccessRequest: "request",
    Rectification: "correction",
    Disposal: "disposal",
}


def lock(session: Session, model: type[Row], key: UUID) -> Row:
    """The row of that key, locked until this transaction ends. NotFound where this actor may see none."""
    held = session.info.setdefault("held", {})
    if key not in held:
        held[key] = _take(session, model, key)
    return held[key]


def lock_people(session: Session, keys: Iterable[UUID]) -> None:
    """Several people with every record of each, always in the same order, so that no two who do so wait for each other.

    Read again until nobody has said meanwhile that another record is theirs too.
    """
    people, held = set(keys), set()
    while waiting := (people | _find_records(session, people)) - held:
        for key in sorted(waiting):
            lock(session, Person, key)
        held |= waiting


def _find_records(session: Session, keys: set[UUID]) -> set[UUID]:
    with session.no_autoflush:
        one = select(Person.identity_id).where(Person.id.in_(keys))
        return set(session.scalars(select(Person.id).where(Person.identity_id.in_(one))))


def lock_if_free(session: Session, model: type[Row], key: UUID) -> Row | None:
    """The same without ever waiting: None where somebody else holds it now."""
    held = session.info.setdefault("held", {})
    if key not in held:
        row = _read_locked(session, model, key, skip_locked=True)
        if row is None:
            return None
        held[key] = row
    return held[key]


def _take(session: Session, model: type[Row], key: UUID) -> Row:
    row = _read_locked(session, model, key)
    if row is None:
        raise NotFound(Problem("not_found", f"There is no such {WORDS[model]}, or it is not yours to see."))
    return row


def _read_locked(session: Session, model: type[Row], key: UUID, *, skip_locked: bool = False) -> Row | None:
    """Lock first, then read: what was read before is read again only if somebody changed it meanwhile.

    No key of ours ever changes, so whoever only refers to the row (a child's referral to its enquiry) need not wait.
    """
    with session.no_autoflush:
        query = select(model.version).where(model.id == key).with_for_update(key_share=True, skip_locked=skip_locked)
        version = session.scalar(query)
        row = session.get(model, key) if version is not None else None
        if row is not None and row.version != version:
            session.refresh(row)
    return row


def hold(session: Session, row: Enquiry | Referral | AgencyCheck | PolicyVersion | Transfer) -> None:
    """A row that this transaction made is its own already."""
    session.info.setdefault("held", {})[row.id] = row


@event.listens_for(Session, "after_transaction_end")
def _release(session: Session, transaction: object) -> None:
    if getattr(transaction, "parent", None) is None:
        session.info.pop("held", None)
