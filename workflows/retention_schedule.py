"""A council's retention schedule: read from its file, and refused with reasons where it cannot be gone by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Protocol

import yaml

# Where a person may be sent; each must be covered by some class, or what is sent there would be kept for ever.
ROUTES = (
    *("social_care", "early_help", "adult_safeguarding", "ehc_pathway", "other_authority"),
    *("advice", "existing_case", "no_further_action"),
)
ROWS = (
    "outbox",
    "idempotency_keys",
    "access_exports",
)  # what goes by its age alone, with nobody's say: the service's own traces
PERIODS = ("since_birth", "since_closing", "died_before_18")
OF_CLASS = {"code", "name", "covers", "keep", "source"}
OF_COVERS = {"routes", "section_47", "protection_plan", "by_hand"}
OF_ROUTINE = {"code", "name", "rows", "days", "source"}
MOST_YEARS = 150
HASH = re.compile("[0-9a-f]{64}")


class Coverable(Protocol):
    """What a class looks at to tell whether it covers a record."""

    route: str
    section_47: bool
    protection_plan: bool
    kept_as: frozenset[str]


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """What it covers, for how many years it keeps that since which day (the longest counts), and who says so.

    `died_before_18` counts from the death of a child instead. `by_hand` covers only those whom somebody put into it.
    """

    code: str
    name: str
    source: str
    routes: frozenset[str] = frozenset()
    section_47: bool = False
    protection_plan: bool = False
    by_hand: bool = False
    since_birth: int | None = None
    since_closing: int | None = None
    died_before_18: int | None = None

    def covers(self, record: Coverable) -> bool:
        """Whether all that the class asks for is so. One that asks for no route covers every route."""
        return (
            (not self.routes or record.route in self.routes)
            and (record.section_47 or not self.section_47)
            and (record.protection_plan or not self.protection_plan)
            and (self.code in record.kept_as or not self.by_hand)
        )


@dataclass(frozen=True, slots=True)
class Routine:
    """The service's own traces (`rows` is their table), kept for so many days since they were made."""

    code: str
    name: str
    rows: str
    days: int
    source: str


@dataclass(frozen=True)
class Schedule:
    """The classes of family files and of the service's own traces. `hash` names exactly this text (SHA-256).

    `before` are the hashes of its earlier texts: what went by one of them went by a schedule of this council.
    """

    classes: tuple[RetentionClass, ...]
    routines: tuple[Routine, ...]
    hash: str
    before: tuple[str, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The hashes of this text and of those before it."""
        return frozenset((self.hash, *self.before))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What to call each class, by its code."""
        return {each.code: each.name for each in (*self.classes, *self.routines)}


NOTHING_GOES = Schedule((), (), "")


def read_schedule(text: str) -> Schedule:
    """The schedule that a file says. ValueError with every fault, by the class that has it."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"The retention schedule is no YAML: {error}") from error
    faults = list(_faults(document))
    if faults:
        raise ValueError("The retention schedule cannot be gone by. " + " ".join(faults))
    classes = tuple(_class(row) for row in document["classes"])
    routines = tuple(Routine(**row) for row in document["routine"])
    return Schedule(classes, routines, sha256(text.encode()).hexdigest(), tuple(document.get("before", ())))


def _class(row: Mapping[str, Any]) -> RetentionClass:
    covers = dict(row["covers"])
    routes = frozenset(covers.pop("routes", ()))
    return RetentionClass(row["code"], row["name"], row["source"], routes, **covers, **row["keep"])


def _faults(document: Any) -> Any:
    if not isinstance(document, dict) or set(document) - {"before"} != {"classes", "routine"}:
        yield "It has two lists, classes and routine, and perhaps a third: before."
        return
    before = document.get("before", [])
    if not isinstance(before, list) or not all(isinstance(each, str) and HASH.fullmatch(each) for each in before):
        yield "before is a list of the hashes (SHA-256) of this file's earlier texts."
    for part, keys, check in (("classes", OF_CLASS, _faults_of_class), ("routine", OF_ROUTINE, _faults_of_routine)):
        rows = document[part]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield f"{part} is a list of classes, each with {', '.join(sorted(keys))}."
            return
        for row in rows:
            called = row.get("code", "one without a code")
            if set(row) != keys or not all(_is_said(row[key]) for key in ("code", "name", "source")):
                yield f"{called}: say {', '.join(sorted(keys))}, and nothing else."
            else:
                yield from (f"{called}: {fault}" for fault in check(row))
    yield from _faults_of_all(document)


def _faults_of_all(document: Mapping[str, Any]) -> Any:
    codes = [row.get("code") for part in ("classes", "routine") for row in document[part]]
    yield from (
        f"{code}: there are two of that code." for code in sorted({str(c) for c in codes if codes.count(c) > 1})
    )
    covered = [
        route
        for row in document["classes"]
        if isinstance(row.get("covers"), dict) and set(row["covers"]) == {"routes"}
        for route in (row["covers"]["routes"] if isinstance(row["covers"]["routes"], list) else ())
    ]
    missing = [route for route in ROUTES if route not in covered]
    if missing:
        yield f"No class covers whatever was sent to {', '.join(missing)}: it would be kept for ever."


def _faults_of_class(row: Mapping[str, Any]) -> Any:
    covers, keep = row["covers"], row["keep"]
    if not isinstance(covers, dict) or not covers or not set(covers) <= OF_COVERS:
        yield f"covers says one or more of {', '.join(sorted(OF_COVERS))}."
    else:
        if any(covers[key] is not True for key in covers if key != "routes"):
            yield "what covers asks for beside routes is true, or not said."
        routes = covers.get("routes", list(ROUTES))
        if not isinstance(routes, list) or not routes or not all(each in ROUTES for each in routes):
            yield f"routes is a list of some of {', '.join(ROUTES)}."
    if not isinstance(keep, dict) or not set(keep) <= set(PERIODS) or not {"since_birth", "since_closing"} & set(keep):
        yield "keep says since_birth or since_closing or both, and perhaps died_before_18."
    elif not all(type(years) is int and 0 < years <= MOST_YEARS for years in keep.values()):
        yield f"each of keep is a whole number of years, from 1 to {MOST_YEARS}."


def _faults_of_routine(row: Mapping[str, Any]) -> Any:
    if row["rows"] not in ROWS:
        yield f"rows is one of {', '.join(ROWS)}."
    if type(row["days"]) is not int or row["days"] < 1:
        yield "days is a whole number, 1 or more."


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
