"""Everything that is held on one person, wherever it is: read as the service itself, for a copy of their record."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from triage.errors import NotFound, Problem
from triage.models import (
    AccessRequest,
    AgencyCheck,
    Clock,
    Disclosure,
    Enquiry,
    Event,
    File,
    OutboxMessage,
    Person,
    Reading,
    Rectification,
    Referral,
    Relationship,
    Subject,
)
from triage.models.codes import OUTSIDE
from triage.store.merges import list_records

OF_CASES = ("enquiry_id", "referral_id", "check_id", "clock_id")  # by which a promised letter names what it is about


@dataclass(frozen=True, slots=True)
class Held:
    """The rows. `records` are all that are this person's, the first recorded first.

    `subjects` have their enquiries; `beside` are the other people of those and of their kin.
    """

    person: Person
    records: Sequence[Person]
    subjects: Sequence[Subject]
    referrals: Sequence[Referral]
    beside: Sequence[Subject]

    @property
    def keys(self) -> list[UUID]:
        """Of every record of the person."""
        return [each.id for each in self.records]

    @property
    def enquiries(self) -> list[Enquiry]:
        """Each that the person is a subject of, or that one of their referrals came from, once."""
        found = (*(each.enquiry for each in self.subjects), *(each.enquiry for each in self.referrals if each.enquiry))
        return list(dict.fromkeys(found))


def read_held(session: Session, person: Person) -> Held:
    """The person with every enquiry and referral about them."""
    of_subject = (
        selectinload(Subject.first_views),
        selectinload(Subject.recommendations),
        selectinload(Subject.decisions),
        selectinload(Subject.enquiry).selectinload(Enquiry.checks),
    )
    records = list_records(session, [person.id])
    own = [each.id for each in records]
    mine = select(Subject).where(Subject.person_id.in_(own)).options(*of_subject)
    subjects = session.scalars(mine.join(Enquiry).order_by(Enquiry.received_at, Subject.id)).all()
    referrals = session.scalars(
        select(Referral).where(Referral.person_id.in_(own)).order_by(Referral.requested_at, Referral.id)
    ).all()
    keys = {*(each.enquiry_id for each in subjects), *(each.enquiry_id for each in referrals if each.enquiry_id)}
    return Held(person, records, subjects, referrals, _list_beside(session, own, keys))


def list_files_of(session: Session, held: Held) -> Sequence[File]:
    """The letters and photographs of the person's enquiries and referrals, in order."""
    enquiries, referrals = ([each.id for each in rows] for rows in (held.enquiries, held.referrals))
    theirs = File.enquiry_id.in_(enquiries) | File.referral_id.in_(referrals)
    return session.scalars(select(File).where(theirs).order_by(File.added_at, File.id)).all()


def _list_beside(session: Session, own: Collection[UUID], enquiries: set[UUID]) -> Sequence[Subject]:
    """Other people's part in these enquiries, and in those that were joined with them or split from them."""
    kin = select(Enquiry.id).where(
        or_(
            Enquiry.id.in_(enquiries),
            Enquiry.split_from_id.in_(enquiries),
            Enquiry.joined_into_id.in_(enquiries),
            Enquiry.id.in_(select(Enquiry.split_from_id).where(Enquiry.id.in_(enquiries))),
            Enquiry.id.in_(select(Enquiry.joined_into_id).where(Enquiry.id.in_(enquiries))),
        )
    )
    query = select(Subject).where(Subject.enquiry_id.in_(kin), Subject.person_id.not_in(own))
    return session.scalars(query.options(selectinload(Subject.person))).all()


