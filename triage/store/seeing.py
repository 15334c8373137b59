"""Whether somebody sees a row: asked of the database, whatever the session has read for somebody else."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.models import Enquiry, Referral


def is_seen(session: Session, model: type[Enquiry] | type[Referral], key: UUID) -> bool:
    """Whether whoever acts now may see it."""
    return session.scalar(select(model.id).where(model.id == key)) is not None
