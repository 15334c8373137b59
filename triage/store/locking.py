"""Row locks: one reader-for-change at a time for a case, taken once a transaction."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from triage.errors import NotFound, Problem
from triage.models import AgencyCheck, Enquiry, PolicyVersion, Referral

Row = TypeVar("Row", Enquiry, Referral, AgencyCheck, PolicyVersion)
WORDS = {Enquiry: "enquiry", Referral: "referral", AgencyCheck: "check", PolicyVersion: "policy"}


def lock(session: Session, model: type[Row], key: UUID) -> Row:
    """The row of that key, locked until this transaction ends. NotFound where this actor may see none."""
    held = session.info.setdefault("held", {})
    if key not in held:
        held[key] = _take(session, model, key)
    return held[key]


def _take(session: Session, model: type[Row], key: UUID) -> Row:
    """Lock first, then read: what was read before is read again only if somebody changed it meanwhile."""
    with session.no_autoflush:
        version = session.scalar(select(model.version).where(model.id == key).with_for_update())
        row = session.get(model, key) if version is not None else None
        if row is None:
            raise NotFound(Problem("not_found", f"There is no such {WORDS[model]}, or it is not yours to see."))
        if row.version != version:
            session.refresh(row)
    return row


def hold(session: Session, row: Enquiry | Referral | AgencyCheck | PolicyVersion) -> None:
    """A row that this transaction made is its own already."""
    session.info.setdefault("held", {})[row.id] = row


@event.listens_for(Session, "after_transaction_end")
def _release(session: Session, transaction: object) -> None:
    if getattr(transaction, "parent", None) is None:
        session.info.pop("held", None)
