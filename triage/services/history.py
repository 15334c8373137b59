"""The cumulative picture: everything that was told of a child, of their family and household, of whoever was told of
with them, and at their address.

Contacts that came to nothing are in it like all others: a pattern is often made of them. What whoever looks may not
see is not in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from triage.models import Decision, Enquiry, Person, Referral, Subject
from triage.services.desk import Desk
from triage.services.family import Family, gather_families
from triage.store.history import list_at_postcodes, list_handed, list_told, list_told_together
from triage.store.merges import list_records
from workflows.calendar import local_day
from workflows.people.family import LIVES_WITH
from workflows.people.folding import split_address
from workflows.timeline import Stretch, count_by_month, find_clusters, find_gaps, months_old

MONTHS = 24  # shown at a glance
CROWD = 8  # people at an address: of more it is a refuge, a hostel or a hospital, and they are not each other's
SUBJECT, TOGETHER, ADDRESS = "subject", "together", "address"
Families = Mapping[UUID, Family]  # by whose records are theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was told or done. `months` is how old the person was; None where nobody knows when they were born.

    `kind` is "enquiry", "referral" or "ended"; `relation` is how they stand to whom the enquiry is about: "subject",
    "together", "address", or what they are to them by `workflows/people/family.py`. `quiet` is how long nobody told
    anything before it.
    """

    at: datetime
    kind: str
    case_id: UUID
    reference: str
    person: Person
    relation: str
    months: int | None
    told_by: str = ""
    service: str = ""
    outcome: str = ""
    level: int | None = None
    section_47: bool = False
    by: str = ""
    quiet: Stretch | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing further came of it."""
        return self.outcome == "no_further_action"


@dataclass(frozen=True, slots=True)
class History:
    """The latest first. `clusters` and `months` are of the enquiries alone, this one too; `people` are whom it shows.

    `quiet` is how long nobody told anything before this enquiry.
    """

    entries: Sequence[Entry]
    quiet: Stretch | None
    clusters: Sequence[Stretch]
    months: Sequence[tuple[date, int]]
    people: frozenset[UUID]


def gather_history(desk: Desk, enquiry: Enquiry, records: Iterable[Person], families: Families) -> History:
    """Everything but this enquiry, and the days of it all with this enquiry's own.

    `records` are all of those whom it is about, and `families` are theirs today.
    """
    relations = dict(_relate(desk, enquiry, list(records), families))
    told = [each for each in list_told(desk.session, relations) if each.enquiry_id != enquiry.id]
    handed = [each for each in list_handed(desk.session, relations) if each.enquiry_id != enquiry.id]
    entries = [_tell_enquiry(each, relations) for each in told]
    entries += [entry for each in handed for entry in _tell_referral(each, relations)]
    days = [local_day(at) for at in {each.enquiry_id: each.enquiry.received_at for each in told}.values()]
    today = local_day(enquiry.received_at)
    quiet = {gap.last: gap for gap in find_gaps([*days, today])}
    own = None if today in days else quiet.pop(today, None)
    return History(
        _in_order(entries, quiet),
        own,
        find_clusters([*days, today]),
        count_by_month([*days, today], today, MONTHS),
        frozenset(each.person.id for each in entries),
    )


def _in_order(entries: Iterable[Entry], quiet: dict[date, Stretch]) -> list[Entry]:
    """The latest first, and with the first enquiry after a long quiet how long it was."""
    ordered = sorted(entries, key=lambda each: (each.at, each.reference))
    told = (
        replace(each, quiet=quiet.pop(local_day(each.at), None)) if each.kind == "enquiry" else each for each in ordered
    )
    return list(told)[::-1]


def _relate(desk: Desk, enquiry: Enquiry, own: Sequence[Person], families: Families) -> Iterator[tuple[UUID, str]]:
    """Each record, and how it stands to those whom the enquiry is about: what is nearest is said last."""
    keys, day = [each.id for each in own], local_day(enquiry.received_at)
    yield from ((each.id, ADDRESS) for each in _list_at_address(desk, own))
    together = list_told_together(desk.session, keys)
    yield from ((each.id, TOGETHER) for each in list_records(desk.session, [each.id for each in together]))
    yield from _list_family(desk, families if day == desk.today else gather_families(desk, own, day))
    yield from ((key, SUBJECT) for key in keys)


def _list_family(desk: Desk, families: Families) -> Iterator[tuple[UUID, str]]:
    """Every record of whoever belongs to them or lives with them, and as what."""
    relations: dict[UUID, str] = {}
    for family in families.values():
        relations |= {each.identity_id: LIVES_WITH for each in family.household}
        relations |= {each.person.identity_id: each.relations[0] for each in family.relatives}
    records = list_records(desk.session, relations)
    yield from ((each.id, relations[each.identity_id]) for each in records)


def _list_at_address(desk: Desk, people: Iterable[Person]) -> Iterator[Person]:
    """Whoever is recorded in the same house of the same street and postcode, unless that is a crowd."""
    houses = {house for each in people if (house := _house(each))}
    found = list_at_postcodes(desk.session, {postcode for postcode, *_ in houses})
    there = [each for each in found if _house(each) in houses]
    if len({each.identity_id for each in there}) <= CROWD:
        yield from there


def _house(person: Person) -> tuple[str, str, str] | None:
    house, street, _place = split_address(person.address)
    return (person.postcode, house, street) if person.postcode and house and street else None


def _tell_enquiry(subject: Subject, relations: dict[UUID, str]) -> Entry:
    enquiry, decision = subject.enquiry, subject.decision
    return Entry(
        at=enquiry.received_at,
        kind="enquiry",
        case_id=enquiry.id,
        reference=enquiry.reference,
        told_by=enquiry.source,
        **_about(subject.person, relations, enquiry.received_at),
        **_tell_decision(decision),
    )


def _tell_decision(decision: Decision | None) -> dict[str, object]:
    if decision is None:
        return {}
    return {
        "outcome": decision.route,
        "level": decision.level,
        "section_47": decision.section_47,
        "by": decision.decided_by.name,
    }


def _tell_referral(referral: Referral, relations: dict[UUID, str]) -> Iterator[Entry]:
    """That it began and, if it did, that it ended."""
    case = {"case_id": referral.id, "reference": referral.reference, "service": referral.service}
    by = referral.worker.name if referral.worker else ""
    begun = _about(referral.person, relations, referral.requested_at)
    yield Entry(at=referral.requested_at, kind="referral", told_by=referral.source, by=by, **case, **begun)
    if referral.closed_at:
        ended = _about(referral.person, relations, referral.closed_at)
        yield Entry(at=referral.closed_at, kind="ended", outcome=referral.closure or "", by=by, **case, **ended)


def _about(person: Person, relations: dict[UUID, str], at: datetime) -> dict[str, object]:
    months = months_old(person.birth_date, local_day(at)) if person.birth_date else None
    return {"person": person, "relation": relations[person.id], "months": months}
