"""A register of past enquiries, row by row: each is checked as the page where an enquiry is logged checks it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from triage.errors import Invalid, Problem
from triage.exchange.past_days import read_day, read_instant
from triage.exchange.past_mapping import PERSON, PastMapping
from triage.exchange.sheet_file import Row, Sheet, tell_width
from triage.models.codes import CHANNELS, CONSENTS, ETHNICITIES, PERSON_KINDS, ROUTES, SEXES, SOURCES
from triage.services.deciding import SubjectDecision
from triage.services.logging_enquiry import LogEnquiry
from triage.services.past_enquiries import REFERENCE_LIMIT, PastEnquiry

NOT_RECORDED = "not_recorded"  # closed there, and what was decided is not known
OPEN = (
    "It is not closed in this file. Log an open enquiry here, so that its clock runs;"
    f" if it is closed and nobody knows what was decided, write {NOT_RECORDED}."
)
DAY_FIRST = "Enter a real date, the day first, like 27/3/2013, or 2013-03-27."
INSTANT = "Enter a real date, the day first, with or without a time, like 27/3/2013 14:20."
CODES: Mapping[str, Any] = {
    "source": SOURCES,
    "channel": CHANNELS,
    "consent": CONSENTS,
    "outcome": ROUTES | {NOT_RECORDED: "Not recorded"},
    "ethnicity": ETHNICITIES,
    "sex": {each: each for each in SEXES},
    "kind": {each: each.replace("_", " ") for each in PERSON_KINDS},
}
# What a code may be written as: itself or its words, in capitals or not.
KNOWN = {
    column: {said.casefold(): code for code, words in codes.items() for said in (words, code)}
    for column, codes in CODES.items()
}
TRUTHS = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
UNTOLD = UUID(int=0)  # a decision's schema asks for the subject, who has no key yet
# Where each of our columns stands in what the page sends, where that is not its own name.
FIELDS = {"told": "reported", "agency": "agency_code", "received": "received_at", "outcome": "route"}
OURS = {field: column for column, field in FIELDS.items()}
OF_ENQUIRY = ("source", "channel", "told", "agency", "referrer_name", "referrer_role", "consent", "consent_reason")
OF_DECISION = ("outcome", "level", "section_47", "reason")


@dataclass(frozen=True, slots=True)
class Checks:
    """The pages' schemas: what each makes of a form. Invalid, in the page's words, where it does not fit."""

    log: Callable[[dict[str, Any]], LogEnquiry]
    decide: Callable[[dict[str, Any]], SubjectDecision]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken, and why, each with what to do."""

    row: Row
    words: tuple[str, ...]


def read_past(sheet: Sheet, mapping: PastMapping, checks: Checks) -> Iterator[PastEnquiry | Refused]:
    """Each row of the sheet, as it can be taken or with all that is wrong in it."""
    for row in sheet.rows:
        shifted = tell_width(sheet, row)
        if shifted:
            yield Refused(row, (shifted,))
            continue
        try:
            yield _read(row.line, mapping.read(dict(zip(sheet.columns, row.cells, strict=True))), checks)
        except Invalid as refusal:
            yield Refused(row, tuple(say_problem(mapping, each) for each in refusal.problems))


def say_problem(mapping: PastMapping, problem: Problem) -> str:
    """What is wrong, after the name of the file's own column."""
    if not problem.field:
        return problem.message
    last = problem.field.split(".")[-1]
    return f"{mapping.name(OURS.get(last, last))}: {problem.message}"


