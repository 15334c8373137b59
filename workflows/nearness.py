"""Who of those that a member of staff read of may be near to them: themselves, relatives, namesakes, their own address.

It says where to look, and accuses nobody: many have a name in common, and somebody who worked at a case had to read it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

UNCOMMON = 20  # people: a surname that more bear says nothing
SAID = {"self": "own", "relative": "relative", "other": "declared"}


@dataclass(frozen=True, slots=True)
class Staff:
    """What is known of a reader: the folded name, the postcode of their home, and how they said that they know whom."""

    name: str
    postcode: str | None = None
    said: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def last_name(self) -> str:
        """The last word of the name: of "zoe smith jones" it is "jones"."""
        return self.name.rpartition(" ")[2]


@dataclass(frozen=True, slots=True)
class Known:
    """A person who may have been read of: the names and the address, folded, the postcode, and the enquiries."""

    id: UUID
    name: str
    last_name: str
    postcode: str | None = None
    address: str = ""
    enquiries: frozenset[UUID] = frozenset()


class Crowd:
    """People by what may bring them near to a reader, so that not everybody is held beside everybody."""

    def __init__(self, people: Iterable[Known]) -> None:
        self._by: dict[tuple[str, object], dict[UUID, Known]] = defaultdict(dict)
        for person in people:
            for key in _ties(person):
                self._by[key][person.id] = person

    def find_like(self, staff: Staff) -> list[Known]:
        """Those of the reader's name or postcode, and those whom they declared."""
        ties = [("name", staff.name), ("last_name", staff.last_name), ("postcode", staff.postcode)]
        return self._find([*ties, *(("id", key) for key in staff.said)])

    def find_around(self, staff: Staff) -> list[Known]:
        """Those, and whoever is in one enquiry or home with one who is a relative."""
        like = self.find_like(staff)
        roots = find_roots(staff, like)
        beside = (key for root in roots for key in _ties(root) if key[0] in ("enquiry", "home"))
        return list({each.id: each for each in (*like, *self._find(beside))}.values())

    def _find(self, ties: Iterable[tuple[str, object]]) -> list[Known]:
        found = {key: each for tie in ties for key, each in self._by.get(tie, {}).items()}
        return list(found.values())


def _ties(person: Known) -> list[tuple[str, object]]:
    by_value = {"id": person.id, "name": person.name, "last_name": person.last_name, "postcode": person.postcode}
    told = (("enquiry", key) for key in person.enquiries)
    return [(name, value) for name, value in (*by_value.items(), *told, ("home", _home(person))) if value]


def is_own(staff: Staff, person: Known) -> bool:
    """Whether the person bears the reader's whole name, or was declared as the reader or of their household."""
    return staff.said.get(person.id) == "self" or (bool(person.name) and person.name == staff.name)


def find_roots(staff: Staff, people: Iterable[Known]) -> list[Known]:
    """The reader's own, and those whom they said are relatives: whoever goes with these is a relative too."""
    return [each for each in people if is_own(staff, each) or staff.said.get(each.id) == "relative"]


def find_near(staff: Staff, people: Collection[Known], bearers: Mapping[str, int]) -> dict[UUID, frozenset[str]]:
    """How each of these people who is near to the reader is. `bearers` is how many people have a last name."""
    roots = find_roots(staff, people)
    enquiries = frozenset[UUID]().union(*(each.enquiries for each in roots))
    homes = {_home(each) for each in roots} - {None}
    kinds = {each.id: _kinds(staff, each, enquiries, homes, bearers) for each in people}
    return {key: found for key, found in kinds.items() if found}


def _kinds(
    staff: Staff,
    person: Known,
    enquiries: frozenset[UUID],
    homes: Collection[tuple[str, str] | None],
    bearers: Mapping[str, int],
) -> frozenset[str]:
    own, said = is_own(staff, person), SAID.get(staff.said.get(person.id, ""))
    goes_with = bool(person.enquiries & enquiries) or _home(person) in homes
    shares_name = bool(person.last_name) and person.last_name == staff.last_name
    holds = {
        "own": own,
        "relative": not own and (said == "relative" or goes_with),
        "declared": said == "declared",
        "surname": shares_name and bearers.get(person.last_name, 0) <= UNCOMMON,
        "address": staff.postcode is not None and person.postcode == staff.postcode,
    }
    return frozenset(kind for kind, does in holds.items() if does)


def _home(person: Known) -> tuple[str, str] | None:
    """A postcode is of many homes: only with the address is it one."""
    return (person.postcode, person.address) if person.postcode and person.address else None
