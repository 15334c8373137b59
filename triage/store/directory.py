"""The services of the directory, and the room that each said last."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from triage.errors import NotFound, Problem
from triage.models import Capacity, DirectoryService
from triage.models.directory import ACTIVE

Held = tuple[DirectoryService, Capacity | None]


def list_services(session: Session, *, every: bool = False) -> Sequence[Held]:
    """The active services, or every one there is, by key, each with what was said last of its room."""
    query = _with_room().order_by(DirectoryService.id)
    return _pairs(session.execute(query if every else query.where(DirectoryService.status == ACTIVE)))


def page_of_services(session: Session, number: int, size: int) -> tuple[Sequence[Held], int]:
    """One page of all the active ones by name, and how many there are."""
    active = DirectoryService.status == ACTIVE
    query = _with_room().where(active).order_by(DirectoryService.name, DirectoryService.id)
    rows = session.execute(query.limit(size).offset((number - 1) * size))
    total = session.scalar(select(func.count()).select_from(DirectoryService).where(active))
    return _pairs(rows), total or 0


def get_service(session: Session, key: UUID) -> Held:
    """The service and what was said last of its room. NotFound where there is none of that key."""
    row = session.execute(_with_room().where(DirectoryService.id == key)).one_or_none()
    if row is None:
        raise NotFound(Problem("not_found", "There is no such service in the directory."))
    return row[0], row[1]


def hold_services(session: Session, keys: Collection[UUID]) -> dict[UUID, Held]:
    """Those of these that there are, locked in one order until the transaction ends: of two who import, one waits."""
    lock = select(DirectoryService.id).where(DirectoryService.id.in_(keys)).order_by(DirectoryService.id)
    session.execute(lock.with_for_update(key_share=True)).all()
    rows = session.execute(_with_room().where(DirectoryService.id.in_(keys)))
    return {service.id: (service, said) for service, said in rows}


def list_said(session: Session, key: UUID, most: int) -> Sequence[Capacity]:
    """What was said of its room, the last first."""
    query = select(Capacity).where(Capacity.service_id == key).options(joinedload(Capacity.said_by))
    return session.scalars(query.order_by(Capacity.said_at.desc(), Capacity.id.desc()).limit(most)).all()


def _pairs(rows: Iterable[Any]) -> list[Held]:
    return [(service, said) for service, said in rows]


def _with_room() -> Select[tuple[DirectoryService, Capacity | None]]:
    latest = (
        select(Capacity.id)
        .where(Capacity.service_id == DirectoryService.id)
        .order_by(Capacity.said_at.desc(), Capacity.id.desc())
        .limit(1)
        .correlate(DirectoryService)
        .scalar_subquery()
    )
    said = aliased(Capacity)
    return select(DirectoryService, said).outerjoin(said, said.id == latest).options(joinedload(said.said_by))