def list_referrers(session: Session, held: Held) -> Sequence[Enquiry]:
    """The enquiries whose referrers the record may speak of: theirs, and those of the others' beside them."""
    keys = {each.id for each in held.enquiries} | {each.enquiry_id for each in held.beside}
    return session.scalars(select(Enquiry).where(Enquiry.id.in_(keys))).all()


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody from outside, as an event names them."""

    actor_id: UUID
    actor_name: str
    actor_role: str


def list_outside(session: Session, held: Held, enquiries: Collection[UUID]) -> list[Outsider]:
    """Everybody from outside who acted in these enquiries or in what came of them."""
    referrals = (each.id for each in held.referrals if each.enquiry_id in enquiries)
    query = select(Event.actor_id, Event.actor_name, Event.actor_role).distinct()
    rows = query.where(Event.case_id.in_([*enquiries, *referrals]), Event.actor_role.in_(OUTSIDE))
    return [Outsider(*row) for row in session.execute(rows.order_by(Event.actor_name, Event.actor_id))]


def list_clocks(session: Session, held: Held) -> Sequence[Clock]:
    """Every clock of their enquiries and referrals, with its pauses."""
    of_case = or_(
        Clock.enquiry_id.in_([each.id for each in held.enquiries]),
        Clock.referral_id.in_([each.id for each in held.referrals]),
    )
    query = select(Clock).where(of_case).options(selectinload(Clock.pauses)).order_by(Clock.started_at, Clock.id)
    return session.scalars(query).all()


def list_checks(session: Session, held: Held) -> Sequence[AgencyCheck]:
    """What partners were asked about their enquiries."""
    query = select(AgencyCheck).where(AgencyCheck.enquiry_id.in_([each.id for each in held.enquiries]))
    return session.scalars(query.order_by(AgencyCheck.requested_at, AgencyCheck.id)).all()


def list_events(session: Session, keys: Iterable[UUID]) -> Sequence[Event]:
    """The logs of these cases, in order."""
    query = select(Event).where(Event.case_id.in_(list(keys)))
    return session.scalars(query.order_by(Event.at, Event.case_id, Event.number)).all()


def list_letters(session: Session, keys: Iterable[UUID]) -> Sequence[OutboxMessage]:
    """What was promised, and sent or not, about these cases, checks and clocks."""
    named = [str(key) for key in keys]
    about = or_(*(OutboxMessage.payload[name].astext.in_(named) for name in OF_CASES))
    return session.scalars(select(OutboxMessage).where(about).order_by(OutboxMessage.created_at)).all()


def list_disclosures(session: Session, held: Held) -> Sequence[Disclosure]:
    """With whom what is held was shared."""
    of_case = or_(
        Disclosure.enquiry_id.in_([each.id for each in held.enquiries]),
        Disclosure.referral_id.in_([each.id for each in held.referrals]),
        Disclosure.person_id.in_(held.keys),
    )
    return session.scalars(select(Disclosure).where(of_case).order_by(Disclosure.shared_at, Disclosure.id)).all()


def list_requests_about(session: Session, held: Held) -> Sequence[AccessRequest]:
    """Every request for their record."""
    query = select(AccessRequest).where(AccessRequest.person_id.in_(held.keys))
    return session.scalars(query.order_by(AccessRequest.received_on, AccessRequest.id)).all()


def find_by_name(session: Session, search_name: str, birth_date: object) -> Sequence[Person]:
    """People of exactly that folded name, now or before, and that date of birth.

    Not whoever was only described before they were recognised: they are in no case, and belong to nobody.
    """
    before = select(Rectification.person_id).where(Rectification.search_name == search_name)
    named = or_(Person.search_name == search_name, Person.id.in_(before))
    record = aliased(Person)
    related = (Relationship.person_id == record.id) | (Relationship.relative_id == record.id)
    in_a_case = (exists().where(Subject.person_id == record.id), exists().where(Referral.person_id == record.id))
    held = or_(*in_a_case, exists().where(related, Relationship.withdrawn_at.is_(None)))
    known = exists().where(record.identity_id == Person.identity_id, held)
    born = exists().where(record.identity_id == Person.identity_id, record.birth_date == birth_date)
    found = session.scalars(select(Person).where(named, born, known).order_by(Person.id))
    return list({each.identity_id: each for each in found}.values())


def get_person(session: Session, key: UUID) -> Person:
    """The person. NotFound if unseen."""
    person = session.get(Person, key)
    if person is None:
        raise NotFound(Problem("not_found", "There is no such person, or they are not yours to see."))
    return person


def list_enquiries_about(session: Session, person_id: UUID) -> Sequence[Enquiry]:
    """The enquiries whose subject they are, of those that this actor may see; the latest first."""
    query = select(Enquiry).join(Subject).where(Subject.person_id == person_id)
    return session.scalars(query.order_by(Enquiry.received_at.desc())).unique().all()


def count_readings(session: Session, held: Held) -> Sequence[tuple[str, int]]:
    """How often somebody of each role was shown the person."""
    shown = select(Reading.reader_role, func.count()).where(Reading.people.overlap(held.keys))
    return [
        (role, count) for role, count in session.execute(shown.group_by(Reading.reader_role).order_by("reader_role"))
    ]
