"""Made-up registers of an earlier system, and what stands here once they are taken."""

import csv
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.enquiries_command import page_checks
from triage.exchange.importing_past import Outcome, import_past
from triage.exchange.past_file import read_past
from triage.exchange.past_mapping import PastMapping
from triage.exchange.sheet_file import read_sheet
from triage.models import Decision, Enquiry, Person, Subject

ROW = {
    "enquiry": "C1",
    "person": "P1",
    "received": "3/4/2013 14:20",
    "source": "School",
    "channel": "Telephone",
    "referrer_name": "",
    "referrer_may_be_named": "",
    "told": "Made up: often hungry.",
    "given_name": "Ava",
    "family_name": "Testley",
    "birth_date": "2/1/2008",
    "nhs_number": "",
    "postcode": "NG15 7AA",
    "outcome": "Early help",
    "level": "3",
    "section_47": "no",
    "reason": "Made up: the school will see.",
    "decided": "4/4/2013 10:20",
    "decided_by": "A made-up manager",
}
Told = dict[str, Any]


def a_row(**details: Any) -> Told:
    """An enquiry of a school about one child, decided the next day, but for `details`."""
    return ROW | details


def as_csv(rows: list[Told]) -> bytes:
    out = StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_workbook(rows: list[list[Any]], sheets: int = 1) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    for _ in range(1, sheets):
        book.create_sheet()
    book.save(out)
    return out.getvalue()


def take(office: Any, content: bytes, mapping: PastMapping | None = None, opens: Any = None, **how: Any) -> Outcome:
    """A file is taken by the service itself. `opens` may stand before each batch, and stop it."""

    @contextmanager
    def open_desk() -> Any:
        if opens:
            opens()
        office.session.expire_all()
        with office.session.begin_nested():
            yield office.desk("system")

    by = mapping or PastMapping()
    sheet = read_sheet("register", content)
    by.check_columns("register", sheet.columns)
    return import_past(open_desk, sheet, by, read_past(sheet, by, page_checks()), **how)


def all_that_stands(session: Session) -> tuple[set[Any], set[frozenset[Any]]]:
    """Each person in each enquiry as recorded, whatever keys they were given; and which of them are one person."""
    session.flush()
    query = (
        select(Enquiry.imported_reference, Subject, Person, Decision)
        .join_from(Enquiry, Subject, Subject.enquiry_id == Enquiry.id)
        .join(Person, Person.id == Subject.person_id)
        .outerjoin(Decision, Decision.subject_id == Subject.id)
    )
    rows, people = set(), {}
    for reference, subject, person, decision in session.execute(query):
        enquiry = subject.enquiry
        of_enquiry = reference, enquiry.state, enquiry.received_at, enquiry.decided_at, enquiry.reported
        of_person = person.given_name, person.family_name, person.birth_date, person.nhs_number, person.postcode
        chosen = decision and (decision.route, decision.level, decision.decided_at, decision.reason)
        rows.add((*of_enquiry, subject.imported_person, *of_person, chosen))
        people.setdefault(person.id, set()).add((reference, subject.imported_person))
    return rows, {frozenset(each) for each in people.values()}
