"""Queries about restricted records: what is restricted, who sees it, who broke the glass, and what stays hidden."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from triage.errors import NotFound, Problem
from triage.models import Enquiry, GlassBreak, Person, Referral, Restriction, RestrictionReader, Subject, User
from triage.store.merges import list_records, records_of
from triage.store.people import DESCRIBED, looked_up_by
from workflows.people import Identity

SHOWN = 100
HIDDEN = select(func.hidden_records())
LIKE_HIDDEN = select(func.hidden_people(*DESCRIBED.values()))
RESTRICTED = select(Person.id).where(Person.id.in_(bindparam("people", expanding=True)), func.is_restricted(Person.id))


def get_restriction(session: Session, key: UUID) -> Restriction:
    """The restriction with its list, as they stand now, whatever was read before. NotFound if unseen."""
    found = session.get(Restriction, key, options=_whole(), populate_existing=True)
    if found is None:
        raise NotFound(Problem("not_found", "There is no such restriction, or it is not yours to see."))
    return found


def list_restrictions(session: Session) -> Sequence[Restriction]:
    """Those in force, the latest first."""
    query = select(Restriction).options(*_whole()).where(Restriction.lifted_at.is_(None))
    return session.scalars(query.order_by(Restriction.made_at.desc())).all()


def list_restrictions_on(session: Session, person_ids: Iterable[UUID]) -> Sequence[Restriction]:
    """Those in force on these people, by whichever of their records, of those that this actor may see."""
    records = [each.id for each in list_records(session, person_ids)]
    query = select(Restriction).where(Restriction.person_id.in_(records), Restriction.lifted_at.is_(None))
    return session.scalars(query.order_by(Restriction.id)).all()


def _whole() -> tuple[object, ...]:
    names = (RestrictionReader.user, RestrictionReader.added_by, RestrictionReader.removed_by)
    readers = selectinload(Restriction.readers)
    return joinedload(Restriction.made_by), readers.options(*map(joinedload, names))


def list_hidden(session: Session) -> set[UUID]:
    """The keys of whatever this actor may not be shown: people and what is about them."""
    return set(session.scalar(HIDDEN))


def list_restricted(session: Session, people: Iterable[UUID]) -> set[UUID]:
    """Those of these people whose records few may see."""
    return set(session.scalars(RESTRICTED, {"people": list(people)}))


def list_breaks(session: Session) -> Sequence[GlassBreak]:
    """Openings in an emergency of what one governs: those that nobody has looked at first, then the latest."""
    whose = joinedload(GlassBreak.user), joinedload(GlassBreak.restriction, innerjoin=True)
    query = select(GlassBreak).options(*whose)
    order = (GlassBreak.verdict.is_not(None), GlassBreak.broken_at.desc())
    return session.scalars(query.order_by(*order).limit(SHOWN)).all()


def get_break(session: Session, key: UUID) -> GlassBreak:
    """One opening in an emergency, as it stands now. NotFound if unseen."""
    found = session.get(GlassBreak, key, populate_existing=True)
    if found is None:
        raise NotFound(Problem("not_found", "There is no such opening, or it is not yours to see."))
    return found


def find_hidden_like(session: Session, identity: Identity) -> Sequence[UUID]:
    """The keys of people whom this actor does not see and who may be the one described."""
    return session.scalars(LIKE_HIDDEN, looked_up_by(identity)).all()


def find_hidden_case(session: Session, reference: str) -> Sequence[UUID]:
    """The keys of the restricted people of a case that this actor does not see, by its reference."""
    return session.scalars(select(func.hidden_case(reference.strip().upper()))).all()


def find_holders(session: Session, person_id: UUID) -> set[UUID]:
    """Who has the person's open cases and enquiries: the workers, and the managers of their localities."""
    cases = select(Referral).where(Referral.person_id.in_(records_of(person_id)), Referral.state != "closed")
    open_cases = session.scalars(cases).all()
    about = Subject.person_id.in_(records_of(person_id))
    owned = select(Enquiry.owner_id).join(Subject).where(about, Enquiry.state != "closed")
    places = {case.locality_code for case in open_cases if case.locality_code}
    managers = select(User.id).where(User.role == "locality_manager", User.active, User.locality_code.in_(places))
    held = {case.worker_id for case in open_cases} | set(session.scalars(owned)) | set(session.scalars(managers))
    return held - {None}
