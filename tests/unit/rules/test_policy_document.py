"""A policy document that is wrong says where, by line and column, and what to do."""

from importlib.resources import files

import pytest

from rules.policy import PolicyError, load

TEXT = (files("rules") / "policies" / "pathway_to_provision_v4.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("name: pathway", "nmae: pathway", "there is no key 'nmae' here"),
        ("combination: highest", "combination: average", "Use one of: highest"),
        ("effective_from: 2014-06-01", "effective_from: June", "a date is wanted"),
        ("then: {level: 2}", "then: {level: 5}", "from 1 to 4 is wanted"),
        ("rag: red", "rag: blue", "Use one of: red, amber, green"),
        ("route: social_care", "route: prison", "there is no 'prison'"),
        ("{indicator: C4_NAI}", "{indicator: C9_NAI}", "there is no indicator 'C9_NAI'"),
        ("{mobile: false}", "{mobil: false}", "there is no fact 'mobil'"),
        ("{mobile: false}", "{ethnicity: WBRI}", "a policy may not look at ethnicity"),
        ("{below: 183}", "{under: 183}", "a comparison is one of"),
        ("id: level_3_indicator", "id: level_4_indicator", "another rule is called"),
        ("combination: highest\n", "", "combination is missing"),
        ("  4: Child in need of specialist services\n", "", "4 is missing"),
        ("rules:\n", "rules: [\n", "expected"),
    ],
)
def test_fault_is_named_with_its_line_and_column(old, new, says):
    broken = TEXT.replace(old, new, 1)
    assert broken != TEXT
    with pytest.raises(PolicyError, match=r"^v4\.yaml, line \d+, column \d+: ") as fault:
        load(broken, "v4.yaml")
    assert says in str(fault.value)


def test_line_is_the_line_of_the_fault():
    with pytest.raises(PolicyError) as fault:
        load(TEXT.replace("rag: red", "rag: blue", 1), "v4.yaml")
    line = next(n for n, text in enumerate(TEXT.splitlines(), 1) if "rag: red" in text)
    assert f"line {line}," in str(fault.value)


def test_hash_is_of_the_meaning_not_of_the_layout():
    plain = load(TEXT).hash
    assert load("# another remark\n" + TEXT.replace("\n\n", "\n\n\n")).hash == plain
    assert load(TEXT.replace("{below: 183}", "{below: 184}")).hash != plain
