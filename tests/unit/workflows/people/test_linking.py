"""Files are linked without being told who is who, and the truth, which is known of made-up families, is found."""

from collections import Counter
from datetime import date
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.families import County, slip
from workflows.people import Identity, learning, linking
from workflows.people.blocking import candidate_pairs, pairs_within
from workflows.people.fields import FIELDS, SAME
from workflows.people.learning import learn
from workflows.people.linking import STEPS, dedupe, learn_within, link
from workflows.people.records import records_of
from workflows.people.weighing import compare_pairs
from workflows.people.weights import shipped

SEEN = list(County(1, 8000, date(2009, 1, 1)).live(5))
SOME = SEEN[:400]
EXCHANGED_DATE = 1  # the level of dates with day and month exchanged


def of_one(links, lefts, rights):
    return sum(lefts[each.left].key == rights[each.right].key for each in links)


def first_sightings(sightings):
    """Of each person the first, by key."""
    found = {}
    for sighting in sightings:
        found.setdefault(sighting.key, sighting)
    return list(found.values())


@pytest.fixture(scope="module")
def whole_county():
    (records,) = records_of([each.identity for each in SEEN])
    return dedupe(records)


def test_the_county_is_as_large_as_it_must_be():
    assert len({each.key for each in SEEN}) > 15_000
    assert len(SEEN) > 25_000


