"""Who belongs to whom on a day, beside a slow reading of the same words; and what follows of families."""

from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from workflows.people.family import (
    INVERSE_WORDS,
    INVERSES,
    LIVES_WITH,
    PARENTS,
    RELATIONS,
    SIBLINGS,
    Tie,
    household_of,
    relations_of,
)

DAY = date(2014, 6, 1)
PEOPLE = range(6)
days = st.none() | st.integers(-3, 3).map(lambda by: DAY + timedelta(days=by))
pairs = st.permutations(PEOPLE).map(lambda order: order[:2])
kinds = st.sampled_from((*RELATIONS, *PARENTS, *PARENTS, LIVES_WITH, LIVES_WITH))


@st.composite
def ties(draw):
    one, other = draw(pairs)
    first, last = draw(days), draw(days)
    if first and last and last < first:
        first, last = last, first
    return Tie(one, other, draw(kinds), first, last)


families = st.lists(ties(), max_size=12)


def names(who, said, day=DAY):
    return set(relations_of(who, said, day))


def holding(said, day):
    """Each tie that holds, read from the days one by one."""
    spans = [(each.since or date.min, each.until or date.max, each) for each in said]
    return [each for first, last, each in spans if first <= day <= last]


def lives_together(said, day):
    """Pairs that live together, by adding whoever follows until nobody does."""
    together = {(one, one) for one in PEOPLE}
    for each in holding(said, day):
        if each.kind == "lives_with":
            together |= {(each.one, each.other), (each.other, each.one)}
    for middle, one, other in product(PEOPLE, repeat=3):
        if (one, middle) in together and (middle, other) in together:
            together.add((one, other))
    return together


def related(who, said, day):
    """What each other person is to somebody, from each pair that it could be said of."""
    now, found = holding(said, day), set()
    for other in PEOPLE:
        found |= {(other, each.kind) for each in now if (each.one, each.other) == (who, other)}
        found |= {(other, INVERSES.get(each.kind, each.kind)) for each in now if (each.other, each.one) == (who, other)}
    parents = {one: {each.other for each in now if each.one == one and each.kind in PARENTS} for one in PEOPLE}
    for other in set(PEOPLE) - {who}:
        shared = parents[who] & parents[other]
        if shared and not {(other, kind) for kind in SIBLINGS} & found:
            alone = len(shared) == 1 and len(parents[who]) > 1 and len(parents[other]) > 1
            found.add((other, "half_sibling" if alone else "sibling"))
    return found


@given(families, st.sampled_from(PEOPLE))
def test_who_belongs_to_somebody_is_what_a_slow_reading_finds(said, who):
    assert names(who, said) == related(who, said, DAY)


@given(families, st.sampled_from(PEOPLE))
def test_household_is_what_a_slow_reading_finds(said, who):
    assert household_of(who, said, DAY) == {other for one, other in lives_together(said, DAY) if one == who}


@given(families, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
def test_what_one_is_to_another_the_other_is_in_return(said, one, other):
    theirs = {INVERSES.get(kind, kind) for who, kind in names(one, said) if who == other and kind in RELATIONS}
    assert theirs - set(SIBLINGS) <= {kind for who, kind in names(other, said) if who == one}


@given(families, st.randoms())
def test_order_in_which_it_was_said_changes_nothing(said, dice):
    again = dice.sample(said, len(said))
    assert all(names(who, said) == names(who, again) for who in PEOPLE)


def test_every_relation_and_what_it_is_in_return_has_words():
    assert set(INVERSES) <= set(RELATIONS)
    assert set(INVERSES.values()) == set(INVERSE_WORDS)
    assert not set(INVERSE_WORDS) & set(RELATIONS)


def test_tie_holds_on_its_first_day_and_on_its_last():
    tie = Tie("Ava", "Ben", LIVES_WITH, DAY, DAY)
    assert [tie.holds(DAY + timedelta(days=by)) for by in (-1, 0, 1)] == [False, True, False]


def test_unborn_child_and_the_mothers_other_child_are_siblings():
    said = [Tie("unborn", "mother", "unborn_to"), Tie("Ava", "mother", "parent")]
    assert names("unborn", said) == {("mother", "unborn_to"), ("Ava", "sibling")}
    assert ("unborn", "unborn_child_of") in names("mother", said)


def test_children_of_one_mother_by_two_fathers_are_half_siblings_once_both_fathers_are_known():
    said = [Tie("Ava", "mother", "parent"), Tie("Ben", "mother", "parent"), Tie("Ava", "Tom", "parent")]
    assert ("Ben", "sibling") in names("Ava", said)
    assert ("Ben", "half_sibling") in names("Ava", [*said, Tie("Ben", "Sam", "parent")])
    assert ("Ben", "sibling") in names("Ava", [*said, Tie("Ben", "Tom", "parent")])


def test_what_is_said_of_siblings_stands_before_what_follows_from_parents():
    said = [Tie("Ava", "mother", "parent"), Tie("Ben", "mother", "parent"), Tie("Ben", "Ava", "half_sibling")]
    assert [kind for who, kind in names("Ava", said) if who == "Ben"] == ["half_sibling"]


def test_somebody_who_left_is_of_the_household_no_more_and_nor_is_whoever_came_by_them():
    said = [
        Tie("Ava", "mother", LIVES_WITH),
        Tie("mother", "partner", LIVES_WITH, until=DAY - timedelta(days=1)),
        Tie("partner", "lodger", LIVES_WITH),
    ]
    assert household_of("Ava", said, DAY) == {"Ava", "mother"}
    assert household_of("Ava", said, DAY - timedelta(days=1)) == {"Ava", "mother", "partner", "lodger"}
