"""Files of people as other systems write them: a line a person, cells between commas, columns named in line one."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflows.people.folding import fold_day, fold_house, fold_postcode, fold_sex, fold_street
from workflows.people.names import fold, known_name

ID = "id"
# Each column that is read, with the field that it is compared as, and how it is folded.
COLUMNS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "given_name": ("given_name", known_name),
    "surname": ("family_name", known_name),
    "date_of_birth": ("birth_date", fold_day),
    "sex": ("sex", fold_sex),
    "street_number": ("house", fold_house),
    "address_1": ("street", fold_street),
    "address_2": ("place", fold),
    "suburb": ("town", fold),
    "postcode": ("postcode", fold_postcode),
    "state": ("county", fold),
}


class FileRefused(Exception):
    """The file cannot be read; the text says where, and what to do."""


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """Whom a file is of: the id of each, and the columns that it has, folded to be compared."""

    ids: Sequence[str]
    columns: Mapping[str, Sequence[str]]


def read_people(path: Path) -> PeopleFile:
    """Read a file in UTF-8, with or without its mark. FileRefused, naming file and line, where it cannot be right."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path.name, csv.reader(file, skipinitialspace=True, strict=True))
    except UnicodeDecodeError as error:
        raise FileRefused(f"{path.name}: this is not UTF-8. Save it as CSV UTF-8, then try again.") from error


def _read(name: str, rows: "csv._reader") -> PeopleFile:
    try:
        head = [cell.strip().casefold() for cell in next(rows, [])]
        _check_head(name, head)
        lines = [_check_line(name, rows.line_num, head, row) for row in rows if row]
    except csv.Error as error:
        raise FileRefused(f"{name}:{rows.line_num}: {error}. Check the quotation marks.") from error
    columns = dict(zip(head, zip(*lines, strict=True), strict=True)) if lines else {each: () for each in head}
    ids = [each.strip() for each in columns[ID]]
    _check_ids(name, ids)
    return PeopleFile(ids, fold_columns({each: columns[each] for each in head if each in COLUMNS}))


def fold_columns(columns: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Cells by the file's columns, folded, by the fields that they are compared as."""
    return {COLUMNS[name][0]: _fold(name, cells) for name, cells in columns.items()}


def _fold(column: str, cells: Sequence[str]) -> list[str]:
    """Each different cell is folded once."""
    folded = {cell: COLUMNS[column][1](cell) for cell in set(cells)}
    return [folded[cell] for cell in cells]


def _check_head(name: str, head: list[str]) -> None:
    if ID not in head:
        raise FileRefused(f"{name}:1: there is no column {ID!r}. Name the columns in the first line.")
    double = next((each for each in head if each in (*COLUMNS, ID) and head.count(each) > 1), None)
    if double:
        raise FileRefused(f"{name}:1: there are two columns {double!r}. Take one out.")
    if not set(head) & set(COLUMNS):
        raise FileRefused(f"{name}:1: there is nothing to compare. Columns that are read: {', '.join(COLUMNS)}.")


def _check_line(name: str, line: int, head: list[str], row: list[str]) -> list[str]:
    if len(row) != len(head):
        message = f"{len(row)} cells where the first line has {len(head)}"
        raise FileRefused(f"{name}:{line}: {message}. Put a cell with a comma in it between quotation marks.")
    return row


def _check_ids(name: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for number, each in enumerate(ids, 1):
        if not each:
            raise FileRefused(f"{name}: person {number} has no {ID}. Give each one.")
        if each in seen:
            raise FileRefused(f"{name}: the {ID} {each!r} is there twice. Give each person one of their own.")
        seen.add(each)
