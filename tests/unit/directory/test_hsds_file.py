"""A file of services is refused with what is wrong, where and what to do; what is right is kept as it is."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.library import policy_in_force
from tests.listing import ASHFIELD, ONS, a_place, a_plain_service, a_service, key
from triage.directory.hsds_file import FileRefused, read_services, write_services
from triage.directory.listing import known_of
from triage.directory.service import (
    KINDS,
    NEEDS,
    OUTSIDE,
    Said,
    columns_of,
    other_terms_of,
    present,
    said_in,
    spell_out,
)
from triage.pack import load_pack

NOW = datetime(2014, 1, 2, 9, tzinfo=UTC)
PACK = load_pack("nottinghamshire")
KNOWN = known_of(PACK, policy_in_force(PACK.policy, NOW.date()).vocabulary)
SAID = {"available": 2, "updated": "2013-12-01T09:00:00+00:00"}


def read(documents):
    return read_services(json.dumps(documents).encode(), KNOWN, NOW)


def faults(documents):
    with pytest.raises(FileRefused) as refused:
        read(documents)
    return [str(each) for each in refused.value.faults]


def test_services_that_come_with_the_pack_are_right_and_of_all_seven_kinds():
    shipped = (files("triage") / "packs" / "nottinghamshire" / "directory.json").read_bytes()
    documents = read_services(shipped, KNOWN, NOW)
    assert {columns_of(each, KNOWN)["kind"] for each in documents} == set(KNOWN.kinds)
    assert all("Made up" in each["description"] for each in documents)


def test_page_as_the_address_gives_it_is_taken_like_a_list():
    one = a_service()
    assert read({"total_items": 1, "contents": [one]}) == read([one]) == [one]


def test_everything_that_is_wrong_is_said_at_once_each_with_its_place():
    wrong = a_service(phones=[{"id": "7"}], minimum_age="4", url="javascript:alert(1)", organization=7)
    assert faults([a_service("Right"), wrong]) == [
        "$[1].url: Write a web address that begins with http:// or https://.",
        "$[1].minimum_age: Write this as a number, without quotation marks.",
        "$[1].organization: Write an object here, in braces.",
        "$[1].phones[0].id: Write a UUID, like 0fdfb57f-c147-4cfb-864c-44788a335d8c.",
        "$[1].phones[0].number: HSDS asks for this: add it.",
    ]


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"kind": "bakery"}, "$[0].attributes: Say of which one kind the provider is. It says bakery. Leave"),
        ({"needs": ("C1_WELLBEING",)}, "$[0].attributes: No need has the code 'C1_WELLBEING' in the policy."),
        ({"districts": ("E06000018",)}, "$[0].service_areas: None of these places is here. End the uri"),
        ({"minimum_age": 9, "maximum_age": 4}, "$[0].maximum_age: This is less than minimum_age."),
        ({"maximum_age": 400}, "$[0].maximum_age: An age is from 0 to 150 years."),
        ({"free": SAID | {"available": 2.5}}, "$[0].capacities[0].available: Write a whole number from 0."),
        ({"free": SAID | {"maximum": 1}}, "$[0].capacities[0].maximum: There are more places available than this."),
        ({"free": SAID | {"waiting_weeks": -1}}, "$[0].capacities[0].waiting_weeks: Write a whole number from 0."),
        ({"free": SAID | {"updated": "2014-02-01T09:00:00Z"}}, "$[0].capacities[0].updated: This has not come yet."),
        ({"name": "A\x00"}, "$[0].name: This text holds a NUL or half a character."),
        ({"more": {"deep": ["\ud800"]}}, "$[0].more.deep[0]: This text holds a NUL or half a character."),
        ({"status": "open"}, "$[0].status: There is no 'open'. Use one of: active, inactive,"),
    ],
)
def test_what_the_directory_cannot_go_by_is_refused(about, told):
    (fault,) = faults([a_service(**about)])
    assert fault.startswith(told)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "$: This is not JSON at line 1, column 2"),
        (b"{}", "$: Put the services in a list"),
        (b"[1]", "$[0]: Write an object here, in braces."),
        (b"\xff", "$: Byte 0 is not UTF-8."),
        (b'[{"a": 1, "a": 2}]', "$: An object says 'a' twice."),
        (b"[NaN]", "$: NaN is no number that JSON has."),
        (b"[1e999]", "$: 1e999 is no number that JSON has."),
        (b"[" + b"9" * 5000 + b"]", "$: A number here is too long to be one."),
        (b"[" * 100_000, "$: This is nested too deeply"),
    ],
)
def test_what_is_no_list_of_services_is_refused(content, told):
    with pytest.raises(FileRefused, match="^" + told.replace("$", r"\$").replace("[0]", r"\[0\]")):
        read_services(content, KNOWN, NOW)


def test_two_services_of_one_key_are_refused_however_it_is_written():
    twice = [a_service(), a_service("Another", id=key("Stay and play").upper())]
    assert faults(twice) == ["$[1].id: $[0] has the same id. Give each service its own."]


def test_what_is_looked_for_is_read_out_of_the_whole():
    one = a_service(needs=("C2_SPEECH", "P"), districts=("E07000176", "E07000170"), minimum_age=2)
    found = columns_of(one, KNOWN)
    assert (found["kind"], found["needs"]) == ("childrens_centre", ["C2_SPEECH", "P"])
    assert (found["districts"], found["minimum_age"]) == (["E07000170", "E07000176"], 2)
    assert columns_of(a_service(districts=("E10000024",)), KNOWN)["districts"] == []
    assert columns_of(a_service(service_areas=[{"id": key("x"), "name": "Mansfield"}]), KNOWN)["districts"] == [
        "E07000174"
    ]
    assert spell_out(["P", "x"], {"P": ("p1", "p2")}) == {"p1", "p2", "x"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ROOMS = st.none() | st.fixed_dictionaries(
    {"available": st.integers(0, 5), "updated": st.just(SAID["updated"])},
    optional={"maximum": st.integers(5, 9), "waiting_weeks": st.integers(0, 9), "note": JSON},
)
INSTANTS = st.integers(-9, 9).map(lambda hours: datetime(2013, 12, 1, 9, tzinfo=UTC) + timedelta(hours=hours))
SAIDS = st.none() | st.builds(
    Said, st.integers(0, 5), st.none() | st.integers(5, 9), st.none() | st.integers(0, 9), INSTANTS
)


def is_kept(value):
    """Whether a database keeps all text in it."""
    return "\\u0000" not in json.dumps(value) and not re.search(r"\\ud[89a-f]", json.dumps(value))


@given(st.dictionaries(st.from_regex(r"\Ax_[a-z]{1,5}\Z"), JSON.filter(is_kept)), ROOMS.filter(is_kept))
def test_what_was_written_is_read_as_it_was(more, room):
    document = a_service(free=room, **more)
    found = read([document])
    assert found == [document]
    assert read_services(write_services(found).encode(), KNOWN, NOW) == found


@given(ROOMS, SAIDS)
def test_room_that_was_said_later_stands_in_the_document_and_nothing_else_changes(room, said):
    document = a_service(free=room, capacities_of=1) | ({} if room else {"capacities": [other()]})
    told, there = present(document, said), said_in(document)
    later = said is not None and (there is None or said.at > there.at)
    assert said_in(told) == (said if later else there)
    assert {**told, "capacities": 0} == {**document, "capacities": 0}
    assert len(told["capacities"]) == (2 if later and not room else 1)
    assert present(told, said) == told
    if later:
        read([told])


def other():
    """So many hours, which are no places."""
    return a_place("Hours", SAID) | {"unit": {"id": key("hour"), "name": "Hour"}}


def test_the_two_vocabularies_are_told_apart():
    terms = [each["taxonomy_term"] for each in a_service()["attributes"]]
    assert [each["taxonomy"] for each in terms] == [KINDS, NEEDS]


WIDE = st.sampled_from([{"name": "England"}, {"uri": f"{ONS}E92000001"}, {"name": "nottinghamshire"}])
ELSEWHERE = st.sampled_from([{"name": "Sherwood ward"}, {"uri": f"{ONS}E05000001"}])


@given(st.lists(ELSEWHERE, max_size=2), st.lists(WIDE, max_size=2), st.booleans())
def test_where_a_councils_own_service_is_for_is_never_more_than_its_file_says(elsewhere, wide, here):
    said = [*elsewhere, *wide, *([{"name": "Ashfield"}] if here else [])]
    areas = [{"id": key(str(number)), **each} for number, each in enumerate(said)]
    (document,) = read([a_plain_service(service_areas=areas)])
    expected = [] if wide or not said else [ASHFIELD] if here else [OUTSIDE]
    assert columns_of(document, KNOWN)["districts"] == expected


def test_councils_own_service_is_taken_with_nothing_said_of_what_it_is_for():
    (document,) = read([a_plain_service("Club", "Learning")])
    found = columns_of(document, KNOWN)
    assert (found["kind"], found["needs"], other_terms_of(document)) == (None, [], ["Learning"])
    assert columns_of(a_plain_service("Club", "DEBT ADVICE"), KNOWN)["needs"] == ["F2_DEBT"]
