"""Who the people of an earlier system's enquiries are here: somebody known, by what tells one from all others, or new.

A person joins nobody to anybody here, so nothing is joined on a likeness: by the earlier system's own reference, by a
national number, or where name, date of birth and postcode are all the same. Everybody else is new, and is shown beside
whom they resemble, like anybody.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from triage.models.codes import CHILDREN
from triage.pack import normalise_postcode
from triage.services.people import NewPerson
from triage.store.past_enquiries import Recorded, find_alike, find_by_theirs
from workflows.people.names import fold, known_name

NUMBERS = ("nhs_number", "upn")
Mark = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is on record, or will be once what is being taken is kept."""

    id: UUID
    identity_id: UUID
    birth_date: date | None
    nhs_number: str | None
    upn: str | None

    def fits(self, mark: Mark, new: NewPerson) -> bool:
        """Whether nothing speaks against a mark: another birthday against a number, another number against a name."""
        if mark[1] == "theirs":
            return True
        return all(
            getattr(self, name) is None or getattr(new, name) in (None, getattr(self, name))
            for name in (("birth_date",) if mark[1] in NUMBERS else NUMBERS)
        )


class Met:
    """Everybody whom an import has met, by each mark that is theirs alone; None of one that two people share."""

    def __init__(self) -> None:
        self._by: dict[Mark, Known | None] = {}

    def look_up(self, session: Session, system: str, described: Collection[tuple[str, NewPerson]]) -> None:
        """Meet those on record who bear a mark of any of these: each with the reference that the file has of them."""
        wanted = {mark for theirs, new in described for mark in _marks(theirs, new)} - self._by.keys()
        numbers = {name: [mark[2] for mark in wanted if mark[1] == name] for name in NUMBERS}
        named = [mark[2:] for mark in wanted if mark[1] == "named"]
        theirs = [mark[2] for mark in wanted if mark[1] == "theirs"]
        found: list[Recorded] = [*find_by_theirs(session, system, theirs), *find_alike(session, numbers, named)]
        for each in found:
            known = Known(each.id, each.identity_id, each.birth_date, each.nhs_number, each.upn)
            self._add(known, (mark for mark in _marks_of(each) if mark in wanted))

    def find(self, theirs: str, new: NewPerson) -> Known | None:
        """Who it is of those met, by the surest mark; None of somebody new."""
        found = ((self._by.get(mark), mark) for mark in _marks(theirs, new))
        return next((known for known, mark in found if known and known.fits(mark, new)), None)

    def join(self, theirs: str, new: NewPerson, known: Known) -> None:
        """The earlier system's reference leads to this person from now on."""
        self._add(known, (mark for mark in _marks(theirs, new) if mark[1] == "theirs"))

    def add(self, theirs: str, new: NewPerson) -> Known:
        """Somebody new, whose marks lead to them from now on."""
        key = uuid7()
        known = Known(key, key, new.birth_date, new.nhs_number, new.upn)
        self._add(known, _marks(theirs, new))
        return known

    def _add(self, known: Known, marks: Iterable[Mark]) -> None:
        for mark in marks:
            other = self._by.setdefault(mark, known)
            if other is None or other.identity_id != known.identity_id:
                self._by[mark] = None


def _marks(theirs: str, new: NewPerson) -> Iterator[Mark]:
    """What tells somebody from all others, the surest first."""
    postcode = normalise_postcode(new.postcode or "")
    named = new.given_name, new.family_name, new.birth_date, postcode
    return _list_marks(new.kind in CHILDREN, theirs, new.nhs_number, new.upn, named)


def _marks_of(each: Recorded) -> Iterator[Mark]:
    named = each.given_name, each.family_name, each.birth_date, each.postcode
    return _list_marks(each.kind in CHILDREN, each.theirs or "", each.nhs_number, each.upn, named)


def _list_marks(
    is_child: bool,
    theirs: str,
    nhs_number: str | None,
    upn: str | None,
    named: tuple[str, str, date | None, str | None],
) -> Iterator[Mark]:
    """A child is never taken for an adult, nor an adult for a child; nor is one "Baby" for its twin."""
    if theirs:
        yield is_child, "theirs", theirs
    if nhs_number:
        yield is_child, "nhs_number", nhs_number
    if upn:
        yield is_child, "upn", upn
    given, family, birth_date, postcode = named
    if known_name(given) and known_name(family) and birth_date and postcode:
        yield is_child, "named", fold(given, family), birth_date, postcode
