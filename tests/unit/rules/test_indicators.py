"""The vocabulary: whole, in plain words, and each word with its bit."""

import pytest

from rules.indicators import DOMAINS, INDICATORS, as_bits


def test_there_are_68_of_which_each_level_has_its_share() -> None:
    levels = [each.usual_level for each in INDICATORS.values()]
    assert {level: levels.count(level) for level in (1, 2, 3, 4)} == {1: 6, 2: 25, 3: 15, 4: 22}


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda each: each.code)
def test_indicator_is_well_formed(indicator) -> None:
    assert indicator.domains <= DOMAINS.keys()
    assert indicator.domains
    assert indicator.section in ("", "s17", "s47")
    assert not indicator.section or indicator.usual_level == 4
    assert indicator.about in ("child", "parent", "family")
    assert indicator.sources
    assert indicator.words[0].isupper()
    assert not indicator.words.endswith(".")
    assert indicator.code[1] == str(indicator.usual_level)


def test_words_tell_the_indicators_apart() -> None:
    assert len({each.words for each in INDICATORS.values()}) == len(INDICATORS)


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


def test_bits_are_one_for_each_indicator() -> None:
    assert as_bits(INDICATORS).bit_count() == len(INDICATORS)
    assert as_bits(()) == 0
    with pytest.raises(KeyError):
        as_bits(("C9_NOTHING",))


def test_vocabulary_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        INDICATORS["C1_NEW"] = INDICATORS["C1_IMMS_OK"]
