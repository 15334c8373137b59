"""One sheet of rows as others send it, CSV or Excel: a line of names, and cells of text. Nothing in it runs."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook

from triage.errors import Invalid
from triage.exchange.cells import read_cell, safe_cell
from triage.exchange.people_file import FileRefused
from triage.uploads.sheets import check_size, check_workbook, is_workbook

MOST_ROWS, MOST_COLUMNS = 100_000, 200
LINE, MEND = "line", "what to mend"  # what is added to the rows that are sent back
SHIFTED = "{} cells where the first line has {}. Put a cell with a comma in it between quotation marks."
CODEC = "utf-8-sig"  # with the mark by which Excel knows it


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line of the file on which it begins, and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's columns, as it names them, and the rows that are not empty."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(name: str, content: bytes) -> Sheet:
    """The one sheet of a file. FileRefused, naming the file and saying what to do, where it cannot be read."""
    try:
        check_size(content)
        rows = list(_limit(name, _read_workbook(name, content) if is_workbook(content) else _read_csv(name, content)))
    except Invalid as refusal:
        raise FileRefused(f"{name}: {refusal}") from refusal
    if not rows:
        raise FileRefused(f"{name}: there is nothing in this file. Name the columns in the first line.")
    columns = tuple(_drop_end(rows[0].cells))
    _check_columns(name, columns)
    return Sheet(columns, tuple(_fit(columns, row) for row in rows[1:]))


def tell_width(sheet: Sheet, row: Row) -> str | None:
    """What is wrong where a row has more or fewer cells than there are columns."""
    return None if len(row.cells) == len(sheet.columns) else SHIFTED.format(len(row.cells), len(sheet.columns))


def write_refused(sheet: Sheet, refused: Sequence[tuple[Row, Sequence[str]]]) -> bytes:
    """The rows that were refused, with the same columns, their lines and what to mend: to be mended and sent again."""
    kept = [place for place, column in enumerate(sheet.columns) if column not in (LINE, MEND)]
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*(safe_cell(sheet.columns[place]) for place in kept), LINE, MEND])
    for row, words in refused:
        cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
        writer.writerow([*map(safe_cell, cells), row.line, safe_cell(" ".join(words))])
    return out.getvalue().encode(CODEC)


def _limit(name: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows in which something stands. FileRefused once there are more than anybody's."""
    for count, row in enumerate(rows):
        if count > MOST_ROWS or len(row.cells) > MOST_COLUMNS:
            most = f"{MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
            raise FileRefused(f"{name}: at most {most} are taken at once. Split the file, and try each.")
        if any(row.cells):
            yield row


def _read_csv(name: str, content: bytes) -> Iterator[Row]:
    try:
        text = content.decode(CODEC)
    except UnicodeDecodeError as error:
        raise FileRefused(f"{name}: this is not UTF-8. Save it as CSV UTF-8, then try again.") from error
    rows = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in rows:
            yield Row(line, tuple(read_cell(cell).strip() for cell in cells))
            line = rows.line_num + 1
    except csv.Error as error:
        raise FileRefused(f"{name}:{line}: {error}. Check the quotation marks.") from error


def _read_workbook(name: str, content: bytes) -> Iterator[Row]:
    """Of formulas, the values that were kept with them."""
    check_workbook(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = book.worksheets
        if len(sheets) == 1:
            sheets[0].reset_dimensions()  # what it says of its size need not be so
            for line, cells in enumerate(sheets[0].iter_rows(values_only=True), 1):
                yield Row(line, tuple(_drop_end(tuple(map(_say, cells)))))
    except FileRefused:
        raise
    except Exception as fault:  # a reader meets what hostile bytes mean it to
        raise FileRefused(f"{name}: this workbook cannot be read. Save it as CSV UTF-8, then try again.") from fault
    if len(sheets) != 1:
        message = f"this workbook has {len(sheets)} sheets. Keep the one with the enquiries, and take the others out."
        raise FileRefused(f"{name}: {message}")


def _say(value: Any) -> str:
    """A cell's value as text: a day or an instant as ISO has it, a whole number without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):  # a cell that holds a day is read as its midnight
        return (value.date() if value.time() == time() else value.replace(microsecond=0)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | Decimal) and value == value // 1:
        return str(int(value))
    return read_cell(str(value)).strip()


def _drop_end(cells: Sequence[str]) -> Sequence[str]:
    """Without the empty cells at the end."""
    last = next((place for place in range(len(cells), 0, -1) if cells[place - 1]), 0)
    return cells[:last]


def _fit(columns: Sequence[str], row: Row) -> Row:
    """As many cells as there are columns, where only empty ones are missing at the end, or too many."""
    cells = row.cells if len(row.cells) <= len(columns) else _drop_end(row.cells)
    return Row(row.line, tuple(cells) + ("",) * (len(columns) - len(cells)))


def _check_columns(name: str, columns: Sequence[str]) -> None:
    if not all(columns):
        raise FileRefused(f"{name}:1: a column has no name. Name each in the first line.")
    double = next((each for each in columns if columns.count(each) > 1), None)
    if double:
        raise FileRefused(f"{name}:1: there are two columns {double!r}. Take one out.")
