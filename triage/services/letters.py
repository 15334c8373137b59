"""What a letter is: to whom, about what, in which words.

Never a child's name in one. What somebody typed may name a child, so it stays on the pages, behind the sign-in.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from email.headerregistry import Address


class NoLongerNeeded(Exception):
    """What the letter was to be about is settled, so it is not sent. Its words say how it was."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, which may go to several addresses."""

    to: tuple[Address | str, ...]
    subject: str
    text: str


def say_instant(at: datetime, zone: tzinfo) -> str:
    """ "17:00 on Tuesday 7 May 2013", by the clocks of that zone."""
    here = at.astimezone(zone)
    return f"{here:%H:%M on %A} {here.day} {here:%B %Y}"


def say_count(count: int, one: str) -> str:
    """ "1 case", "3 cases"."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"
