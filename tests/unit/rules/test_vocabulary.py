"""The words of a policy: whole, plain, and another council's own."""

from dataclasses import replace

import pytest

from rules.facts import FactError
from rules.library import get_policy, policies
from tests.unit.rules.drawing import INDICATORS, OURS, V4

EVERY = [(policy, each) for policy in policies().values() for each in policy.vocabulary.indicators.values()]
HAMPSHIRE = get_policy("hampshire_thresholds", "2014").vocabulary


def test_there_are_68_of_which_each_level_has_its_share() -> None:
    levels = [each.usual_level for each in INDICATORS.values()]
    assert {level: levels.count(level) for level in (1, 2, 3, 4)} == {1: 6, 2: 25, 3: 15, 4: 22}


@pytest.mark.parametrize(("policy", "indicator"), EVERY, ids=lambda each: getattr(each, "title", None) or each.code)
def test_indicator_is_well_formed(policy, indicator) -> None:
    assert indicator.domains <= policy.vocabulary.domains.keys()
    assert not indicator.section or indicator.usual_level == 4
    assert indicator.words[0].isupper()
    assert not indicator.words.endswith(".")
    assert indicator.code[1] == str(indicator.usual_level)


@pytest.mark.parametrize("policy", policies().values(), ids=lambda each: each.title)
def test_words_tell_the_indicators_apart(policy) -> None:
    indicators = policy.vocabulary.indicators
    assert len({each.words for each in indicators.values()}) == len(indicators)


def test_three_versions_share_one_vocabulary() -> None:
    assert [each.vocabulary for each in OURS] == [V4.vocabulary] * 3


def test_section_47_is_what_the_sources_say() -> None:
    assert {each.code for each in INDICATORS.values() if each.section == "s47"} == {
        "C4_NAI",
        "C4_NONMOBILE_BRUISE",
        "C4_DISCLOSURE",
        "C4_SEXUAL_ABUSE",
        "C4_FGM",
        "C4_UNDER13_PREG",
        "P4_FII",
    }


def test_hampshire_has_what_is_marked_as_its_own_and_every_duty_under_section_47() -> None:
    own = {each.code for each in INDICATORS.values() if {"H", "CH"} & set(each.source.split())}
    duty = {each.code for each in INDICATORS.values() if each.section == "s47"}
    assert set(HAMPSHIRE.indicators) == own | duty
    assert list(HAMPSHIRE.authorities) == ["hampshire", "southampton", "portsmouth"]


def test_each_policy_knows_its_own_authorities_and_indicators_alone() -> None:
    hampshire = get_policy("hampshire_thresholds", "2014")
    assert hampshire.read_facts({"authority": "southampton"}).authority == "southampton"
    with pytest.raises(FactError, match="authority: there is no code 'nottingham_city'"):
        hampshire.read_facts({"authority": "nottingham_city"})
    with pytest.raises(FactError, match="indicators: there is no 'F4_LONG_NEGLECT' in this policy's vocabulary"):
        hampshire.read_facts({"indicators": ["F4_LONG_NEGLECT"]})


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("H", "Hampshire"),
        ("B LLR", "Buckinghamshire; Leicester, Leicestershire and Rutland"),
        ("H and others", "H and others"),
        ("Working Together 2013", "Working Together 2013"),
    ],
)
def test_source_of_an_indicator_is_spelt_out_where_it_is_all_abbreviations(source, says) -> None:
    assert V4.vocabulary.say_source(replace(INDICATORS["C4_NAI"], source=source)) == says


def test_vocabulary_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        V4.vocabulary.indicators["C1_NEW"] = INDICATORS["C1_IMMS_OK"]
