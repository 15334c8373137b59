"""Queries about letters and photographs. Only one of them reads what is in one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Enquiry, File, Referral

# What came with an enquiry, with what was joined to it, and with what it was split from before that; and a referral.
HERE = File.enquiry_id.in_(select(func.joined_here(bindparam("enquiry", type_=Uuid))))
BEFORE_SPLIT = and_(File.enquiry_id == bindparam("split_from"), File.added_at <= bindparam("logged_at"))
OF_CASE = (
    select(File)
    .where(or_(HERE, BEFORE_SPLIT, File.referral_id == bindparam("referral")))
    .options(joinedload(File.enquiry), joinedload(File.added_by), joinedload(File.removed_by))
    .order_by(File.added_at, File.id)
)


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
    enquiry, referral = (case, None) if isinstance(case, Enquiry) else (case.enquiry, case.id)
    told = {"enquiry": None, "split_from": None, "logged_at": None, "referral": referral}
    if enquiry:
        told |= {"enquiry": enquiry.id, "split_from": enquiry.split_from_id, "logged_at": enquiry.logged_at}
    return session.scalars(OF_CASE, told).all()


def measure_files(session: Session, case: Enquiry | Referral) -> int:
    """How many bytes are kept for the case itself."""
    of_case = File.enquiry_id if isinstance(case, Enquiry) else File.referral_id
    query = select(func.coalesce(func.sum(File.size), 0)).where(of_case == case.id, File.removed_at.is_(None))
    return session.scalar(query) or 0
