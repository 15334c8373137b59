"""Requests for what is held about somebody, what was gathered for them, and what was said of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import AccessExport, AccessJudgement, AccessRequest
from workflows.access_request import OPEN

NEXT = text("SELECT nextval('access_reference')")


def next_access_reference(session: Session, year: int) -> str:
    """A reference like SAR-2013-000012. The number rises for ever; a rolled back one is not used again."""
    return f"SAR-{year}-{session.scalar(NEXT):06d}"


def get_request(session: Session, key: UUID) -> AccessRequest:
    """The request with whom it is about. NotFound if unseen."""
    request = session.get(AccessRequest, key, options=[joinedload(AccessRequest.person)])
    if request is None:
        raise NotFound(Problem("not_found", "There is no such request, or it is not yours to see."))
    return request


def list_requests(session: Session, *, are_open: bool, limit: int = 200) -> Sequence[AccessRequest]:
    """Those that this actor may see, the first due first; of those that are over, the last first."""
    query = select(AccessRequest).options(joinedload(AccessRequest.person)).limit(limit)
    if are_open:
        query = query.where(AccessRequest.state.in_(OPEN)).order_by(AccessRequest.due_on, AccessRequest.reference)
    else:
        query = query.where(AccessRequest.state.not_in(OPEN)).order_by(AccessRequest.ended_at.desc())
    return session.scalars(query).all()


def list_exports(session: Session, request_id: UUID, kind: str) -> Sequence[AccessExport]:
    """What was kept of that kind, in order."""
    query = select(AccessExport).where(AccessExport.request_id == request_id, AccessExport.kind == kind)
    return session.scalars(query.order_by(AccessExport.made_at, AccessExport.id)).all()


def list_judgements(session: Session, material_id: UUID) -> Sequence[AccessJudgement]:
    """What was said of the passages of one gathering, in order."""
    query = select(AccessJudgement).where(AccessJudgement.material_id == material_id)
    return session.scalars(query.order_by(AccessJudgement.judged_at, AccessJudgement.id)).all()
