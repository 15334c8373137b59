"""Finding people: candidates who may be the one described, and what is already known of one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, func, select, union, update
from sqlalchemy.dialects.postgresql import ARRAY, DATE, TEXT
from sqlalchemy.orm import Session, aliased

from triage.models import Decision, Enquiry, Person, Rectification, Referral, Subject
from triage.store.merges import records_of
from workflows.people import Identity, days_near, fold, keys_of_name, swapped


@dataclass(frozen=True, slots=True)
class History:
    """What the front door has heard of one person before an instant."""

    earlier_enquiries_12m: int
    earlier_nfa_12m: int
    open_case: bool
    last_enquiry_at: datetime | None = None
    case_closed_at: datetime | None = None


MOST = {True: 10, False: 20}  # people whom each way of looking finds, with a date of birth and without one
CORRECTED = (
    (Rectification.person_id == Person.id) & (Rectification.state == "accepted") & Rectification.field.is_not(None)
)
NOTHING_KNOWN = History(0, 0, False)
# Statements that are put together once: that takes as long as to read what they find.
KINDS = {"name": TEXT, "keys": ARRAY(TEXT), "near": ARRAY(DATE), "place": TEXT, "nhs": TEXT, "pupil": TEXT}
DESCRIBED = {name: bindparam(name, type_=kind) for name, kind in KINDS.items()}
DATES, AT_MOST = bindparam("dates", type_=ARRAY(DATE)), bindparam("most")
NAME, KEYS, *REST = DESCRIBED.values()
FOUND = func.candidate_people(NAME, KEYS, DATES, *REST, AT_MOST), func.former_people(NAME, DATES, AT_MOST)
ONE = select(Person.identity_id).where(Person.id.in_(union(*map(select, FOUND))))
CANDIDATES = (
    select(Person, Rectification)
    .outerjoin(Rectification, CORRECTED)
    .where(Person.identity_id.in_(ONE))
    .order_by(Person.id, Rectification.decided_at, Rectification.id)
)
RECORD = aliased(Person)
WITH_CASE = (
    select(Person.id)
    .join(RECORD, RECORD.identity_id == Person.identity_id)
    .join(Referral, Referral.person_id == RECORD.id)
    .where(Referral.service.in_(bindparam("services", expanding=True)), Referral.state != "closed")
    .where(Referral.requested_at <= bindparam("at"), Person.id.in_(bindparam("people", expanding=True)))
)


def find_candidates(session: Session, identity: Identity) -> Mapping[Person, Sequence[Rectification]]:
    """Every record of people whose name, date of birth or number resembles `identity`, as recorded now or before.

    The first recorded comes first, each with what of it was corrected, in that order. Each way of looking finds so many
    at most as MOST says: more where only a name is known, because many people have one.

    The look-up runs in a function of the schema's owner, because PostgreSQL may not use a trigram index beneath a
    row-level policy; it finds nothing for a role that may not see everybody.
    """
    dates = [day for day in (identity.birth_date, identity.birth_date and swapped(identity.birth_date)) if day]
    told = looked_up_by(identity) | {"dates": dates, "most": MOST[bool(dates)]}
    people: dict[Person, list[Rectification]] = defaultdict(list)
    for person, correction in session.execute(CANDIDATES, told):
        people[person] += [correction] if correction else []
    return people


def looked_up_by(identity: Identity) -> dict[str, object]:
    """What finds somebody who is described with slips, by the names of DESCRIBED.

    The folded name, its keys, the dates near the one told, the postcode and the numbers.
    """
    names = identity.given_name, identity.family_name
    near = days_near(identity.birth_date) if identity.birth_date else []
    told = (fold(*names), keys_of_name(*names), near, identity.postcode, identity.nhs_number, identity.upn)
    return dict(zip(DESCRIBED, told, strict=True))


def list_without_keys(session: Session) -> Sequence[Row[tuple[UUID, str, str]]]:
    """Key, given and family name of whoever was recorded before names were looked up by their sound."""
    named = (Person.given_name != "") & (Person.family_name != "") & (Person.name_keys == [])
    return session.execute(select(Person.id, Person.given_name, Person.family_name).where(named)).all()


def write_name_keys(session: Session, keys: Mapping[UUID, list[str]]) -> None:
    """The keys of each of these people's names. They say nothing new of anybody, so no version goes up."""
    people = Person.__table__
    change = update(people).where(people.c.id == bindparam("person")).values(name_keys=bindparam("keys"))
    if keys:
        session.execute(change, [{"person": person, "keys": of_name} for person, of_name in keys.items()])