def _read(line: int, said: dict[str, str], checks: Checks) -> PastEnquiry:
    said = {column: KNOWN.get(column, {}).get(cell.casefold(), cell) for column, cell in said.items()}
    problems = list(_check(said))
    told, more = _try(checks.log, _as_form(said))
    chosen, most = _try(checks.decide, _as_decision(said)) if _is_decided(said) else (None, ())
    found = list(dict.fromkeys((*problems, *more, *most)))
    if found:
        raise Invalid(*_once_a_field(found))
    received, decided = read_instant(said["received"]), read_instant(said.get("decided", ""))
    return PastEnquiry(
        line=line,
        enquiry=said["enquiry"],
        person=said.get("person", ""),
        told=told,
        decision=chosen,
        decided_at=decided and max(decided[0], told.received_at if _same_day(said) else decided[0]),
        decided_by=said.get("decided_by", ""),
        is_timed=received[1] and bool(decided) and decided[1],
        is_received_at_a_time=received[1],
    )


def _check(said: Mapping[str, str]) -> Iterator[Problem]:
    """What no form asks, because it is the file's alone."""
    for column in ("enquiry", "person", "decided_by"):
        if len(said.get(column, "")) > REFERENCE_LIMIT:
            yield Problem("too_long", f"Use {REFERENCE_LIMIT} characters or fewer.", column)
    if "enquiry" not in said:
        yield Problem("no_reference", "Enter the reference that the old system gave the enquiry.", "enquiry")
    if read_instant(said.get("received", "")) is None:
        yield Problem("date", INSTANT, "received_at")
    if "outcome" not in said:
        yield Problem("open", OPEN, "route")
    if (_is_decided(said) or "decided" in said) and read_instant(said.get("decided", "")) is None:
        yield Problem("date", INSTANT, "decided")
    for column in ("birth_date", "expected_date"):
        if column in said and read_day(said[column]) is None:
            yield Problem("date", DAY_FIRST, column)


def _is_decided(said: Mapping[str, str]) -> bool:
    return said.get("outcome", NOT_RECORDED) != NOT_RECORDED


def _same_day(said: Mapping[str, str]) -> bool:
    """Whether it was decided on the day it came, at a time that nobody wrote down: then not before it came."""
    decided = read_instant(said["decided"])
    return not decided[1] and read_day(said["decided"]) == read_day(said["received"])


def _as_form(said: Mapping[str, str]) -> dict[str, Any]:
    """What the page where an enquiry is logged would send."""
    person = {column: said[column] for column in PERSON if column in said}
    for column in ("birth_date", "expected_date"):
        day = read_day(said.get(column, ""))
        if day:
            person[column] = day.isoformat()
    for number in ("nhs_number", "upn"):
        if number in person:
            person[number] = "".join(person[number].split()).upper()
    subject = {"person": person} | ({"needs": said["needs"]} if "needs" in said else {})
    received = read_instant(said.get("received", ""))
    form: dict[str, Any] = {FIELDS.get(column, column): said[column] for column in OF_ENQUIRY if column in said}
    form["referrer_may_be_named"] = _read_truth(said.get("referrer_may_be_named", "no"))  # unless they said so
    return form | {"subjects": [subject]} | ({"received_at": received[0].isoformat()} if received else {})


def _as_decision(said: Mapping[str, str]) -> dict[str, Any]:
    """What the page where it is decided would send of this one person."""
    form: dict[str, Any] = {FIELDS.get(column, column): said[column] for column in OF_DECISION if column in said}
    if form.get("level", "").isdecimal():
        form["level"] = int(form["level"])
    if "section_47" in form:
        form["section_47"] = _read_truth(form["section_47"])
    return form | {"subject_id": str(UNTOLD)}


def _read_truth(text: str) -> bool | str:
    """Yes or no; anything else as it stands, for the schema to refuse."""
    return TRUTHS.get(text.casefold(), text)


def _try(check: Callable[[dict[str, Any]], Any], form: dict[str, Any]) -> tuple[Any, tuple[Problem, ...]]:
    try:
        return check(form), ()
    except Invalid as refusal:
        return None, refusal.problems


def _once_a_field(problems: list[Problem]) -> list[Problem]:
    """The first word about each field: the file's own before the schema's."""
    first: dict[str, Problem] = {}
    for each in problems:
        first.setdefault((each.field or each.message).split(".")[-1], each)
    return list(first.values())
