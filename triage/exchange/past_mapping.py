"""Which column of an old system's file is which of ours: read from YAML, and held beside the file's own columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from triage.exchange.people_file import FileRefused
from triage.exchange.sheet_file import LINE, MEND

# What is read of an enquiry of the past, one row a person in it. docs/importing.md says each in a line.
NEEDED = ("enquiry", "received", "source", "channel", "told", "outcome")
PERSON = (
    *("kind", "given_name", "family_name", "birth_date", "expected_date", "sex", "ethnicity"),
    *("nhs_number", "upn", "address", "postcode"),
)
COLUMNS = (
    *NEEDED,
    *("person", *PERSON, "needs"),
    *("agency", "referrer_name", "referrer_role", "referrer_may_be_named", "consent", "consent_reason"),
    *("level", "section_47", "reason", "decided", "decided_by"),
)
KEYS = {"system", "columns", "always", "values"}
OLD_SYSTEM = "An earlier system"
SYSTEM_LIMIT = 60  # characters


@dataclass(frozen=True, slots=True)
class PastMapping:
    """`columns`: theirs for ours. `always`: what stands in every row. `values`: for ours, ours for theirs."""

    system: str = OLD_SYSTEM
    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in COLUMNS})
    always: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_given: bool = False

    def read(self, row: Mapping[str, str]) -> dict[str, str]:
        """What a row says of each of our columns of which it says something."""
        said = dict(self.always) | {ours: row.get(theirs, "") for ours, theirs in self.columns.items()}
        known = {ours: self.values.get(ours, {}).get(cell.casefold(), cell) for ours, cell in said.items()}
        return {ours: cell for ours, cell in known.items() if cell}

    def name(self, ours: str) -> str:
        """What the file calls a column, as far as it has it."""
        return self.columns.get(ours, ours)

    def check_columns(self, name: str, columns: Sequence[str]) -> None:
        """FileRefused where the file has not the columns that are looked for in it."""
        has = f"It has: {', '.join(columns)}."
        absent = [theirs for theirs in self.columns.values() if theirs not in columns] if self.is_given else []
        if absent:
            raise FileRefused(f"{name}:1: there is no column {absent[0]!r}, which the mapping names. {has}")
        found = {ours for ours, theirs in self.columns.items() if theirs in columns} | self.always.keys()
        unsaid = [each for each in NEEDED if each not in found]
        if unsaid:
            message = f"nothing says which column is: {', '.join(unsaid)}. Name them so, or in a mapping. {has}"
            raise FileRefused(f"{name}:1: {message}")

    def list_unread(self, columns: Sequence[str]) -> list[str]:
        """The columns of a file that nothing is read from."""
        read = {*self.columns.values(), LINE, MEND}
        return [each for each in columns if each not in read]


def read_mapping(name: str, text: str) -> PastMapping:
    """A mapping as docs/importing.md shows it. FileRefused, saying where and what to do."""
    try:
        told = yaml.load(text, yaml.BaseLoader)  # noqa: S506  # nosec B506 - it makes texts, lists and mappings alone
    except yaml.YAMLError as error:
        raise FileRefused(f"{name}: this is not YAML. {error}") from error
    if not isinstance(told, dict) or not told.keys() <= KEYS:
        raise FileRefused(f"{name}: a mapping says {', '.join(sorted(KEYS))}, and nothing else.")
    columns, always = (_texts(name, told, key) for key in ("columns", "always"))
    values = {ours: _texts(name, told["values"], ours) for ours in _mapping(name, told, "values")}
    _check_ours(name, (*columns, *always, *values))
    system = told.get("system", OLD_SYSTEM)
    if not isinstance(system, str) or not 0 < len(system.strip()) <= SYSTEM_LIMIT:
        raise FileRefused(f"{name}: system: give the old system's name, in {SYSTEM_LIMIT} characters or fewer.")
    folded = {ours: {theirs.casefold(): said for theirs, said in each.items()} for ours, each in values.items()}
    return PastMapping(system.strip(), columns or PastMapping().columns, always, folded, bool(columns))


def _mapping(name: str, told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = told.get(key) or {}
    if not isinstance(found, dict):
        raise FileRefused(f"{name}: {key}: write a name, a colon and a value on each line.")
    return found


def _texts(name: str, told: Mapping[str, Any], key: str) -> dict[str, str]:
    found = _mapping(name, told, key)
    if not all(isinstance(each, str) for each in found.values()):
        raise FileRefused(f"{name}: {key}: write one value after each colon.")
    return dict(found)


def _check_ours(name: str, named: Sequence[str]) -> None:
    unknown = next((each for each in named if each not in COLUMNS), None)
    if unknown is not None:
        raise FileRefused(f"{name}: there is no column {unknown!r} here. Ours are: {', '.join(COLUMNS)}.")
