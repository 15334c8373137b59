"""What was learned as plain numbers, and how common values are, beside counting them one by one."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.people import Identity
from workflows.people.records import OTHERS, count_common, records_of, values_of
from workflows.people.weights import of_numbers, shipped

NAMES = st.sampled_from(["Holm", "Ashby", "Voss", "O'Neill", ""])


def test_weights_are_the_same_after_they_were_kept():
    again = of_numbers(json.loads(json.dumps(shipped().to_numbers())))
    for table in ("of_one", "of_two", "of_home"):
        ours, theirs = getattr(shipped(), table), getattr(again, table)
        assert set(ours) == set(theirs)
        assert all(np.allclose(ours[code], theirs[code]) for code in ours)
    assert (again.exchanged, again.at_home) == (shipped().exchanged, shipped().at_home)


def test_numbers_that_lack_a_part_are_no_weights():
    with pytest.raises(KeyError):
        of_numbers({"of_one": {}, "of_two": {}})


@given(st.lists(NAMES, min_size=1, max_size=30), st.integers(1, 4))
def test_value_is_common_where_so_many_have_it(names, least):
    people = [Identity("Ava", name) for name in names]
    (records,) = records_of(people)
    counted = Counter(values_of(each)["family_name"] for each in people)
    known = sum(count for value, count in counted.items() if value)
    expected = {value: count / (known + OTHERS) for value, count in counted.items() if value and count >= least}
    assert count_common(records, ["family_name"], least)["family_name"] == pytest.approx(expected)
