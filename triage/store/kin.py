"""The enquiries that one was split from or into, and joined to or with."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from triage.models import Enquiry
from triage.store.enquiries import list_joined

SPLIT_OFF = select(Enquiry).where(Enquiry.split_from_id == bindparam("enquiry")).order_by(Enquiry.reference)


@dataclass(frozen=True, slots=True)
class Kin:
    """Those that this actor may see. `joined_here` are by when they were received."""

    split_from: Enquiry | None
    split_off: Sequence[Enquiry]
    joined_into: Enquiry | None
    joined_here: Sequence[Enquiry]


def find_kin(session: Session, enquiry: Enquiry) -> Kin:
    """What was made of an enquiry, and of what it was made."""
    return Kin(
        split_from=_find(session, enquiry.split_from_id),
        split_off=session.scalars(SPLIT_OFF, {"enquiry": enquiry.id}).all(),
        joined_into=_find(session, enquiry.joined_into_id),
        joined_here=sorted(list_joined(session, enquiry.id), key=lambda each: each.received_at),
    )


def _find(session: Session, key: UUID | None) -> Enquiry | None:
    return session.get(Enquiry, key) if key else None
