"""Names in free text: what is found, in whatever form it stands, and what is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.services.rights.masking import MASK, Names, find_contacts, mask, parts_of
from workflows.people import fold

ALPHABET = "abcdefghijklmnoprstuvwyzéëöüñçøł"
NAME = st.text(ALPHABET, min_size=2, max_size=9).filter(lambda name: parts_of(name) and len(fold(name)) > 1)
FORMS = (
    str.upper,
    str.title,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: f"{name}'s",
    lambda name: f"{name}’s",
    lambda name: f"“{name}”",
    lambda name: f"({name})",
    lambda name: f"{name}-Jo",
    lambda name: name[0] + "\u200b" + name[1:],
    lambda name: name[0] + "\u00ad" + name[1:],
    lambda name: f"{name}s",
)


def told(names: list[str], text: str, own: list[str] = ()) -> str:
    return mask(text, Names(names, own).find(text))


@pytest.mark.parametrize(
    ("names", "text", "left"),
    [
        (["Ben"], "Ben hit Ava. Benign.", f"{MASK} hit Ava. Benign."),
        (["Ben", "Testley"], "BEN TESTLEY's room", f"{MASK} room"),
        (["Benjamin"], "Benny and ben", f"{MASK} and {MASK}"),
        (["Kate"], "Katherine, Cathy", f"{MASK}, {MASK}"),
        (["Zoë"], "Zoe, zoë and ZOE\u0308", f"{MASK}, {MASK} and {MASK}"),
        (["O'Neil"], "Mr O’Neil and oneil", f"Mr {MASK} and {MASK}"),
        (["Anne-Marie"], "Anne, Marie, Annemarie, anne marie", f"{MASK}, {MASK}, {MASK}, {MASK}"),
        (["Annemarie"], "Anne-Marie came", f"{MASK} came"),
        (["Mrs Smith"], "Mrs Jones", "Mrs Jones"),
        (["Ava"], "A\x08va, A/v/a and a_v_a", f"{MASK}, {MASK} and {MASK}"),
        (["Baby Testley"], "the baby", "the baby"),
    ],
)
def test_name_is_found_in_its_forms_and_nothing_else_is(names, text, left):
    assert told(names, text) == left


def test_own_name_stands_even_where_a_sister_shares_it():
    own = ["Ava", "Testley"]
    assert told(["Ben Testley"], "Ava Testley and Ben", own) == f"Ava Testley and {MASK}"


@given(NAME, st.sampled_from(FORMS), st.text(max_size=30), st.text(max_size=30))
def test_no_form_of_a_name_is_left_wherever_it_stands(name, form, before, after):
    text = f"{before} {form(name)} {after}"
    left = told([name], text)
    assert form(name) not in left
    assert fold(name) not in fold(left.replace("'", " ").replace("’", " ")).split()


@given(st.lists(NAME, max_size=4), st.text(max_size=80))
def test_masking_again_changes_nothing(names, text):
    once = told(names, text)
    if "removed" not in {form for name in names for form in parts_of(name)}:
        assert told(names, once) == once


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ring 07700 900123.", f"Ring {MASK}."),
        ("Ring +44 7700 900 123 or jo@school.example!", f"Ring {MASK} or {MASK}"),
        ("NHS 943 476 5919", f"NHS {MASK}"),
        ("On 12 May 2013 at 14:20, twice in 2012", "On 12 May 2013 at 14:20, twice in 2012"),
    ],
)
def test_addresses_and_telephone_numbers_go_and_dates_stay(text, left):
    assert mask(text, find_contacts(text)) == left


def test_own_number_stays():
    assert find_contacts("NHS 943 476 5919", ["9434765919"]) == []
