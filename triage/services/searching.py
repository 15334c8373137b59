"""Looking for people and cases by whatever is known of them, among all that one may see."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from uuid import UUID

from triage.errors import invalid
from triage.models import Enquiry, Person, Rectification, Referral
from triage.services.desk import Desk
from triage.services.people import Candidate, weigh
from triage.store.merges import list_records
from triage.store.people import find_candidates
from triage.store.searching import MOST, find_by_facts, find_cases, find_of_own, list_cases
from workflows.people import fold
from workflows.people.asking import Asked, read_asked
from workflows.referral import LOCALITY

NOTHING_TOLD = "Enter a name, a date of birth, a postcode, an NHS number or a reference."
Case = Enquiry | Referral


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found, with what speaks for and against, and their cases that one may see, the latest first."""

    candidate: Candidate
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: cases by their reference, and people, the likeliest first."""

    cases: Sequence[Case]
    hits: Sequence[Hit]


def search(desk: Desk, text: str) -> Found:
    """Whatever is meant by what somebody typed. Invalid where there is nothing in it to look for.

    Of restricted records that one may not see it says nothing, not even that there are any.
    """
    asked = read_asked(text)
    if asked.is_empty:
        raise invalid("q", NOTHING_TOLD, "nothing_told")
    cases = find_cases(desk.session, asked.reference) if asked.reference else []
    likely = sorted(
        weigh(desk, asked.identity, _find_people(desk, asked), {}, least=-inf),
        key=lambda each: (-each.weight, str(each.person.id)),
    )
    return Found(cases, _lay(desk, likely[:MOST]))


def _find_people(desk: Desk, asked: Asked) -> dict[Person, Sequence[Rectification]]:
    about = asked.identity
    if not asked.names_somebody:
        return {person: () for person in find_by_facts(desk.session, about.birth_date, about.postcode)}
    if desk.actor.role in LOCALITY:
        name = fold(about.given_name, about.family_name)
        return {person: () for person in find_of_own(desk.session, name, about.nhs_number)}
    return dict(find_candidates(desk.session, about))


def _lay(desk: Desk, likely: Sequence[Candidate]) -> list[Hit]:
    """Each with the cases of all their records."""
    records = list_records(desk.session, [each.person.id for each in likely])
    cases = list_cases(desk.session, [each.id for each in records])
    by_identity: dict[UUID, list[Case]] = defaultdict(list)
    for record in records:
        by_identity[record.identity_id] += cases[record.id]
    return [Hit(each, sorted(by_identity[each.person.identity_id], key=_when, reverse=True)) for each in likely]


def _when(case: Case) -> tuple[datetime, str]:
    """When it began; of an enquiry and what came of it at that instant, the enquiry is the earlier."""
    return (case.received_at if isinstance(case, Enquiry) else case.requested_at), case.reference
