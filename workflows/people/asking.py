"""What somebody typed to find a person or a case: a reference, a number, a date of birth, a postcode, and the name.

In any order and in one line, as it is said on the telephone.
"""

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date

from workflows.people.folding import fold_postcode, write_postcode
from workflows.people.identifiers import is_nhs_number
from workflows.people.records import Identity

REFERENCE = re.compile(r"\b(?:(ENQ|REF)-?)?(\d{4}-\d{6}(?:-[\dA-Z.-]*[\dA-Z])?)(?![\w-])", re.IGNORECASE)
NHS_NUMBER = re.compile(r"(?<![\w-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
MONTHS = {name[:3].lower(): number for number, name in enumerate(month_name) if number}
MONTH = rf"(?P<month>\d{{1,2}}|(?:{'|'.join(MONTHS)})[a-z]*)"
YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)")
DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[/. -]+{MONTH}[/. -]+(?P<year>\d{{4}})(?!\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who or what is meant. `reference` is that of an enquiry ("ENQ-…"), of a referral, or without its beginning."""

    reference: str | None
    identity: Identity

    @property
    def names_somebody(self) -> bool:
        """Whether a name is told, or a number that is one person's."""
        return bool(self.identity.given_name or self.identity.family_name or self.identity.nhs_number)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it can be looked for."""
        about = self.identity
        return not (self.reference or self.names_somebody or about.birth_date or about.postcode)


def read_asked(text: str) -> Asked:
    """What is meant. Whatever is no reference, number, date or postcode is taken for a name; the family name is last,
    or before a comma.
    """
    reference, text = _take(REFERENCE, text)
    number, text = _take_number(text)
    day, text = _take_day(text)
    postcode, text = _take(POSTCODE, text)
    given, family = _names(text)
    told = write_postcode(fold_postcode(postcode[0])) if postcode else None
    return Asked(_say_reference(reference), Identity(given, family, day, "U", told, nhs_number=number))


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    """The first place where it is found, and the text without it."""
    found = pattern.search(text)
    return found, f"{text[: found.start()]} {text[found.end() :]}" if found else text


def _take_number(text: str) -> tuple[str | None, str]:
    """An NHS number whose check digit fits; another row of ten digits says nothing."""
    found, rest = _take(NHS_NUMBER, text)
    digits = re.sub(r"\D", "", found[0]) if found else ""
    return (digits if is_nhs_number(digits) else None), rest


def _take_day(text: str) -> tuple[date | None, str]:
    for pattern in (YEAR_FIRST, DAY_FIRST):
        found, rest = _take(pattern, text)
        if found:
            return _day(found), rest
    return None, text


def _day(found: re.Match[str]) -> date | None:
    """The date, or None where no calendar has it."""
    month = MONTHS.get(found["month"][:3].lower()) or int(found["month"])
    try:
        return date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def _names(text: str) -> tuple[str, str]:
    text = re.sub(r"\S*\d\S*", " ", text)  # what has a digit in it is nobody's name
    if "," in text:
        family, _, given = (part.strip() for part in text.strip(" ,").partition(","))
        if given:
            return given, family
        text = family
    *given, family = text.replace(",", " ").split() or [""]
    return " ".join(given), family


def _say_reference(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    begins = f"{found[1]}-" if found[1] else ""
    return f"{begins}{found[2]}".upper()
