"""Reading somebody's secrets, to see whether whoever claims to be them is."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

from triage.access.actor import claimant
from triage.database import acting_as


@contextmanager
def claiming(session: Session, user_id: UUID) -> Iterator[None]:
    """This one person's secrets can be read and written for as long as the block lasts, and no case."""
    session.flush()
    with acting_as(session, claimant(user_id)):
        yield
        session.flush()
        session.expire_all()  # so that no secret is read from memory afterwards
