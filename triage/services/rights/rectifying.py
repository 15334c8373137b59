"""Putting right what a person says is wrong: what was recorded stays, and what they say stands beside it.

A fact that is accepted becomes the current one; a passage is never rewritten. Where it is refused, the person's own
statement stays beside what was recorded (UK GDPR articles 16 and 18). Another decides than who wrote it down.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from triage.errors import Conflict, Forbidden, Invalid, Problem, invalid
from triage.models import Enquiry, Person, Rectification
from triage.models.codes import CORRECTABLE, ETHNICITIES, SEXES
from triage.pack import normalise_postcode
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.firing import refuse_stale
from triage.services.people import DATES, NewPerson, check_person, index_name
from triage.store.enquiries import get_enquiry
from triage.store.held import get_person
from triage.store.locking import hold, lock
from workflows.access_request import PREPARES, REVIEWS
from workflows.enquiry import HUB

ASKS = HUB | PREPARES
PASSAGES = {
    "witnessed": "Seen or heard by the referrer",
    "reported": "Told by others",
    "opinion": "Opinion",
    "child_voice": "The child's own voice",
}
CODES = {"sex": SEXES, "ethnicity": ETHNICITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRectification:
    """What is said to be wrong: a fact (`field`), or words of an enquiry's `passage`, quoted in `recorded`."""

    person_id: UUID
    field: str | None = None
    enquiry_id: UUID | None = None
    passage: str | None = None
    recorded: str = ""
    asserted: str
    asked_by: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRectification:
    """Accepted or refused, and why. `statement` is the person's own, kept beside what stays as it was."""

    rectification_id: UUID
    accept: bool
    reason: str
    statement: str = ""
    version: int | None = None


def ask_rectification(desk: Desk, command: AskRectification) -> Rectification:
    """Write it down. Invalid names every fault; NotFound where the person or enquiry is not theirs to see."""
    if desk.actor.role not in ASKS:
        raise Forbidden(Problem("role", "Corrections are written down by the MASH or by information governance."))
    get_person(desk.session, command.person_id)
    enquiry = get_enquiry(desk.session, command.enquiry_id) if command.enquiry_id else None
    with seeing_all(desk):  # information governance sees the person and may not write in their log
        person = lock(desk.session, Person, command.person_id)
        problems = tuple(_check(desk, person, enquiry, command))
    if problems:
        raise Invalid(*problems)
    row = Rectification(
        person=person,
        enquiry=enquiry,
        field=command.field,
        passage=command.passage,
        recorded=_write(getattr(person, command.field)) if command.field else command.recorded,
        asserted=command.asserted.strip(),
        asked_by=command.asked_by.strip(),
        evidence=command.evidence.strip(),
        made_at=desk.now,
        made_by_id=desk.actor.id,
    )
    desk.session.add(row)
    desk.session.flush()
    hold(desk.session, row)
    with seeing_all(desk):
        record(desk, person, "rectification_asked", rectification=str(row.id), what=command.field or command.passage)
    return row


def _check(desk: Desk, person: Person, enquiry: Enquiry | None, command: AskRectification) -> Iterator[Problem]:
    if not command.asserted.strip():
        yield Problem("missing", "Say what is right.", "asserted")
    if not command.asked_by.strip():
        yield Problem("missing", "Say who asks for it.", "asked_by")
    if (command.field is None) == (command.passage is None):
        yield Problem("what", "Choose what is wrong.", "field")
    elif command.field:
        yield from _check_fact(desk, person, command)
    elif enquiry is None or command.passage not in PASSAGES or person not in [s.person for s in enquiry.subjects]:
        yield Problem("unknown_passage", "Choose a passage of an enquiry about this person.", "field")
    elif not command.recorded or command.recorded not in getattr(enquiry, command.passage):
        yield Problem("not_there", "Quote what is wrong, as it stands there.", "recorded")


def _check_fact(desk: Desk, person: Person, command: AskRectification) -> Iterator[Problem]:
    """What could not be recorded of a new person cannot be corrected to either."""
    if command.field not in CORRECTABLE:
        yield Problem("unknown_field", "Choose what is wrong.", "field")
        return
    try:
        value = _read(command.field, command.asserted.strip())
    except ValueError:
        yield Problem("not_valid", WRONG.get(command.field, "Choose one of the codes."), "asserted")
        return
    yield from (
        replace(each, field="asserted") for each in check_person(desk, _described(person, command, value), "person")
    )


WRONG = {field: "Enter a real date." for field in DATES}


def _described(person: Person, command: AskRectification, value: object) -> NewPerson:
    same = (
        "kind",
        "given_name",
        "family_name",
        "birth_date",
        "expected_date",
        "sex",
        "ethnicity",
        "address",
        "postcode",
    )
    described = {name: getattr(person, name) for name in same} | {command.field: value}
    if command.field in DATES:  # whoever is born is no longer expected
        described |= {other: None for other in DATES if other != command.field}
    return NewPerson(**described)


def _read(field: str, text: str) -> object:
    """The value that the words mean. ValueError where they mean none."""
    if field in DATES:
        return date.fromisoformat(text)
    if field in CODES and text not in CODES[field]:
        raise ValueError(field)
    return text


def _write(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def decide_rectification(desk: Desk, command: DecideRectification) -> Rectification:
    """Accept or refuse it. Forbidden, Stale or Conflict; Invalid without a reason."""
    if desk.actor.role not in REVIEWS:
        raise Forbidden(Problem("role", "A social worker or a MASH manager decides this."))
    row = lock(desk.session, Rectification, command.rectification_id)
    refuse_stale(row, command.version)
    if row.state != "asked":
        raise Conflict(Problem("decided", "This has been decided. Write down another, if there is more to say."))
    if row.made_by_id == desk.actor.id:
        raise Conflict(Problem("own_work", "You wrote this down. Somebody else decides it."))
    if not command.reason.strip():
        raise invalid("reason", "Give a reason.", "no_reason")
    person = lock(desk.session, Person, row.person_id)
    row.state = "accepted" if command.accept else "refused"
    row.decided_at, row.decided_by_id, row.decision_reason = desk.now, desk.actor.id, command.reason.strip()
    row.statement = command.statement.strip()
    told = {"rectification": str(row.id), "what": row.field or row.passage, "reason": row.decision_reason}
    if not command.accept:
        record(desk, person, "rectification_refused", **told)
    elif row.field:
        record(desk, person, "person_corrected", **told, **_correct(desk, person, row))
    else:
        record(desk, person, "rectification_accepted", **told)
    desk.session.flush()
    return row


def _correct(desk: Desk, person: Person, row: Rectification) -> dict[str, str]:
    """The fact as it is from now on. What it was stays in the correction, and is found by it."""
    row.recorded = _write(getattr(person, row.field))  # another may have corrected it since
    row.search_name = person.search_name
    value = _read(row.field, row.asserted)
    setattr(person, row.field, value)
    if row.field in DATES:
        setattr(person, next(other for other in DATES if other != row.field), None)
    if row.field == "postcode":
        person.postcode = normalise_postcode(row.asserted)
        place = desk.pack.locate(person.postcode)
        person.authority, person.district_code = place.authority, place.district_code
    index_name(person)
    return {"before": row.recorded, "after": _write(getattr(person, row.field))}
