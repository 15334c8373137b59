"""Two values of a field agree at the level that a person reading them would say."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.people.agreement import unlike
from workflows.people.fields import DAY, FIELDS, IDENTIFIER, NAME, NUMBER, POSTCODE, RELATIVES, TEXT
from workflows.people.folding import day_digits

DATES = [date(2014, 1, 1), date(2014, 12, 31), date(2004, 2, 29), date(1999, 1, 11)]
CASES = [
    (NAME, "van dyke", "vandyke", "another form"),
    (NAME, "liz", "elizabeth", "another form"),
    (NAME, "smith", "smyth", "a slip, or sounds the same"),
    (NAME, "charlie", "charile", "a slip, or sounds the same"),
    (NAME, "daniel", "danielle", "a slip, or sounds the same"),
    (NAME, "marsha", "martha", "a slip, or sounds the same"),
    (NAME, "arjun", "arrun", "a slip, or sounds the same"),
    (NAME, "luke", "duke", "a slip, or sounds the same"),
    (NAME, "mia", "kia", "differs"),
    (NAME, "jonathan", "johanna", "alike"),
    (NAME, "ava", "eva", "differs"),
    (TEXT, "stanley street", "stnaley street", "a slip"),
    (TEXT, "mill street", "mill stream", "a slip"),  # just as like as a slip must be
    (TEXT, "park avenue", "park lane", "alike"),
    (TEXT, "mill road", "park avenue", "differs"),
    (DAY, "20140301", "20140103", "with day and month exchanged"),
    (DAY, "20140301", "20140307", "but for one digit"),
    (DAY, "20140312", "20140321", "but for one digit"),
    (DAY, "20140301", "20121201", "differs"),
    (DAY, "20140301", "20141201", "but for one part"),
    (DAY, "20140317", "20140101", "of one year, and an estimate"),
    (DAY, "e20140301", "20140312", "fits when the child was expected"),
    (DAY, "20131110", "e20140301", "fits when the child was expected"),
    (DAY, "e20140301", "20140322", "fits when the child was expected"),  # three weeks late, and a day more
    (DAY, "e20140301", "20140323", "differs"),
    (DAY, "e20140301", "20131026", "fits when the child was expected"),  # eighteen weeks early, and a day more
    (DAY, "e20140301", "20131025", "differs"),
    (DAY, "e20140301", "e20140308", "fits when the child was expected"),
    (DAY, "e20140301", "20140401", "differs"),
    (DAY, "e20140301", "20130601", "differs"),
    (NUMBER, "12", "21", "but for one character"),
    (NUMBER, "12", "12a", "but for one character"),
    (NUMBER, "3", "3a", "but for one character"),
    (NUMBER, "3", "5", "differs"),
    (NUMBER, "12", "34", "differs"),
    (POSTCODE, "NG157AA", "NG157AB", "but for one character"),
    (POSTCODE, "NG157AA", "NG151ZZ", "of one area"),
    (POSTCODE, "NG157AA", "NG167ZZ", "differs"),
    (POSTCODE, "NG157AA", "DE11AA", "differs"),
    (POSTCODE, "2118", "2181", "but for one character"),
    (POSTCODE, "2118", "4111", "differs"),
    (RELATIVES, "ann smith|bob smith", "bob smith", "one of them the same"),
    (RELATIVES, "ann smith", "anne smith|zed wood", "one of them alike"),
    (RELATIVES, "ann smith", "zed wood", "none the same"),
    (IDENTIFIER, "9434765919", "9434765991", "but for one character"),
    (IDENTIFIER, "9434765919", "9990000000", "differs"),
]


@pytest.mark.parametrize(("kind", "left", "right", "level"), CASES, ids=lambda each: getattr(each, "code", each))
def test_values_agree_as_a_reader_would_say(kind, left, right, level):
    found = unlike(kind, [left, right], [right, left]).tolist()
    assert [kind.levels[each] for each in found] == [level, level]


@pytest.mark.parametrize("field", FIELDS, ids=lambda each: each.code)
@settings(deadline=None)
@given(values=st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), min_size=1, max_size=5))
def test_each_pair_is_at_a_level_of_its_own_whatever_stands_beside_it(field, values):
    if field.kind is DAY:  # which is always eight digits, or not known
        days = [day_digits(day) for day in (DATES[len(text) % len(DATES)] for pair in values for text in pair)]
        values = list(zip(days[::2], days[1::2], strict=True))
    lefts, rights = map(list, zip(*values, strict=True))
    together = unlike(field.kind, lefts, rights).tolist()
    alone = [unlike(field.kind, [left], [right])[0] for left, right in values]
    assert together == alone
    assert all(0 <= level < len(field.kind.levels) for level in together)


@given(st.dates(), st.dates())
def test_dates_agree_the_same_way_round(one, other):
    left, right = day_digits(one), day_digits(other)
    assert unlike(DAY, [left], [right]) == unlike(DAY, [right], [left])