def test_who_is_in_a_county_twice_is_found_and_nearly_nobody_else(whole_county):
    count = Counter(each.key for each in SEEN)
    true = sum(many * (many - 1) // 2 for many in count.values())
    right = of_one(whole_county, SEEN, SEEN)
    assert right / len(whole_county) > 0.98  # of the pairs that are said to be one person are
    assert right / true > 0.93  # who moved, changed their name and had no date written is not to be found by anybody


def people_born_on_exchanged_dates(count):
    """All of them strangers; each second one is born on the day and in the month of the one before, exchanged."""
    dice = Random(1)
    for number in range(count):
        born = date(2000 + number % 14, 1 + number // 14 % 12, 1 + number // 168 % 12)
        if born.day != born.month:
            for day in (born, born.replace(month=born.day, day=born.month)):
                yield Identity(*("".join(dice.choices("abdefgiklmnoprstuvz", k=8)).title() for _ in range(2)), day)


def test_chance_is_not_taken_for_one_person_where_nobody_is_there_twice(monkeypatch):
    """As where none of the pairs that were drawn had exchanged dates, which then seem to be no chance."""

    def draw_none(left, right):
        found = drawn(left, right)
        found["birth_date"][EXCHANGED_DATE] = 1e-9
        return found

    drawn = learning._draw
    monkeypatch.setattr(learning, "_draw", draw_none)
    (records,) = records_of([*people_born_on_exchanged_dates(1000)])
    _pairs, learned = learn_within(records)
    assert all(learned.weights.of_one[code][SAME] > 0.5 for code in ("given_name", "family_name", "birth_date"))
    assert dedupe(records) == []


def test_what_was_not_drawn_is_not_taken_for_impossible():
    (records,) = records_of([each.identity for each in SOME])
    drawn = learning._draw(records, records)
    for field in FIELDS:
        if field.code not in learning.IDENTIFIERS:
            assert min(drawn[field.code]) > learning.SELDOM * 0.9, field.code


def test_probabilities_are_what_they_say(whole_county):
    """Of the pairs between two probabilities about as many are right: checked where there are hundreds of them."""
    sure = [each for each in whole_county if each.probability > 0.95]
    likely = [each for each in whole_county if 0.5 < each.probability <= 0.95]
    assert of_one(sure, SEEN, SEEN) / len(sure) > 0.985
    assert 0.5 < of_one(likely, SEEN, SEEN) / len(likely) <= 1


def test_brothers_and_sisters_are_not_taken_for_each_other(whole_county):
    wrong = [each for each in whole_county if SEEN[each.left].key != SEEN[each.right].key]
    for each in wrong:
        names = {SEEN[place].identity.given_name.casefold()[:1] for place in (each.left, each.right)}
        assert len(names) <= 2
    assert len(wrong) < 0.02 * len(whole_county)


def test_child_who_was_told_of_before_the_birth_is_mostly_found_after_it(whole_county):
    """Who moved between has neither a name nor an address in common with the child that was expected."""
    expected = {at for at, each in enumerate(SEEN) if each.identity.expected_date}
    keys = {SEEN[at].key for at in expected}
    born = Counter(each.key for each in SEEN if each.key in keys and not each.identity.expected_date)
    found = [each for each in whole_county if (each.left in expected) != (each.right in expected)]
    assert sum(born.values()) > 250
    assert of_one(found, SEEN, SEEN) / sum(born.values()) > 0.7
    assert of_one(found, SEEN, SEEN) / len(found) > 0.9


def test_two_files_of_which_half_is_in_both_are_linked_one_to_one():
    years = sorted({each.on for each in SEEN})
    lefts = first_sightings(each for each in SEEN if each.on == years[0])
    rights = first_sightings(each for each in SEEN if each.on == years[1])
    links = link(*records_of([each.identity for each in lefts], [each.identity for each in rights]))
    both = len({each.key for each in lefts} & {each.key for each in rights})
    right = of_one(links, lefts, rights)
    assert right / len(links) > 0.97
    assert right / both > 0.93
    assert max(Counter(each.left for each in links).values()) == 1
    assert max(Counter(each.right for each in links).values()) == 1


def test_evidence_adds_up_and_the_likeliest_come_first(whole_county):
    assert [each.probability for each in whole_county] == sorted(
        (each.probability for each in whole_county), reverse=True
    )
    assert all(sum(said.weight for said in each.evidence) > 0 for each in whole_county)


def test_the_same_files_give_the_same_pairs_each_time():
    records = records_of([each.identity for each in SOME])
    assert dedupe(*records) == dedupe(*records_of([each.identity for each in SOME]))


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_and_one_person_have_no_pair(count):
    few = [each.identity for each in SOME[:count]]
    assert dedupe(*records_of(few)) == []
    assert link(*records_of(few, [])) == []


def test_two_records_are_enough_to_be_linked():
    one = SOME[0].identity
    assert [(each.left, each.right) for each in link(*records_of([one], [one]))] == [(0, 0)]


def two_files_but_for_one_child():
    """The same people, and a child told of before the birth and born elsewhere: 60th of the left, first of the right.

    No rule brings the two together: all that both have is a family name, and whose child it is.
    """
    parents = ("Ann Testley", "Bob Testley")
    expected = Identity("", "Testley", expected_date=date(2013, 5, 1), postcode="NG15 7AA", parents=parents)
    born = Identity("Ava", "Testley", date(2013, 5, 9), "F", "DE1 1AA", "3 Mill Road", parents=parents)
    others = [each.identity for each in first_sightings(SOME) if each.identity.birth_date][:60]
    return records_of([*others, expected], [born, *others])


def test_who_is_left_over_is_compared_though_nothing_was_worth_comparing():
    left, right = two_files_but_for_one_child()
    assert (60, 0) not in zip(*(places.tolist() for places in candidate_pairs(left, right)), strict=True)
    found = {(each.left, each.right) for each in link(left, right)}
    assert found == {(60, 0), *((place, place + 1) for place in range(60))}


def test_who_is_left_over_is_not_compared_where_that_would_be_too_many(monkeypatch):
    for most, found in ((1, True), (0, False)):
        monkeypatch.setattr(linking, "LEFT_OVER", most)
        assert ((60, 0) in {(each.left, each.right) for each in link(*two_files_but_for_one_child())}) is found


def test_each_step_is_told_as_it_begins():
    told = []
    dedupe(*records_of([each.identity for each in SOME]), tell=told.append)
    assert tuple(told) == STEPS


@given(st.lists(st.integers(0, len(SOME) - 1), min_size=1, max_size=30, unique=True), st.integers(1, 29))
@settings(max_examples=30, deadline=None)
def test_records_are_compared_that_share_what_a_rule_asks(places, cut):
    """Beside the obvious: every record with every other, of the same date, of which some must be among them."""
    left, right = places[:cut], places[cut:]
    ours, theirs = records_of([SOME[at].identity for at in left], [SOME[at].identity for at in right])
    i, j = candidate_pairs(ours, theirs)
    found = set(zip(i.tolist(), j.tolist(), strict=True))
    assert len(found) == len(i)
    days = [[SOME[at].identity.birth_date for at in side] for side in (left, right)]
    same = {(a, b) for a, one in enumerate(days[0]) for b, other in enumerate(days[1]) if one and one == other}
    assert same <= found


def test_no_record_is_compared_with_itself_and_no_pair_twice():
    (records,) = records_of([each.identity for each in SOME])
    i, j = pairs_within(records)
    assert (i < j).all()
    assert len(set(zip(i.tolist(), j.tolist(), strict=True))) == len(i)


def test_child_with_a_wrong_date_and_a_wrong_name_is_still_compared():
    one = SOME[0].identity
    other = type(one)(slip(Random(1), one.given_name), one.family_name, date(1990, 1, 1), "U", one.postcode)
    i, _ = candidate_pairs(*records_of([one], [other]))
    assert len(i) == 1


def test_weights_are_learned_from_records_that_nobody_labelled():
    """What was learned comes near to what is counted with the truth."""
    (records,) = records_of([each.identity for each in SEEN])
    pairs = compare_pairs(records, records, *pairs_within(records))
    learned = learn(pairs, len(SEEN) * (len(SEEN) - 1) // 2, len(SEEN)).weights
    by_key = {}
    for at, each in enumerate(SEEN):
        by_key.setdefault(each.key, []).append(at)
    i, j = np.array([both for places in by_key.values() for both in combinations(places, 2)]).T
    truth = compare_pairs(records, records, i, j)
    for field in ("given_name", "family_name", "birth_date", "postcode"):
        levels = truth.levels[field]
        same = (levels[levels >= 0] == 0).mean()
        assert learned.of_one[field][0] == pytest.approx(same, abs=0.06)


def test_little_is_learned_from_few():
    (records,) = records_of([SOME[0].identity, SOME[1].identity])
    nobody = compare_pairs(records, records, np.array([0]), np.array([1]))
    learned = learn(nobody, 1, 1).weights
    assert learned.of_one["given_name"] == pytest.approx(shipped().of_one["given_name"], abs=0.06)
