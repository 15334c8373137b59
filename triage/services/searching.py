"""Looking for people and cases by whatever is known of them, among all that one may see."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from uuid import UUID

from triage.errors import invalid
from triage.models import Enquiry, Person, Rectification
from triage.services.desk import Desk
from triage.services.people import Candidate, weigh_people
from triage.services.reading import Case
from triage.store.merges import list_cases_of, list_records
from triage.store.people import find_candidates
from triage.store.searching import MOST, find_by_facts, find_cases, find_of_own
from workflows.people import fold
from workflows.people.asking import Asked, read_asked
from workflows.referral import LOCALITY

NOTHING_TOLD = "Enter a name, a date of birth, a postcode, an NHS number or a reference."


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
    found = weigh_people(desk, asked.identity, _find_people(desk, asked), {}, least=-inf)
    return Found(cases, _lay(desk, found[:MOST]))


def _find_people(desk: Desk, asked: Asked) -> Mapping[Person, Sequence[Rectification]]:
    about = asked.identity
    if asked.names_somebody and desk.actor.role not in LOCALITY:
        return find_candidates(desk.session, about)
    if asked.names_somebody:
        found = find_of_own(desk.session, fold(about.given_name, about.family_name), about.nhs_number)
    else:
        found = find_by_facts(desk.session, about.birth_date, about.postcode)
    return dict.fromkeys(found, ())


def _lay(desk: Desk, likely: Sequence[Candidate]) -> list[Hit]:
    """Each with the cases of all their records."""
    records = list_records(desk.session, [each.person.id for each in likely])
    cases = list_cases_of(desk.session, [each.id for each in records], every_referral=True)
    by_identity: dict[UUID, list[Case]] = defaultdict(list)
    for record in records:
        by_identity[record.identity_id] += cases[record.id]
    return [Hit(each, sorted(by_identity[each.person.identity_id], key=_when, reverse=True)) for each in likely]


def _when(case: Case) -> tuple[datetime, str]:
    """When it began; of an enquiry and what came of it at that instant, the enquiry is the earlier."""
    return (case.received_at if isinstance(case, Enquiry) else case.requested_at), case.reference
