"""Small numbers: what could be somebody is told to those alone who see cases."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.insight.definition import LEAST, get_measure
from triage.insight.measures import Answer, Figure
from triage.insight.small import SMALL, hide_small, is_small

DAY = date(2013, 5, 7)
COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=9)


def number(count):
    return Figure(count, count, None)


def share(counted, of):
    return Figure(counted / of if of else None, counted, of)


def answer(name, whole, *figures):
    return Answer(get_measure(name), DAY, DAY, whole, tuple((str(n), str(n), each) for n, each in enumerate(figures)))


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (number(0), False), (number(1), True), (number(5), True), (number(6), False),
        (share(0, 0), False), (share(6, 12), False), (share(5, 12), True), (share(7, 12), True),
        (share(0, 5), True), (share(0, 6), False), (share(6, 6), False),
    ],
)  # fmt: skip
def test_share_is_small_where_what_it_counts_or_leaves_is(figure, expected):
    name = "enquiries" if figure.of is None else "re_referrals"
    assert is_small(get_measure(name), figure) is expected


@given(COUNTS)
def test_no_small_group_is_told_nor_can_one_be_worked_out(counts):
    told = hide_small(answer("enquiries", number(sum(counts)), *map(number, counts)))
    hidden = [count for count, (_key, _label, figure) in zip(counts, told.groups, strict=True) if figure == SMALL]
    small = [count for count in counts if 0 < count < LEAST]
    assert not any(0 < figure.counted < LEAST for _key, _label, figure in told.groups if figure != SMALL)
    assert set(small) <= set(hidden)
    alone = len(small) == 1 and sum(1 for count in counts if count) == 1
    assert len(hidden) != 1 or alone


def test_kappa_is_hidden_where_few_agreed_or_few_did_not():
    for counted, hidden in ((3, True), (38, True), (20, False)):
        assert is_small(get_measure("kappa"), Figure(0.4, counted, 40)) is hidden


def test_what_is_hidden_is_neither_counted_nor_of_anything():
    told = hide_small(answer("re_referrals", share(3, 40)))
    assert told.whole == SMALL
    assert (told.whole.value, told.whole.counted, told.whole.of) == (None, None, None)
