"""What was said to be wrong about people, and what came of it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.models import Rectification


def list_rectifications(session: Session, person_ids: Iterable[UUID]) -> Sequence[Rectification]:
    """Everything that was said to be wrong about these people, in order."""
    query = select(Rectification).where(Rectification.person_id.in_(list(person_ids)))
    return session.scalars(query.order_by(Rectification.made_at, Rectification.id)).all()
