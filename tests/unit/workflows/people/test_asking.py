"""Whatever somebody types to find a child is understood in whichever order it is said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.people import Identity
from workflows.people.asking import Asked, read_asked

BORN, NUMBER = date(2008, 1, 2), "9434765919"
DAYS = ("2/1/2008", "02.01.2008", "2008-01-02", "2 January 2008", "2nd Jan 2008", "2-1-2008")
NUMBERS = (NUMBER, "943 476 5919", "943-476-5919")
POSTCODES = ("NG15 7AA", "ng157aa")
NAMES = (("Ava Testley", ("Ava", "Testley")), ("Testley, Ava", ("Ava", "Testley")), ("Testley", ("", "Testley")))
REFERENCES = (("ENQ-2013-004821", "ENQ-2013-004821"), ("ref-2013-004821-2b", "REF-2013-004821-2B"))
REFERENCES += (("2013-004821", "2013-004821"),)


@given(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(("day", "number", "postcode", "reference")), unique=True).flatmap(st.permutations),
    st.data(),
)
def test_everything_is_understood_in_any_order(name, others, data):
    typed, (first, last) = name
    written = {
        "day": (st.sampled_from(DAYS), BORN),
        "number": (st.sampled_from(NUMBERS), NUMBER),
        "postcode": (st.sampled_from(POSTCODES), "NG15 7AA"),
    }
    reference = data.draw(st.sampled_from(REFERENCES))
    parts = [reference[0] if each == "reference" else data.draw(written[each][0]) for each in others]
    parts.insert(data.draw(st.integers(0, len(parts))), typed)
    told = {each: written[each][1] if each in others else None for each in written}
    identity = Identity(first, last, told["day"], "U", told["postcode"], nhs_number=told["number"])
    assert read_asked(" ".join(parts)) == Asked(reference[1] if "reference" in others else None, identity)


@given(st.text(max_size=80))
def test_nothing_that_is_typed_is_too_odd_to_be_read(text):
    read_asked(text)


@pytest.mark.parametrize("text", ["", "  ", ",", "31/2/2008", "1234567890", "2008", "12"])
def test_what_says_nothing_is_empty(text):
    assert read_asked(text).is_empty


@pytest.mark.parametrize("text", ["Testley", "NG15 7AA", "2/1/2008", NUMBER, "2013-004821"])
def test_one_of_it_is_enough(text):
    assert not read_asked(text).is_empty


def test_number_whose_check_digit_is_wrong_finds_nobody_and_is_no_name():
    asked = read_asked("Ava Testley 9434765918")
    assert (asked.identity.nhs_number, asked.identity.family_name) == (None, "Testley")
