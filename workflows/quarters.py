"""A quarter of a calendar year, and how it is written: "2013-Q4" is October to December 2013 (decision 34)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

CALENDAR = re.compile(r"(?P<year>[12][0-9]{3})-?Q(?P<number>[1-4])", re.IGNORECASE)
FINANCIAL = re.compile(r"(?P<year>[12][0-9]{3})[-/](?P<ends>[0-9]{2})[- ]Q(?P<number>[1-4])", re.IGNORECASE)
HOW = "Write a quarter like 2013-Q4 (October to December 2013), or by the financial year, like 2013-14-Q3: the same."


@dataclass(frozen=True, order=True)
class Quarter:
    """The months from 3 * number - 2 to 3 * number of a calendar year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @cached_property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @cached_property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(93)).replace(day=1) - timedelta(1)

    @property
    def name(self) -> str:
        """ "October to December 2013"."""
        return f"{self.first:%B} to {self.last:%B} {self.year}"

    @property
    def short(self) -> str:
        """ "Oct–Dec 2013"."""
        return f"{self.first:%b}–{self.last:%b} {self.year}"

    @property
    def financial(self) -> str:
        """What it is in a year from April to March: "quarter 3 of 2013-14"."""
        begins = self.year - (self.number == 1)
        return f"quarter {(self.number + 2) % 4 + 1} of {begins}-{(begins + 1) % 100:02}"

    @property
    def before(self) -> "Quarter":
        """The quarter before it."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


def read_quarter(text: str) -> Quarter | None:
    """The quarter that is written so, by the calendar or the financial year; None where it is none."""
    written = text.strip()
    if found := CALENDAR.fullmatch(written):
        return Quarter(int(found["year"]), int(found["number"]))
    found = FINANCIAL.fullmatch(written)
    if found is None or (int(found["year"]) + 1) % 100 != int(found["ends"]):
        return None
    year, number = int(found["year"]), int(found["number"])
    return Quarter(year, number + 1) if number < 4 else Quarter(year + 1, 1)


def quarter_of(day: date) -> Quarter:
    """The quarter in which the day lies."""
    return Quarter(day.year, (day.month + 2) // 3)


def list_quarters(last: Quarter, count: int) -> Iterator[Quarter]:
    """So many quarters, the last of them this one, the latest first."""
    for _ in range(count):
        yield last
        last = last.before
