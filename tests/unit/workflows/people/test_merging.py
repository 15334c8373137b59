"""Which records are one person's, beside an oracle that walks from record to record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.people.merging import find_heads

RECORDS = range(8)
PAIRS = st.lists(st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS)), max_size=12)


def reached(record, pairs):
    """Everybody met on the way, however long, from this record."""
    met, waiting = set(), [record]
    while waiting:
        here = waiting.pop()
        met.add(here)
        waiting += [other for pair in pairs if here in pair for other in pair if other not in met]
    return met


@given(PAIRS)
def test_head_is_the_first_of_all_who_are_one(pairs):
    assert find_heads(RECORDS, pairs) == {record: min(reached(record, pairs)) for record in RECORDS}


@given(PAIRS.flatmap(lambda pairs: st.tuples(st.just(pairs), st.permutations(pairs))))
def test_order_of_what_was_said_is_nothing(drawn):
    pairs, otherwise = drawn
    assert find_heads(RECORDS, pairs) == find_heads(RECORDS, otherwise)


@pytest.mark.parametrize(
    ("pairs", "heads"),
    [
        ([], {1: 1, 2: 2, 3: 3}),
        ([(3, 2)], {1: 1, 2: 2, 3: 2}),
        ([(3, 2), (3, 1)], {1: 1, 2: 1, 3: 1}),
    ],
)
def test_who_stands_alone_is_nobody_else(pairs, heads):
    assert find_heads((1, 2, 3), pairs) == heads
