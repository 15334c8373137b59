"""Days and instants as people write them in spreadsheets: the day first or as ISO has it, and never a guess."""

import re
from datetime import UTC, date, datetime, time

from workflows.calendar import LONDON

TIME = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){TIME}")
DAY_FIRST = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){TIME}")
IN_WORDS = re.compile(rf"(\d{{1,2}})[ -]([a-z]{{3,9}})[ -](\d{{4}}){TIME}", re.IGNORECASE)
ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def read_instant(text: str) -> tuple[datetime, bool] | None:
    """When it was, in UTC, and whether a time of day is told; a day alone begins at its local midnight. None of none.

    What says no offset from UTC is by the clocks of England.
    """
    try:
        if ZONED.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(LONDON).astimezone(UTC), True
        return _read_local(text)
    except (ValueError, OverflowError):  # no such day, or one beyond the first or the last that there is here
        return None


def read_day(text: str) -> date | None:
    """The local day, with or without a time. None where it is none."""
    read = read_instant(text)
    return read and read[0].astimezone(LONDON).date()


def _read_local(text: str) -> tuple[datetime, bool] | None:
    parts = _split(text)
    if parts is None:
        return None
    day, (hour, *rest) = date(*parts[0]), parts[1]
    at = time(int(hour), *(int(each or 0) for each in rest)) if hour else time()
    return datetime.combine(day, at, LONDON).astimezone(UTC), hour is not None


def _split(text: str) -> tuple[tuple[int, int, int], tuple[str | None, ...]] | None:
    """Year, month and day, then hour, minute and second."""
    if found := ISO.fullmatch(text):
        year, month, day, *at = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year, *at = found.groups()
    elif found := IN_WORDS.fullmatch(text):
        day, name, year, *at = found.groups()
        month = _number(name.casefold())
    else:
        return None
    return (int(year), int(month), int(day)), tuple(at)


def _number(name: str) -> int:
    """The month's number; 0, which is none, where there is no such month."""
    return next((number for number, each in enumerate(MONTHS, 1) if each.startswith(name)), 0)
