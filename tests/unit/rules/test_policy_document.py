"""A policy document that is wrong says where, by line and column, and what to do."""

from importlib.resources import files

import pytest

from rules.policy import PolicyError, load_policy

TEXT = (files("rules") / "policies" / "pathway_to_provision_v4.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("name: pathway", "nmae: pathway", "there is no key 'nmae' here"),
        ("combination: highest", "combination: average", "the only combination"),
        ("effective_from: 2014-06-01", "effective_from: June", "give a date"),
        ("then: {level: 2}", "then: {level: 5}", "a level is 1, 2, 3 or 4"),
        ("rag: red", "rag: blue", "a rag is one of"),
        ("route: social_care", "route: prison", "a route is one of"),
        ("{indicator: C4_NAI}", "{indicator: C9_NAI}", "there is no indicator 'C9_NAI'"),
        ("{mobile: false}", "{mobil: false}", "there is no fact 'mobil'"),
        ("{mobile: false}", "{ethnicity: WBRI}", "a policy may not look at ethnicity"),
        ("{below: 183}", "{under: 183}", "a comparison is one of"),
        ("id: level_3_indicator", "id: level_4_indicator", "two rules are called"),
        ("combination: highest\n", "", "combination is missing"),
        ("  4: Child in need of specialist services\n", "", "name the levels"),
        ("rules:\n", "rules: [\n", "expected"),
    ],
)
def test_fault_is_named_with_its_line_and_column(old, new, says):
    broken = TEXT.replace(old, new, 1)
    assert broken != TEXT
    with pytest.raises(PolicyError, match=r"^v4\.yaml, line \d+, column \d+: ") as fault:
        load_policy(broken, "v4.yaml")
    assert says in str(fault.value)


def test_line_is_the_line_of_the_fault():
    with pytest.raises(PolicyError) as fault:
        load_policy(TEXT.replace("rag: red", "rag: blue", 1), "v4.yaml")
    line = next(n for n, text in enumerate(TEXT.splitlines(), 1) if "rag: red" in text)
    assert f"line {line}," in str(fault.value)


def test_hash_is_of_the_meaning_not_of_the_layout():
    plain = load_policy(TEXT).hash
    assert load_policy("# another remark\n" + TEXT.replace("\n\n", "\n\n\n")).hash == plain
    assert load_policy(TEXT.replace("{below: 183}", "{below: 184}")).hash != plain
