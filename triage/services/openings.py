"""Who opened what: readings that information governance looks at: reader and family may be near, or few may see it.

It says of each why it is listed and by which case, and never a child's name: whoever looks sees no content of a case.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from triage.errors import invalid
from triage.models.codes import ROLES
from triage.services.desk import Desk, seeing_all
from triage.services.opened_pages import say_page
from triage.services.reading import people_of
from triage.store.nearness import count_bearers, list_beside, list_like, list_readers, list_staff_near
from triage.store.openings import (
    Near,
    Opening,
    Span,
    count_openings,
    list_most_opened,
    list_openings,
    name_latest_enquiries,
)
from triage.store.references import name_cases
from triage.store.referrals import find_case
from workflows.nearness import Crowd, find_near, find_roots

WHY = {
    "own": "Their own",
    "relative": "A relative's",
    "declared": "They said that they know the family",
    "surname": "The same surname",
    "address": "The same address",
    "emergency": "Restricted, opened in an emergency",
    "restricted": "Restricted",
    "other_team": "Another team's",
    "case": "Of the case that you ask about",
}
PAGE = 50
MOST_OPENED = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One reading as it is listed. `cases` are references: of the case that was opened, or of whom a list showed."""

    at: datetime
    reader: str
    role: str
    page: str
    cases: list[str]
    why: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """A page of lines, how many there are of each kind ("" is of any), who read, what was opened most, who was shown.

    `most_opened` is a reference, how often, and by how many.
    """

    lines: list[Line]
    counts: dict[str, int]
    readers: dict[UUID, str]
    most_opened: list[tuple[str, int, int]]
    people: set[UUID]


def report_openings(
    desk: Desk, span: Span, kind: str | None, reference: str = "", *, limit: int = PAGE, offset: int = 0
) -> Report:
    """The report, worked out as the service: whoever looks at it sees no people themselves.

    With a reference, of every reading of that case and of whom it is about. Invalid where there is none.
    """
    with seeing_all(desk):
        span = replace(span, of=_find_case(desk, reference)) if reference.strip() else span
        readers = list_readers(desk.session, span.since, span.until)
        asked = {key: name for key, name in readers.items() if span.reader_id in (None, key)}
        near, bearers = _list_near(desk, asked)
        openings = list_openings(desk.session, span, near, kind, limit=limit, offset=offset)
        return Report(
            _tell(desk, openings, bearers),
            count_openings(desk.session, span, near),
            readers,
            _tell_most_opened(desk, span),
            {key for each in openings for key in each.people},
        )


def _find_case(desk: Desk, reference: str) -> tuple[UUID, frozenset[UUID]]:
    case = find_case(desk.session, reference)
    if case is None:
        raise invalid("reference", "No enquiry and no referral has this reference. Check it.")
    return case.id, frozenset(people_of([case]))


def _list_near(desk: Desk, readers: Mapping[UUID, str]) -> tuple[list[Near], dict[UUID, int]]:
    """Who is near to each reader; and of a reader with namesakes, how many people bear that surname."""
    staff = list_staff_near(desk.session, readers)
    bearers = count_bearers(desk.session, {each.last_name for each in staff.values()})
    like = list_like(desk.session, staff.values(), bearers)
    crowd = Crowd(like)
    roots = (root for each in staff.values() for root in find_roots(each, crowd.find_like(each)))
    crowd = Crowd((*like, *list_beside(desk.session, roots)))
    near = [
        Near(key, person_id, kind)
        for key, each in staff.items()
        for person_id, kinds in find_near(each, crowd.find_around(each), bearers).items()
        for kind in sorted(kinds)
    ]
    return near, {key: bearers.get(each.last_name, 0) for key, each in staff.items()}


def _tell(desk: Desk, openings: Iterable[Opening], bearers: Mapping[UUID, int]) -> list[Line]:
    openings = list(openings)
    opened = name_cases(desk.session, {each.reading.case_id for each in openings if each.reading.case_id})
    listed = {key for each in openings if each.reading.case_id is None for key in each.people}
    latest = name_latest_enquiries(desk.session, listed)
    return [_tell_one(each, opened, latest, bearers) for each in openings]


def _tell_one(
    each: Opening, opened: Mapping[UUID, str], latest: Mapping[UUID, str], bearers: Mapping[UUID, int]
) -> Line:
    reading = each.reading
    cases = [opened.get(reading.case_id, "")] if reading.case_id else sorted(latest.get(key, "") for key in each.people)
    return Line(
        reading.at,
        reading.reader_name,
        ROLES.get(reading.reader_role, reading.reader_role),
        say_page(reading.what),
        [case for case in dict.fromkeys(cases) if case],
        _say_why(each.kinds, bearers.get(reading.reader_id, 0)),
        "; ".join(dict.fromkeys(words for words in (reading.purpose, each.reason.strip("; ")) if words)),
    )


def _say_why(kinds: Container[str], bearers: int) -> str:
    """In words; of a surname with how many people here bear it, because one of few is more than one of many."""
    borne = f", which {bearers} {'person bears' if bearers == 1 else 'people bear'} here"
    first, *others = (words + borne * (kind == "surname") for kind, words in WHY.items() if kind in kinds)
    return "; ".join((first, *(words[0].lower() + words[1:] for words in others)))


def _tell_most_opened(desk: Desk, span: Span) -> list[tuple[str, int, int]]:
    most = list_most_opened(desk.session, span, MOST_OPENED)
    names = name_cases(desk.session, {each.case_id for each in most})
    return [(names[each.case_id], each.readings, each.readers) for each in most if each.case_id in names]
