"""Forms: their fields bear the paths of the API's JSON, so that one schema, one set of limits and one set of messages
serves both. `subjects.0.person.given_name` in a page is `subjects[0].person.given_name` in a request.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from triage.errors import DomainError, Invalid, Problem
from triage.problems import flatten_messages
from workflows.calendar import LONDON

LISTS = ("indicators",)
NUMBERS = ("level", "first_view_level")
PARTS = ("day", "month", "year")
PLAIN = {
    "Missing data for required field.": "Fill this in.",
    "Not a valid date.": "Enter a real date, like 27 3 2010.",
    "Not a valid datetime.": "Enter a real date and time, like 27 3 2013 and 14:20.",
    "Not a valid email address.": "Enter an email address, like name@example.org.",
}


def nest(form: MultiDict[str, str], schema_keys: Iterable[str]) -> dict[str, Any]:
    """The form's non-empty fields under `schema_keys` as nested mappings and lists; dates joined from their parts."""
    whole: dict[str, Any] = {}
    keys = tuple(schema_keys)
    for name in form:
        stem, _, part = name.partition("-")
        if stem.split(".")[0] not in keys or (part and part != "day"):
            continue
        value = _join_date(form, stem) if part else _read(form, name)
        if value not in ("", [], None):
            _put(whole, stem.split("."), value)
    return _lists(whole)


def load(schema: Schema, data: dict[str, Any]) -> Any:
    """What the schema makes of the data. Invalid, in plain words, where it does not fit."""
    try:
        return schema.load(data)
    except ValidationError as error:
        problems = flatten_messages(error.messages)
        said = (Problem(each.code, PLAIN.get(each.message, each.message), each.field) for each in problems)
        raise Invalid(*said) from error


def local_instant(form: MultiDict[str, str], name: str) -> str:
    """A local date in parts and a time ("14:20") as an ISO instant with its offset; as typed where it is none."""
    day, time = _join_date(form, name), form.get(f"{name}-time", "").strip()
    try:
        return datetime.fromisoformat(f"{day}T{time.zfill(5)}").replace(tzinfo=LONDON).isoformat()
    except ValueError:
        return f"{day} {time}".strip()


def errors_by_field(error: DomainError) -> dict[str, str]:
    """The first message of each field; "" holds all that is about no field, so that nothing is told only later."""
    found: dict[str, str] = {}
    for problem in error.problems:
        if problem.field:
            found.setdefault(problem.field, problem.message)
    apart = [problem.message for problem in error.problems if not problem.field]
    return ({"": " ".join(apart)} if apart else {}) | found


def typed_elsewhere(form: MultiDict[str, str], part: str) -> MultiDict[str, str]:
    """What was typed on a page beside the part that was sent, to be shown again."""
    fixed = ("csrf_token", "version")
    return MultiDict(
        (name, value)
        for name, value in form.items(multi=True)
        if value.strip() and name not in fixed and name.split(".")[0] != part and not name.endswith(".subject_id")
    )


def _read(form: MultiDict[str, str], name: str) -> Any:
    if name.rpartition(".")[2] in LISTS:
        return form.getlist(name)
    value = form[name].strip()
    return int(value) if name.rpartition(".")[2] in NUMBERS and value.isdecimal() else value


def _join_date(form: MultiDict[str, str], stem: str) -> str:
    day, month, year = (form.get(f"{stem}-{part}", "").strip() for part in PARTS)
    return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}" if day or month or year else ""


def _put(whole: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        whole = whole.setdefault(step, {})
    whole[path[-1]] = value


def _lists(node: Any) -> Any:
    """Mappings whose keys are all numbers become lists."""
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}
