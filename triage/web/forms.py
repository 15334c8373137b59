"""Forms: their fields bear the paths of the API's JSON, so that one schema, one set of limits and one set of messages
serves both. `subjects.0.person.given_name` in a page is `subjects[0].person.given_name` in a request.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, DomainError, Invalid, Problem, flatten_messages
from triage.web.words import field_of, lower_first
from workflows.calendar import LONDON
from workflows.definition import IMMEDIATE_DANGER, Table

LISTS = ("indicators", "invited", "came", "factors", "subject_ids", "meets")
NUMBERS = ("level", "first_view_level", "family_rating", "previous_plans")
PARTS = ("day", "month", "year")
DONE_AT = "done_at"  # of what is sent, whatever part of the page that is
# What a page may call a field: at most six steps, each a name or a place in a list, and perhaps the part of a date.
STEP = r"(?:[a-z][a-z0-9_]{0,59}|[0-9]{1,2})"
FIELD = re.compile(rf"[a-z][a-z0-9_]{{0,59}}(?:\.{STEP}){{0,5}}(?:-(?:day|month|year|time))?")
FIXED = ("csrf_token", "version", "versions", "only", "draft")  # what a page sends beside what was typed
SUBJECT = re.compile(r"subjects\.([0-9]+)\.")
FILL_IN = "Fill this in."
PLAIN = {
    "Missing data for required field.": FILL_IN,
    "Not a valid date.": "Enter a real date, like 27 3 2010.",
    "Not a valid datetime.": "Enter a real date and time, like 27 3 2013 and 14:20.",
    "Not a valid email address.": "Enter an email address, like name@example.org.",
    "Not a valid integer.": "Enter a whole number.",
    "Not a valid boolean.": "Choose yes or no.",
    "Not a valid string.": "Enter this as text.",
    "Not a valid UUID.": "This page no longer knows whom this is about. Open it again.",
    "Not a valid list.": "This page sent a field that we do not know. Open it again.",
    "Not a valid mapping type.": "This page sent a field that we do not know. Open it again.",
    "Invalid input type.": "This page sent a field that we do not know. Open it again.",
    "Unknown field.": "This page sent a field that we do not know. Open it again.",
    "Longer than maximum length": "This is too much at once. Send less.",
    "Length must be between": "This is too much or too little at once. Open the page again.",
}
ASKED = {  # where a page asks a question, what to answer
    "channel": "Choose how it reached us.",
    "source": "Choose who told us.",
    "asked_by": "Say who asks.",
    "relation": "Choose who they are.",
    "kind": "Choose how they are related.",
    "known_by": "Say how this is known.",
    "received_on": "Enter the day on which we received it.",
    "birth_date": "Enter the date of birth.",
    "given_name": "Enter the given name.",
    "family_name": "Enter the family name.",
    "asserted": "Say what is right.",
    "accept": "Choose whether it is right.",
    "what": "Say what you shared.",
    "to_whom": "Say with whom you shared it.",
    "how": "Choose how you shared it.",
    "lawful_basis": "Choose the lawful basis.",
    "consent": "Choose whether the family consented.",
    "reason": "Give a reason.",
    "free": "Enter how many places are free. If there are none, enter 0.",
    "provider": "Choose the kind of provider.",
    "meets": "Choose at least one need that it meets.",
    "need": "Choose the need that is not met.",
    "reference": "Enter the reference of an enquiry or a referral.",
}


def nest(form: MultiDict[str, str], schema_keys: Iterable[str]) -> dict[str, Any]:
    """The form's non-empty fields under `schema_keys` as nested mappings and lists; dates joined from their parts.

    Invalid where a name is none that a page gives, or contradicts another.
    """
    whole: dict[str, Any] = {}
    keys = tuple(schema_keys)
    for name in form:
        stem, _, part = name.partition("-")
        if stem.partition(".")[0] not in keys or (part and part != "day"):
            continue
        if not FIELD.fullmatch(name):
            raise _unknown()
        value = _join_date(form, stem) if part else _read(form, name)
        if value not in ("", [], None):
            _put(whole, stem.split("."), value)
    return _lists(whole)


def read_part(form: MultiDict[str, str], part: str) -> Any:
    """What was sent of a part of the page ("withdraw", "check_0a1b.decline"), nested; no mapping where malformed."""
    first, *steps = part.split(".")
    found = nest(form, (first,)).get(first, {})
    for step in steps:
        found = found.get(step, {}) if isinstance(found, dict) else found
    return found


def read_done_at(form: MultiDict[str, str]) -> dict[str, str]:
    """When what is sent was done on paper, if anything was typed of that."""
    parts = (form.get(f"{DONE_AT}-{part}", "") for part in ("day", "month", "year", "time"))
    return {DONE_AT: local_instant(form, DONE_AT)} if any(each.strip() for each in parts) else {}


def times_of(action: str) -> tuple[str, ...]:
    """What is sent with an action of when it was done: danger is told now, whatever else is on the page."""
    return () if action == IMMEDIATE_DANGER else (DONE_AT,)


def read_timed(form: MultiDict[str, str], part: str, action: str) -> Any:
    """What was sent of the part of the page that is for this action, and when it was done if that was typed."""
    sent = read_part(form, part)
    return {**sent, **read_done_at(form)} if times_of(action) and isinstance(sent, dict) else sent


def load(schema: Schema, data: Any) -> Any:
    """What the schema makes of the data. Invalid, in plain words, where it does not fit."""
    try:
        return schema.load(data)
    except ValidationError as error:
        problems = flatten_messages(error.messages)
        said = (Problem(each.code, _say_plainly(each.message, each.field or ""), each.field) for each in problems)
        raise Invalid(*said) from error


def local_instant(form: MultiDict[str, str], name: str) -> str:
    """A local date in parts and a time ("14:20") as an ISO instant with its offset; as typed where it is none."""
    day, time = _join_date(form, name), form.get(f"{name}-time", "").strip()
    try:
        return datetime.fromisoformat(f"{day}T{time.zfill(5)}").replace(tzinfo=LONDON).isoformat()
    except ValueError:
        return f"{day} {time}".strip()


@contextmanager
def naming_fields(table: Table, action: str) -> Iterator[None]:
    """Let a refusal of the action name the field that would put it right: what the guard that refuses asks for."""
    try:
        yield
    except Conflict as refusal:
        told = (replace(each, field=each.field or _field_of(table, action, each.code)) for each in refusal.problems)
        raise Conflict(*told) from refusal


def _field_of(table: Table, action: str, code: str) -> str | None:
    if code == "no_reason":
        return "reason"
    guards = (guard for row in table.actions.get(action, ()) for guard in row.guards)
    return next((guard.brings[0] for guard in guards if guard.brings and code in guard.refusals), None)


def errors_by_field(error: DomainError) -> dict[str, str]:
    """The first message of each field; "" holds all that is about no field, so that nothing is told only later."""
    found: dict[str, str] = {}
    for problem in error.problems:
        if problem.field:
            found.setdefault(problem.field, problem.message)
    apart = [problem.message for problem in error.problems if not problem.field]
    return ({"": " ".join(apart)} if apart else {}) | found


def read_version_of(form: MultiDict[str, str], key: UUID) -> int | None:
    """The version of something on the page of a case (a check, an offer) that its reader has read."""
    return form.get(f"versions.{key.hex}", type=int)


def is_typed(name: str, value: str) -> bool:
    """Whether a field is one that somebody typed something in, and not one that the page sends by itself."""
    return bool(value.strip()) and name.partition(".")[0] not in FIXED


def typed_elsewhere(form: MultiDict[str, str], *parts: str) -> MultiDict[str, str]:
    """What was typed on a page beside the parts that were sent ("withdraw", "first_views.1"), to be shown again."""
    return MultiDict(
        (name, value) for name, value in form.items(multi=True) if is_typed(name, value) and not _belongs(name, parts)
    )


def _belongs(name: str, parts: Iterable[str]) -> bool:
    """Whether a field is of one of those parts of the page, or says only whom it is about."""
    stem = name.partition("-")[0]
    return stem.endswith(".subject_id") or any(f"{stem}.".startswith(f"{part}.") for part in parts)


def _say_plainly(message: str, field: str) -> str:
    plain = next((plain for said, plain in PLAIN.items() if message.startswith(said)), None)
    if plain == FILL_IN and field in ASKED:
        return ASKED[field]
    if plain is None or not field or plain.startswith("This"):  # it says itself what is wrong
        return plain or message
    return f"{_name_field(field)}: {lower_first(plain)}"


def _name_field(field: str) -> str:
    """What the field is called on its page, and of which person where there are several."""
    number = SUBJECT.match(field)
    whom = f"Person {int(number[1]) + 1}, " if number and number[1] != "0" else ""
    return whom + (lower_first(field_of(field)) if whom else field_of(field))


def _unknown() -> Invalid:
    return Invalid(Problem("unknown_field", "This page sent a field that we do not know. Open it again."))


def _read(form: MultiDict[str, str], name: str) -> Any:
    if name.rpartition(".")[2] in LISTS:
        return form.getlist(name)
    value = form[name].strip()
    is_number = name.rpartition(".")[2] in NUMBERS and value.isdecimal() and len(value) <= 3
    return int(value) if is_number else value


def _join_date(form: MultiDict[str, str], stem: str) -> str:
    day, month, year = (form.get(f"{stem}-{part}", "").strip() for part in PARTS)
    return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}" if day or month or year else ""


def _put(whole: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        whole = whole.setdefault(step, {})
        if not isinstance(whole, dict):
            raise _unknown()
    if path[-1] in whole:
        raise _unknown()
    whole[path[-1]] = value


def _lists(node: Any) -> Any:
    """Mappings whose keys are all numbers become lists."""
    if not isinstance(node, dict):
        return node
    if node and all(key.isdecimal() for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}


def read_page_number(asked: Mapping[str, str]) -> int:
    """Which page of a list an address asks for: the first where it is none, or farther than any list goes."""
    page = asked.get("page", "")
    return int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 6 and int(page) else 1
