"""Which records are one person's: what people said of pairs, and the records of somebody."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Enquiry, Merge, Person, Referral, Subject

ONE = select(Person.identity_id).where(Person.id.in_(bindparam("people", expanding=True)))
RECORDS = select(Person).where(Person.identity_id.in_(ONE)).order_by(Person.id)


def records_of(person_id: UUID) -> Select[tuple[UUID]]:
    """The keys of every record of the person whom that one is of, as far as this actor sees them: to ask with."""
    return select(func.records_of(person_id).column_valued("record"))


def list_records(session: Session, person_ids: Iterable[UUID]) -> Sequence[Person]:
    """Every record of these people, the first recorded first."""
    keys = list(person_ids)
    if not keys:
        return ()
    return session.scalars(RECORDS, {"people": keys}).all()


def list_merges(session: Session, person_ids: Iterable[UUID]) -> Sequence[Merge]:
    """What was ever said of these records and any other, the first said first."""
    keys = list(person_ids)
    named = (Merge.person, Merge.other, Merge.made_by, Merge.undone_by)
    query = select(Merge).options(*(joinedload(each) for each in named)).order_by(Merge.made_at, Merge.id)
    return session.scalars(query.where(or_(Merge.person_id.in_(keys), Merge.other_id.in_(keys)))).all()


def get_merge(session: Session, key: UUID) -> Merge:
    """The merge, if this actor sees both records. NotFound if not."""
    merge = session.get(Merge, key)
    if merge is None:
        raise NotFound(Problem("not_found", "Nobody said so, or it is not yours to see."))
    return merge


def has_merged(session: Session, person_ids: Collection[UUID], actor_id: UUID) -> bool:
    """Whether this actor said, of one of these people, that two records are theirs."""
    said = (Merge.made_by_id == actor_id, Merge.undone_at.is_(None))
    of_them = select(Person.identity_id).where(Person.id.in_(list(person_ids)))
    query = select(Merge.id).join(Person, Person.id == Merge.person_id).where(*said, Person.identity_id.in_(of_them))
    return session.scalar(query.limit(1)) is not None


def list_enquiries_in(session: Session, person_ids: Iterable[UUID], states: Sequence[str]) -> Sequence[UUID]:
    """The keys of the enquiries in these states about any record of these people, the later before the earlier."""
    one = select(Person.identity_id).where(Person.id.in_(list(person_ids)))
    about = select(Subject.enquiry_id).join(Person, Person.id == Subject.person_id).where(Person.identity_id.in_(one))
    query = select(Enquiry.id).where(Enquiry.id.in_(about), Enquiry.state.in_(states))
    return session.scalars(query.order_by(Enquiry.received_at.desc(), Enquiry.id.desc())).all()


def list_cases_of(
    session: Session, person_ids: Iterable[UUID], *, every_referral: bool = False
) -> dict[UUID, list[Enquiry | Referral]]:
    """The enquiries about each record, then the referrals: every one, or those by import that have no enquiry."""
    keys = list(person_ids)
    told = select(Subject.person_id, Enquiry).join(Enquiry).where(Subject.person_id.in_(keys))
    referred = select(Referral.person_id, Referral).where(Referral.person_id.in_(keys))
    if not every_referral:
        referred = referred.where(Referral.enquiry_id.is_(None))
    found: dict[UUID, list[Enquiry | Referral]] = {key: [] for key in keys}
    for person_id, case in (
        *session.execute(told.order_by(Enquiry.received_at.desc(), Enquiry.id)),
        *session.execute(referred.order_by(Referral.requested_at.desc(), Referral.id)),
    ):
        found[person_id].append(case)
    return found
