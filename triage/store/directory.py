"""The services of the directory, and the room that each said last."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased, joinedload

from triage.errors import NotFound, Problem
from triage.models import Capacity, DirectoryFile, DirectoryService
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


def lock_directory(session: Session) -> None:
    """Nobody else takes a file in until this transaction ends."""
    session.execute(text("LOCK TABLE directory_services IN SHARE ROW EXCLUSIVE MODE"))


def fingerprint_directory(session: Session) -> bytes:
    """The hash of every service as its file has it: another whenever a file changed one."""
    told = func.string_agg(
        func.concat(DirectoryService.id, DirectoryService.document), aggregate_order_by(text("''"), DirectoryService.id)
    )
    return session.scalar(select(func.sha256(func.convert_to(func.coalesce(told, ""), "UTF8")))) or b""


def find_file(session: Session, sender_id: UUID) -> DirectoryFile | None:
    """The file that somebody sent and has not taken in."""
    return session.get(DirectoryFile, sender_id)


def put_file_aside(session: Session, sender_id: UUID) -> None:
    """It is kept no longer."""
    session.execute(delete(DirectoryFile).where(DirectoryFile.sent_by_id == sender_id))


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
