"""Who is near to a reader: said again slowly, pair by pair, of people drawn from few names, homes and enquiries."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from workflows.nearness import UNCOMMON, Crowd, Known, Staff, find_near
from workflows.people import fold

NEAR = {"own", "relative", "declared", "surname", "address"}
NAMES = ("ann hill", "ben hill", "ann moss", "cy van moss", "moss", "")
KEYS = [UUID(int=number) for number in range(6)]
CODES, STREETS = (None, "NG1 1AA", "NG2 2BB"), ("", "1 low road", "2 low road")


@st.composite
def known(draw, key):
    name = draw(st.sampled_from(NAMES))
    enquiries = draw(st.frozensets(st.sampled_from(KEYS[:3]), max_size=2))
    last = name.split(" ")[-1] if draw(st.booleans()) else ""
    return Known(key, name, last, draw(st.sampled_from(CODES)), draw(st.sampled_from(STREETS)), enquiries)


def people():
    return st.tuples(*(known(key) for key in KEYS))


def staff():
    said = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("self", "relative", "other")), max_size=2)
    names = st.sampled_from(("ann hill", "zed moss", "ben hill", "moss", ""))
    return st.builds(Staff, names, st.sampled_from(CODES), said)


def words(name: str) -> list[str]:
    return name.split()


def slowly(reader: Staff, everybody: tuple[Known, ...], bearers: dict[str, int]) -> set[tuple[UUID, str]]:
    """Each person beside each other one, in the plainest words that there are."""
    found = set()
    theirs = [
        p
        for p in everybody
        if reader.said.get(p.id) == "self" or (words(reader.name) and p.name.split() == words(reader.name))
    ]
    kin = theirs + [p for p in everybody if reader.said.get(p.id) == "relative"]
    for person in everybody:
        if person in theirs:
            found.add((person.id, "own"))
        else:
            for other in kin:
                at_home = person.postcode and person.postcode == other.postcode and person.address
                if (
                    person is other
                    or person.enquiries & other.enquiries
                    or (at_home and person.address == other.address)
                ):
                    found.add((person.id, "relative"))
        if reader.said.get(person.id) == "other":
            found.add((person.id, "declared"))
        if person.last_name and words(reader.name)[-1:] == [person.last_name] and bearers[person.last_name] <= 20:
            found.add((person.id, "surname"))
        if reader.postcode and person.postcode == reader.postcode:
            found.add((person.id, "address"))
    return found


BEARERS = st.fixed_dictionaries(dict.fromkeys(("hill", "moss"), st.sampled_from((1, UNCOMMON, UNCOMMON + 1))))


@given(staff(), people(), BEARERS)
def test_near_are_those_that_a_slow_look_at_every_pair_finds(reader, everybody, bearers):
    near = find_near(reader, everybody, bearers)
    assert find_near(reader, Crowd(everybody).find_around(reader), bearers) == near
    assert {(key, kind) for key, kinds in near.items() for kind in kinds} == slowly(reader, everybody, bearers)
    assert all(kinds and kinds <= NEAR for kinds in near.values())


def test_last_name_of_a_double_name_is_its_second_part_and_accents_do_not_hide_it():
    assert Staff(fold("Zoë Smith-Jönes")).last_name == "jones"
    assert Staff("").last_name == ""


def test_nobody_is_near_to_a_reader_without_a_name_by_having_none():
    assert find_near(Staff(""), [Known(KEYS[0], "", "")], {"": 1}) == {}


def test_neighbours_of_one_postcode_are_not_relatives():
    own, beside = (Known(KEYS[at], NAMES[at], "hill", "NG1 1AA", STREETS[at + 1]) for at in (0, 1))
    assert find_near(Staff("ann hill"), [own, beside], {"hill": 99}) == {own.id: frozenset({"own"})}
