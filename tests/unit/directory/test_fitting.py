"""Which services fit, beside a slow and obvious reading of the same question."""

from datetime import date
from itertools import pairwise
from math import inf
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.directory.fitting import Child, Offer, Room, choose, fit, is_of_age
from triage.models.codes import PROVIDER_KINDS

NEEDS, PLACES = ("speech", "grief", "debt"), ("A", "B")
DAY = date(2013, 5, 7)
AGES = st.none() | st.sampled_from([0, 0.5, 2, 2.5, 4, 11, 17])
ROOMS = st.none() | st.builds(
    Room,
    free=st.integers(0, 3),
    places=st.none() | st.integers(3, 9),
    waiting_weeks=st.none() | st.integers(0, 8),
    said_on=st.just(DAY),
    said_by=st.just("Made up"),
    confirmed=st.booleans(),
)
OFFERS = st.builds(
    Offer,
    id=st.uuids(),
    name=st.sampled_from(["a", "A", "b"]),
    kind=st.sampled_from(tuple(PROVIDER_KINDS)),
    needs=st.frozensets(st.sampled_from(NEEDS)),
    minimum_age=AGES,
    maximum_age=AGES,
    districts=st.frozensets(st.sampled_from(PLACES)),
    room=ROOMS,
)
MANY = st.lists(OFFERS, max_size=7, unique_by=lambda each: each.id)
CHILDREN = st.builds(
    Child,
    needs=st.frozensets(st.sampled_from(NEEDS)),
    months=st.none() | st.integers(0, 18 * 12 + 5),
    district=st.none() | st.sampled_from(PLACES),
)


def an_offer(**about):
    usual = {"id": UUID(int=1), "name": "a", "kind": "camhs", "needs": frozenset({"grief"}), "districts": frozenset()}
    return Offer(**usual | {"minimum_age": None, "maximum_age": None} | about)


def faults_of(offer, child):
    """How many of age and place are not plainly right."""
    told = offer.minimum_age is not None or offer.maximum_age is not None
    born_for = child.months is not None and any(
        (offer.minimum_age is None or offer.minimum_age <= child.months / 12) and child.months / 12 <= most
        for most in ([inf] if offer.maximum_age is None else [offer.maximum_age, *in_that_year(offer.maximum_age)])
    )
    lives_there = not offer.districts or child.district in offer.districts
    return (told and not born_for) + (not lives_there)


def in_that_year(age):
    """The months of the year that a whole age lasts."""
    return [age + month / 12 for month in range(12)] if age == int(age) else []


def goes_before(one, other):
    """Whether the one is told before the other: by each thing in turn."""
    for told in (
        lambda each: 0 if each.offer.has_room else 1,
        lambda each: wait_of(each.offer.room),
        lambda each: -len(each.meets),
        lambda each: tuple(PROVIDER_KINDS).index(each.offer.kind),
        lambda each: each.offer.name.lower(),
        lambda each: each.offer.id.int,
    ):
        if told(one) != told(other):
            return told(one) < told(other)
    return False


def wait_of(room):
    if room is None or not room.confirmed:
        return 999
    return 0 if room.free else 999 if room.waiting_weeks is None else room.waiting_weeks


@given(MANY, CHILDREN)
def test_what_fits_and_what_nearly_does_are_those_that_one_thing_at_most_stands_against(offers, child):
    found = fit(offers, child)
    meeting = [each for each in offers if any(need in child.needs for need in each.needs)]
    for fits, faults in ((found.fitting, 0), (found.nearly, 1)):
        assert {each.offer.id for each in fits} == {each.id for each in meeting if faults_of(each, child) == faults}
        assert all(len(each.against) == faults for each in fits)
        assert all(each.meets == tuple(sorted(each.offer.needs & child.needs)) for each in fits)
        assert all(goes_before(one, other) for one, other in pairwise(fits))
    assert fit(reversed(offers), child) == found


@given(MANY, CHILDREN)
def test_room_is_never_what_nobody_confirmed(offers, child):
    found = fit(offers, child)
    assert found.has_room == any(
        each.offer.room and each.offer.room.confirmed and each.offer.room.free > 0 for each in found.fitting
    )


@given(MANY, CHILDREN, st.none() | st.sampled_from(tuple(PROVIDER_KINDS)), st.booleans())
def test_list_leaves_out_what_is_asked_for_and_is_not_so(offers, child, kind, room_now):
    left = {each.id for each in choose(offers, child, kind=kind, room_now=room_now)}
    for each in offers:
        asked = [
            not child.needs or bool(each.needs & child.needs),
            child.months is None
            or faults_of(each, Child(child.needs, child.months, next(iter(each.districts), None))) == 0,
            child.district is None or not each.districts or child.district in each.districts,
            kind is None or each.kind == kind,
            not room_now or each.has_room,
        ]
        assert (each.id in left) == all(asked)


@pytest.mark.parametrize(
    ("least", "most", "months", "fits"),
    [
        (None, 4, 59, True),
        (None, 4, 60, False),
        (None, 2.5, 30, True),
        (None, 2.5, 31, False),
        (5, None, 59, False),
        (5, None, 60, True),
        (0.5, None, 5, False),
        (0.5, None, 6, True),
        (None, None, 200, True),
    ],
)
def test_age_is_that_of_the_last_birthday(least, most, months, fits):
    assert is_of_age(an_offer(minimum_age=least, maximum_age=most), months) == fits


def test_why_not_is_said_and_tells_what_is_wrong_from_what_nobody_knows():
    offers = [an_offer(maximum_age=4), an_offer(id=UUID(int=2), districts=frozenset("A"))]
    (young, near) = fit(offers, Child(frozenset({"grief"}), 120, "B")).nearly
    assert (young.against, near.against) == (("age",), ("place",))
    (young, near) = fit(offers, Child(frozenset({"grief"}), None, None)).nearly
    assert (young.against, near.against) == (("age_not_known",), ("place_not_known",))


def test_whoever_needs_nothing_is_offered_nothing():
    assert fit([an_offer()], Child(frozenset(), 60, "A")).fitting == ()
