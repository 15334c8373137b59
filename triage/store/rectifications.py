"""What was said to be wrong about people, and what came of it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from triage.models import Rectification

OF_PEOPLE = (
    select(Rectification)
    .where(Rectification.person_id.in_(bindparam("people", expanding=True)))
    .order_by(Rectification.made_at, Rectification.id)
)


def list_rectifications(session: Session, person_ids: Iterable[UUID]) -> Sequence[Rectification]:
    """Everything that was said to be wrong about these people, in order."""
    return session.scalars(OF_PEOPLE, {"people": list(person_ids)}).all()
