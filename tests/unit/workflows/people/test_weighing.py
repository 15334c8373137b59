"""A pair weighs what its fields say, a line a field, beside two people of one household as well as two strangers."""

from dataclasses import replace
from datetime import date
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.families import County
from workflows.people import LIKELY, Identity, compare, compare_with, total
from workflows.people.agreement import unlike
from workflows.people.fields import FIELDS
from workflows.people.records import records_of, values_of
from workflows.people.weighing import compare_pairs, weigh_pairs
from workflows.people.weights import shipped

AVA = Identity("Ava", "Testley", date(2008, 1, 2), "F", "NG15 7AA", "3 Mill Road", "9434765919")
PEOPLE = [sighting.identity for sighting in County(3, 60, date(2009, 1, 1)).live(3)]

UNTOLD = {"given_name": "", "family_name": "", "birth_date": None, "sex": "U", "postcode": None, "address": ""}


def like(**details):
    """Ava without her number, but for `details`."""
    about = {name: getattr(AVA, name) for name in Identity.__dataclass_fields__} | {"nhs_number": None} | details
    return Identity(**about)


def weight(other, one=None):
    return total(compare(one or like(), other))


def says(other):
    return " ".join(each.says for each in compare(like(), other))


def weigh_slowly(one, other):
    """The weight of a pair by the book, one field after another; for pairs in which nothing is exchanged."""
    weights, bits, at_home = shipped(), 0.0, 0.0
    ours, theirs = values_of(one), values_of(other)
    for field in FIELDS:
        left, right = ours[field.code], theirs[field.code]
        if left and right:
            level = 0 if left == right else int(unlike(field.kind, [left], [right])[0])
            said = log2(weights.of_one[field.code][level] / weights.of_two[field.code][level])
            bits += said
            of_home = weights.of_home.get(field.code)
            at_home += said if field.shared else log2(of_home[level] / weights.of_two[field.code][level])
    return bits - log2(1 - weights.at_home + weights.at_home * 2**at_home)


@settings(deadline=None)
@given(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sets(st.sampled_from(sorted(UNTOLD))))
def test_weight_is_what_the_book_says(one, other, untold):
    one = replace(one, **{field: UNTOLD[field] for field in untold})
    evidence = compare(one, other)
    if not any("exchanged" in each.says and "name" in each.says for each in evidence):
        assert total(evidence) == pytest.approx(weigh_slowly(one, other), abs=0.06)  # less than that is not said


@settings(deadline=None)
@given(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
def test_weight_is_the_same_both_ways(one, other):
    assert total(compare(one, other)) == pytest.approx(total(compare(other, one)))


@settings(deadline=None)
@given(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=6))
def test_few_together_weigh_what_each_weighs_alone(others):
    found = compare_with(AVA, others, least=-1000)
    assert [at for at, _ in found] == list(range(len(others)))
    assert [evidence for _, evidence in found] == [compare(AVA, other) for other in others]


def test_those_who_are_not_likely_are_left_out():
    stranger = Identity("Omar", "Holt", date(1990, 5, 5), "M", "DE1 1AA")
    assert [at for at, _ in compare_with(AVA, [stranger, AVA, stranger])] == [1]


@pytest.mark.parametrize(
    "nearer",
    [
        like(given_name="Eva"),
        like(family_name="Testly"),
        like(birth_date=date(2008, 2, 1)),
        like(birth_date=date(2008, 1, 3)),
        like(postcode="NG15 7AB"),
        like(given_name="Testley", family_name="Ava"),
        like(birth_date=None),
        like(address="12 Mill Road"),
    ],
)
def test_one_slip_weighs_less_than_none_and_more_than_a_stranger(nearer):
    assert 0 < weight(nearer) < weight(like())


def test_a_number_that_is_the_same_is_decisive_and_another_speaks_against():
    elsewhere = {"given_name": "A", "family_name": "Other", "postcode": None, "address": "", "birth_date": None}
    assert weight(like(**elsewhere, nhs_number="9434765919"), AVA) > LIKELY
    assert weight(like(nhs_number="9990000018"), AVA) < weight(like(), AVA)


def test_a_brother_is_not_his_sister_though_nearly_all_is_the_same():
    brother = like(given_name="Leo", birth_date=date(2010, 6, 5), sex="M")
    assert weight(brother) < 0
    assert "others of one household would agree so too" in says(brother)


@pytest.mark.parametrize("sex", ["F", "M"])
def test_twins_are_two_people_until_somebody_says_otherwise(sex):
    """One date, one home: they come before a worker at most, and far behind the child of that name."""
    assert weight(like(given_name="Mia", sex=sex)) < weight(like()) - 10


def test_an_unborn_child_is_known_again_when_it_is_born():
    unborn = Identity("Baby", "Testley", expected_date=date(2008, 1, 20), postcode="NG15 7AA", address="3 Mill Road")
    later = Identity("Unborn", "Testley", expected_date=date(2009, 6, 1), postcode="NG15 7AA", address="3 Mill Road")
    assert weight(unborn) > LIKELY > weight(later)
    assert "date of birth fits when the child was expected (2 January 2008 / expected 20 January 2008)" in says(unborn)


def test_parents_who_are_the_same_speak_for_it():
    one, other = like(parents=("Ann Testley",)), like(parents=("Ann Testley", "Bob Wood"), address="", postcode=None)
    assert weight(other, one) > weight(like(address="", postcode=None), one)


def test_rare_name_says_more_than_a_common_one():
    common, rare = ({"given_name": {"ava": share}} for share in (0.02, 0.00001))
    only = like(family_name="", birth_date=None, address="", postcode=None)
    bits = [total(compare_with(only, [only], common=each, least=0)[0][1]) for each in (common, rare)]
    assert bits[1] == pytest.approx(bits[0] + log2(0.02 / 0.00001), abs=0.1)


def test_every_line_says_what_was_compared_as_people_write_it():
    other = like(birth_date=date(2008, 2, 1), postcode="NG15 7AB", family_name="Testly")
    assert "date of birth with day and month exchanged (2 January 2008 / 1 February 2008)" in says(other)
    assert "postcode but for one character (NG15 7AA / NG15 7AB)" in says(other)
    assert "family name a slip, or sounds the same (testley / testly)" in says(other)


def test_nothing_known_says_nothing():
    assert compare(Identity("", ""), AVA) == ()


def test_exchanged_names_of_a_sister_are_not_her_brother():
    brother = Identity("Testley", "Leo", None, "U", "NG15 7AA", "3 Mill Road")
    assert total(compare(like(), brother)) < LIKELY


def test_whole_files_weigh_as_pairs_do():
    left, right = records_of(PEOPLE[:9], PEOPLE[9:18])
    i, j = np.repeat(np.arange(9), 9), np.tile(np.arange(9), 9)
    pairs = compare_pairs(left, right, i, j)
    at_once = weigh_pairs(shipped(), pairs).total
    for place in range(0, 81, 7):
        one = compare_pairs(left, right, i[place : place + 1], j[place : place + 1])
        assert weigh_pairs(shipped(), one).total[0] == pytest.approx(at_once[place])
