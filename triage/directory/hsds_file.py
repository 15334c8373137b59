"""A file of services in HSDS 3 JSON: looked through whole, and refused with everything that is wrong in it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from triage.directory.hsds_schema import Service
from triage.directory.service import KINDS, NEEDS, Known, find_places, names_no_place, terms_of
from triage.errors import flatten_messages

Documents = list[dict[str, Any]]
LEAST, MOST_AGE = 0, 150  # years
MOST = 1_000_000  # places or weeks
NO_LIST = (
    "Put the services in a list: [{...}, {...}], or in the contents of a page as the address /services gives them."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and what to do, and where, as a JSON path: $[3].service_areas[0].uri."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class FileRefused(Exception):
    """A file that is not taken, with everything that is wrong in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_services(content: bytes, known: Known, now: datetime) -> Documents:
    """The services of a file. FileRefused with each fault where one is wrong: nothing of it is to be taken then.

    What it says of room must have been said by `now`, or nothing that is said later would hold.
    """
    documents, root = _find_services(_parse(content))
    faults = [*_find_broken_text(documents, root), *_find_misshapen(documents, root)]
    faults = faults or [*_find_twice(documents, root), *_find_wrong(documents, root, known, now)]
    if faults:
        raise FileRefused(faults)
    return documents


def write_services(documents: Sequence[Any]) -> str:
    """The services as a file that `read_services` takes."""
    return json.dumps(documents, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), **STRICTLY)
    except UnicodeDecodeError as error:
        raise FileRefused([Fault("$", f"Byte {error.start} is not UTF-8. Save the file as UTF-8.")]) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FileRefused([Fault("$", f"This is not JSON at {where} ({error.msg}). Export the file again.")]) from error
    except ValueError as error:
        raise FileRefused([Fault("$", "A number here is too long to be one. Correct it.")]) from error
    except RecursionError as error:
        raise FileRefused([Fault("$", "This is nested too deeply to be a list of services.")]) from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for number, (name, _) in enumerate(pairs) if name in dict(pairs[:number]))
        raise FileRefused([Fault("$", f"An object says {twice!r} twice. Say it once, or one of the two is lost.")])
    return found


def _no_number(text: str) -> Any:
    raise FileRefused([Fault("$", f"{text} is no number that JSON has. Take it out.")])


def _finite(text: str) -> float:
    return float(text) if isfinite(float(text)) else _no_number(text)


STRICTLY: dict[str, Any] = {"object_pairs_hook": _each_once, "parse_constant": _no_number, "parse_float": _finite}


def _find_services(content: Any) -> tuple[Documents, str]:
    """The list, and where in the file it stands."""
    if isinstance(content, dict) and isinstance(content.get("contents"), list):
        return content["contents"], "$.contents"
    if not isinstance(content, list):
        raise FileRefused([Fault("$", NO_LIST)])
    return content, "$"


def _find_misshapen(documents: Documents, root: str) -> Iterator[Fault]:
    """What is not as HSDS has it."""
    schema = Service()
    for number, document in enumerate(documents):
        for problem in flatten_messages(schema.validate(document)):
            yield Fault(_path(f"{root}[{number}]", problem.field), problem.message)


def _path(root: str, field: str | None) -> str:
    steps = field.split(".") if field else []
    return root + "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps)


def _find_broken_text(value: Any, path: str) -> Iterator[Fault]:
    """Text that no database keeps, wherever it stands."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= each <= "\udfff" for each in value):
            yield Fault(path, "This text holds a NUL or half a character. Type it again.")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _find_broken_text(each, f"{path}[{number}]")
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _find_broken_text(name, path)
            yield from _find_broken_text(each, f"{path}.{name}")


def _find_twice(documents: Documents, root: str) -> Iterator[Fault]:
    seen: dict[UUID, int] = {}
    for number, document in enumerate(documents):
        first = seen.setdefault(UUID(document["id"]), number)
        if first != number:
            yield Fault(f"{root}[{number}].id", f"{root}[{first}] has the same id. Give each service its own.")


def _find_wrong(documents: Documents, root: str, known: Known, now: datetime) -> Iterator[Fault]:
    """What HSDS allows and this directory cannot go by."""
    for number, document in enumerate(documents):
        at = f"{root}[{number}]"
        for where, message in (
            *_weigh_terms(document, known),
            *_weigh_places(document, known),
            *_weigh_ages(document),
            *_weigh_room(document, now),
        ):
            yield Fault(at + where, message)


def _weigh_terms(document: dict[str, Any], known: Known) -> Iterator[tuple[str, str]]:
    kinds, needs = terms_of(document, KINDS), terms_of(document, NEEDS)
    if len(kinds) > 1 or set(kinds) - set(known.kinds):
        said, codes = ", ".join(kinds), ", ".join(known.kinds)
        message = f"Say of which one kind the provider is. It says {said}. Leave one attribute of the taxonomy"
        yield ".attributes", f"{message} {KINDS!r}, with one code of: {codes}."
    for need in (each for each in needs if each not in known.needs):
        yield ".attributes", f"No need has the code {need!r} in the policy. Use a code of the page Thresholds."


def _weigh_places(document: dict[str, Any], known: Known) -> Iterator[tuple[str, str]]:
    ours = terms_of(document, KINDS) or terms_of(document, NEEDS)
    if ours and names_no_place(document, known):  # made for this county: others may publish what is for elsewhere too
        codes = ", ".join(f"{name} {code}" for code, name in known.districts.items())
        message = f"None of these places is here. End the uri of one in {known.county} (the county) or in one of: "
        yield ".service_areas", message + f"{codes}. Or leave service_areas out."


def _weigh_ages(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    ages = {name: document.get(name) for name in ("minimum_age", "maximum_age")}
    for name, age in ages.items():
        if age is not None and not LEAST <= age <= MOST_AGE:
            yield f".{name}", f"An age is from {LEAST} to {MOST_AGE} years."
    least, most = ages.values()
    if least is not None and most is not None and most < least:
        yield ".maximum_age", "This is less than minimum_age. Swap them, or leave one out."


def _weigh_room(document: dict[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    entry = find_places(document)
    if entry is None:
        return
    at = f".capacities[{document['capacities'].index(entry)}]"
    if datetime.fromisoformat(entry["updated"]) > now:
        yield f"{at}.updated", "This has not come yet. Write when it was said."
    asked = {
        "available": entry["available"],
        "maximum": entry.get("maximum"),
        "waiting_weeks": entry.get("waiting_weeks"),
    }
    wrong = [name for name, said in asked.items() if said is not None and not _is_count(said)]
    for name in wrong:
        yield f"{at}.{name}", "Write a whole number from 0."
    most = asked["maximum"]
    if not wrong and most is not None and most < entry["available"]:
        yield f"{at}.maximum", "There are more places available than this. Correct one of the two."


def _is_count(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= MOST
