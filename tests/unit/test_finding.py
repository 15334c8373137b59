"""Everyday words lead to the indicator that is meant, in the policy that Nottinghamshire goes by."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.finding import LONGEST, everyday_words, find_indicators, stems_of
from rules.library import policies, policy_in_force

KNOWN = list(policy_in_force("pathway_to_provision", date(2014, 1, 1)).vocabulary.indicators.values())
FINDS = {
    "bruise": "C4_NONMOBILE_BRUISE",
    "bruises": "C4_NAI",
    "black eye": "C4_NAI",
    "cigarette burn": "C4_NAI",
    "hit": "P3_BOUNDARIES_FAIL",
    "slapped by dad": "C4_NAI",
    "not going to school": "C2_ABSENCE_PATTERN",
    "stopped going to school": "C4_NO_EDUCATION",
    "bunking off": "C3_PERSISTENT_ABSENCE",
    "expelled": "C2_FIXED_EXCLUSION",
    "missing": "C4_MISSING_FREQ",
    "ran away again": "C3_REPEAT_MISSING",
    "gang": "C4_CSE_CCE",
    "county lines": "C4_CSE_CCE",
    "older boyfriend": "C4_CSE_CCE",
    "self-harm": "C2_SINGLE_SELF_HARM",
    "cutting herself": "C4_SUICIDE",
    "wants to die": "C4_SUICIDE",
    "drinking": "C3_SUBSTANCE",
    "mum is always drunk": "P3_MH_SUBST",
    "weed": "C3_SUBSTANCE",
    "no food": "F4_LONG_NEGLECT",
    "hungry": "F4_LONG_NEGLECT",
    "dirty": "C2_HYGIENE",
    "smelly clothes": "C2_HYGIENE",
    "filthy house": "F4_LONG_NEGLECT",
    "online pictures": "C4_CSE_CCE",
    "nudes": "C4_SEXUAL_ABUSE",
    "touched her": "C4_SEXUAL_ABUSE",
    "FGM": "C4_FGM",
    "made to marry": "C4_FGM",
    "dad hits mum": "F4_SERIOUS_DA",
    "homeless": "F3_HOUSING_RISK",
    "damp and mould": "F2_POOR_HOUSING",
    "no money": "F2_DEBT",
    "left alone": "P4_REJECTED",
    "died": "F2_BEREAVEMENT",
    "dad’s in jail": "F2_PARENT_PRISON",
    "looks after her mum": "F2_YOUNG_CARER",
    "won't let us in": "P4_NOT_ENGAGING",
    "stammer": "C2_SPEECH",
    "depressed": "C2_LOW_MH",
    "pregnant": "C4_UNDER13_PREG",
    "picked on": "C2_BULLIED",
    "racist neighbours": "F3_HARASSMENT",
    "living with an aunt": "C4_PRIV_FOSTER",
    "told teacher": "C4_DISCLOSURE",
}


@pytest.mark.parametrize(("said", "code"), FINDS.items())
def test_everyday_words_find_what_is_meant_among_the_first_five(said, code):
    assert code in [each.code for each in find_indicators(KNOWN, said)[:5]]


@pytest.mark.parametrize("said", ["", " ", "the and a", "zzyzx", "!?", "no"])
def test_what_says_nothing_finds_nothing(said):
    assert find_indicators(KNOWN, said) == []


def test_two_things_at_once_find_both():
    found = [each.code for each in find_indicators(KNOWN, "bruises and not going to school")]
    assert {"C4_NAI", "C2_ABSENCE_PATTERN"} <= set(found)


def test_what_has_more_of_the_words_stands_first():
    assert find_indicators(KNOWN, "repeated self-harm, suicide")[0].code == "C4_SUICIDE"


@pytest.mark.parametrize("policy", policies().values(), ids=lambda policy: policy.title)
def test_each_indicator_is_found_by_its_own_words(policy):
    known = list(policy.vocabulary.indicators.values())
    for each in known:
        assert each in find_indicators(known, each.words)[:3], each.code


def test_each_meaning_of_everyday_words_is_in_a_policy_that_we_have():
    words = [each.words for policy in policies().values() for each in policy.vocabulary.indicators.values()]
    stems = [stems_of(each) for each in words]
    for said, meanings in everyday_words():
        for meaning in meanings:
            fits = [each for each in stems if all(any(word.startswith(stem) for word in each) for stem in meaning)]
            assert fits, (set(said), set(meaning))


@given(st.text(max_size=2 * LONGEST))
def test_whatever_is_typed_finds_each_once_and_only_what_there_is(said):
    found = find_indicators(KNOWN, said)
    assert len({each.code for each in found}) == len(found)
    assert all(each in KNOWN for each in found)


@given(st.lists(st.sampled_from(sorted(FINDS)), min_size=1, max_size=3), st.randoms())
def test_order_and_case_of_words_do_not_matter(said, chance):
    words = " ".join(said).split()
    mixed = [chance.choice((str.upper, str.lower))(each) for each in chance.sample(words, len(words))]
    assert find_indicators(KNOWN, " ".join(mixed)) == find_indicators(KNOWN, " ".join(words))
