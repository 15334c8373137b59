"""How what is held is said in a copy of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from triage.models import Enquiry, Person
from triage.services.desk import Desk
from triage.services.letters import say_instant
from triage.services.rights.material import Passage
from workflows.guards import say_date

Facts = tuple[tuple[str, str], ...]
URGENCIES = {"red": "the most urgent (red)", "amber": "urgent (amber)", "green": "not urgent (green)"}
SECTION_47 = "A child protection enquiry (section 47)"  # told where there was one


def say(value: Any, codes: Mapping[str, str] | None = None, desk: Desk | None = None) -> str:
    """A value in plain words: a code by its name, a time by the county's clocks; nothing for what is not known."""
    if isinstance(value, datetime):
        return say_instant(value, desk.pack.calendar.zone)
    if isinstance(value, date):
        return say_date(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(say(each, codes, desk) for each in value)
    return (codes or {}).get(value) or str(value)


def facts_of(*pairs: tuple[str, str]) -> Facts:
    """The facts that there are."""
    return tuple((label, value) for label, value in pairs if value)


def passages_of(row: Any, **labels: str) -> tuple[Passage, ...]:
    """What somebody wrote in these columns of a row, each with what it is; nothing for one that is empty."""
    at = f"{row.__tablename__}/{row.id}"
    texts = ((name, label, getattr(row, name)) for name, label in labels.items())
    return tuple(Passage(f"{at}/{name}", label, text) for name, label, text in texts if text)


def name_code(code: str) -> str:
    """ "under_review" as "Under review"."""
    return code.replace("_", " ").capitalize()


def call_person(person: Person) -> str:
    """What the person is called on their copy."""
    return f"{person.given_name} {person.family_name}".strip() or "Name not known"


def is_anonymous(enquiry: Enquiry) -> bool:
    """Whether who told us must stay untold: they may not be named, or said that they would not be."""
    return not enquiry.referrer_may_be_named or enquiry.source == "9"
