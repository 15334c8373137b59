"""Queries about letters and photographs. Only one of them reads what is in one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Enquiry, File, Referral


def get_file(session: Session, key: UUID, *, anew: bool = False) -> File:
    """The file, without its content; as it is now, if `anew`, whatever was read before. NotFound if unseen."""
    file = session.get(File, key, populate_existing=anew)
    if file is None:
        raise NotFound(Problem("not_found", "There is no such file, or it is not yours to see."))
    return file


def read_sealed(session: Session, key: UUID) -> bytes | None:
    """What is in it, sealed; None where it was taken away or is unseen."""
    return session.scalar(select(File.content).where(File.id == key))


def list_files(session: Session, case: Enquiry | Referral) -> Sequence[File]:
    """What came with a case, in order; with a referral also what came with its enquiry."""
    enquiry = case if isinstance(case, Enquiry) else case.enquiry
    wanted = [File.referral_id == case.id] if isinstance(case, Referral) else []
    wanted += [_of_enquiry(enquiry)] if enquiry else []
    shown = (joinedload(File.enquiry), joinedload(File.added_by), joinedload(File.removed_by))
    return session.scalars(select(File).where(or_(*wanted)).options(*shown).order_by(File.added_at, File.id)).all()


def _of_enquiry(enquiry: Enquiry) -> ColumnElement[bool]:
    """What came with it, with what was joined to it, and with what it was split from before that."""
    here = File.enquiry_id.in_(select(func.joined_here(enquiry.id)))
    return or_(here, and_(File.enquiry_id == enquiry.split_from_id, File.added_at <= enquiry.logged_at))


def measure_files(session: Session, case: Enquiry | Referral) -> int:
    """How many bytes are kept for the case itself."""
    of_case = File.enquiry_id if isinstance(case, Enquiry) else File.referral_id
    query = select(func.coalesce(func.sum(File.size), 0)).where(of_case == case.id, File.removed_at.is_(None))
    return session.scalar(query) or 0