def find_by_nhs_number(session: Session, nhs_number: str) -> Person | None:
    """A person with that NHS number: there are two where a partner sent one that is known, until a person says so."""
    return session.scalar(select(Person).where(Person.nhs_number == nhs_number).limit(1))


def find_history(session: Session, person_id: UUID, since: datetime, before: datetime) -> History:
    """Enquiries about a person received from `since` up to `before`, how many came to nothing, and any open case.

    The last enquiry and the last closing of a social care case are looked for as far back as there are records.
    """
    lately = Enquiry.received_at >= since
    in_force = Decision.superseded_at.is_(None) & Decision.took_effect_at.is_not(None)
    enquiries = (
        select(
            func.count(Enquiry.id.distinct()).filter(lately),
            func.count(Enquiry.id.distinct()).filter(lately, Decision.route == "no_further_action"),
            func.max(Enquiry.received_at),
        )
        .select_from(Subject)
        .join(Enquiry, Enquiry.id == Subject.enquiry_id)
        .outerjoin(Decision, (Decision.subject_id == Subject.id) & in_force)
        .where(Subject.person_id.in_(records_of(person_id)), Enquiry.received_at < before)
    )
    closed = select(func.max(Referral.closed_at)).where(
        _is_of(person_id), Referral.service == "social_care", Referral.closed_at < before
    )
    count, nfa, last = session.execute(enquiries).one()
    is_open = find_open_referral(session, person_id, before) is not None
    return History(count, nfa, is_open, last, session.scalar(closed))


def find_open_referral(
    session: Session, person_id: UUID, at: datetime | None = None, services: Sequence[str] = ("social_care",)
) -> Referral | None:
    """The person's referral to one of these services that is not closed, the latest if several.

    With `at`, one that was made by then: without, whenever it says that it was made.
    """
    query = select(Referral).where(*_is_open(services), _is_of(person_id))
    if at is not None:
        query = query.where(Referral.requested_at <= at)
    return session.scalar(query.order_by(Referral.requested_at.desc()).limit(1))


def list_open_cases(session: Session, person_id: UUID, services: Sequence[str]) -> Sequence[UUID]:
    """Every open referral of the person to these services, the earliest first: their keys alone, to be locked."""
    query = select(Referral.id).where(*_is_open(services), _is_of(person_id))
    return session.scalars(query.order_by(Referral.requested_at, Referral.id)).all()


def find_people_with_case(
    session: Session, person_ids: Collection[UUID], at: datetime, services: Sequence[str]
) -> set[UUID]:
    """Those of these people who have an open referral to one of these services, made by `at`."""
    return set(session.scalars(WITH_CASE, {"people": [*person_ids], "services": [*services], "at": at}))


def _is_of(person_id: UUID) -> ColumnElement[bool]:
    return Referral.person_id.in_(records_of(person_id))


def _is_open(services: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return Referral.service.in_(services), Referral.state != "closed"


def find_services(session: Session, person_id: UUID, at: datetime | None = None) -> set[str]:
    """The services that have an open case of this person: now, or at that instant."""
    was_open = Referral.state != "closed"
    if at is not None:
        was_open = (Referral.requested_at <= at) & (Referral.closed_at.is_(None) | (Referral.closed_at > at))
    return set(session.scalars(select(Referral.service).where(_is_of(person_id), was_open)))


def age_in_days(person: Person, on: date) -> int | None:
    """Days since birth, or None for the unborn and where no date is known."""
    return (on - person.birth_date).days if person.birth_date else None
