"""Dates, sexes, addresses and numbers as they are compared: what is written in several ways is folded to one."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date

from workflows.people.names import fold

INWARD = 3  # characters of the second half of a UK postcode
STREETS = {
    "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "cl": "close", "dr": "drive", "ln": "lane",
    "ct": "court", "cres": "crescent", "pl": "place", "tce": "terrace", "gdns": "gardens", "sq": "square",
}  # fmt: skip
# As it is written in words, and by number in the health service and the schools.
SEXES = {"f": "F", "female": "F", "girl": "F", "2": "F", "m": "M", "male": "M", "boy": "M", "1": "M"}
YEAR_FIRST, DAY_FIRST = (
    re.compile(r"(\d{4})\D?(\d{2})\D?(\d{2})(?:[T ].*)?"),
    re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})"),
)
HOUSE = re.compile(r"\s*(?:flat\s+)?(\d+\s*[a-z]?)\b[\s,]*(.*)", re.IGNORECASE)


def day_digits(day: date) -> str:
    """A date as its eight digits, the year first."""
    return f"{day.year:04}{day:%m%d}"


def swapped(day: date) -> date | None:
    """The date with day and month exchanged, where that is a date and another one."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 and day.day != day.month else None


def days_near(day: date) -> list[date]:
    """The dates that are written for one where day and month are exchanged or one part is wrong, and the date itself.

    The year is wrong by two at most, or by ten.
    """
    written = [(day.year + by, day.month, day.day) for by in (-10, -2, -1, 0, 1, 2, 10)]
    written += [(day.year, month, day.day) for month in range(1, 13)]
    written += [(day.year, day.month, other) for other in range(1, 32)]
    written.append((day.year, day.day, day.month))
    return sorted({date(*parts) for parts in written if _is_date(*parts)})


def _is_date(year: int, month: int, day: int) -> bool:
    return 1 <= year <= 9999 and 1 <= month <= 12 and day <= monthrange(year, month)[1]


def fold_day(text: str) -> str:
    """A date as its digits, from 2014-03-01, 20140301 or 1/3/2014. One that no calendar has is kept: it is a slip.

    Anything else is nobody's date, and is not known.
    """
    text = text.strip()
    if found := YEAR_FIRST.fullmatch(text):
        return "".join(found.groups())
    if found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return f"{year}{month:0>2}{day:0>2}"
    return ""


def fold_sex(text: str) -> str:
    """F or M; anything else is not known."""
    return SEXES.get(text.strip().casefold(), "")


def fold_postcode(text: str) -> str:
    """A postcode without spaces, in capitals."""
    return "".join(text.split()).upper()


def write_postcode(folded: str) -> str:
    """A folded UK postcode as people write it, its two halves apart."""
    return f"{folded[:-INWARD]} {folded[-INWARD:]}"


def fold_identifier(text: str, is_right: Callable[[str], bool]) -> str:
    """A national number without spaces, or nothing where its own check does not fit."""
    number = "".join(text.split()).upper()
    return number if is_right(number) else ""


def fold_house(text: str) -> str:
    """A house number without spaces."""
    return fold(text).replace(" ", "")


def fold_street(text: str) -> str:
    """A line of an address, folded, with its street's kind written out: "Mill Rd" is "mill road"."""
    words = fold(text).split()
    return " ".join([*words[:-1], *(STREETS.get(word, word) for word in words[-1:])])


def fold_people(names: Iterable[str]) -> str:
    """Full names, folded and in order."""
    return "|".join(sorted({fold(name) for name in names} - {""}))


def split_address(address: str) -> tuple[str, str, str]:
    """An address in lines or between commas as house number, street and the line after it, each folded."""
    lines = [line.strip() for line in re.split(r"[,\n]+", address) if line.strip()]
    start = next((at for at, line in enumerate(lines) if HOUSE.fullmatch(line)), 0)
    found = HOUSE.fullmatch(lines[start]) if lines else None
    house, street = found.groups() if found else ("", lines[start] if lines else "")
    rest = [line for line in (street, *lines[start + 1 :]) if line] + ["", ""]
    return fold_house(house), fold_street(rest[0]), fold(rest[1])
