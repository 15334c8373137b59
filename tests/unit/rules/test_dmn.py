"""Policies as DMN 1.3: valid, the same bytes each time, and read back to an equal policy for what DMN can say."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from rules import interpret
from rules.compiler import compile_policy
from rules.dmn import UNSAID, CannotWrite, list_left_out, put_facts, read_as_yaml, read_dmn, write_dmn
from rules.dmn.kinds import say_kind
from rules.dmn.xml import DMN
from rules.facts import NEVER, Facts
from rules.policy import NoAnswer, Policy
from rules.reading import load
from tests.unit.rules.drawing import V4, VERSIONS, draw_facts, draw_policies, draw_policy_and_facts
from tests.unit.rules.test_policy_faults import GOOD

NAMES = {"dmn": DMN}
SCHEMA = etree.XMLSchema(etree.parse(str(files("SpiffWorkflow") / "dmn" / "parser" / "schema" / "DMN13.xsd")))
EACH = pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.title)
# All of a rule but the way in which its condition is put.
PARTS = ("id", "because", "level", "rag", "route", "section_47", "must_be_seen_today", "agencies", "floor", "rank")


def _parse(policy: Policy) -> etree._Element:
    return etree.fromstring(write_dmn(policy).encode())


def _read_back(policy: Policy) -> Policy:
    return read_dmn(write_dmn(policy).encode())


def _small(old: str = "", new: str = "") -> Policy:
    """The small policy, with something in its text replaced."""
    assert old in GOOD
    return load(GOOD.replace(old, new, 1))


@EACH
def test_published_policy_is_valid_against_the_omgs_schema(policy) -> None:
    SCHEMA.assertValid(_parse(policy))


@settings(max_examples=40, deadline=None)
@given(draw_policies())
def test_any_policy_is_valid_against_the_omgs_schema(policy) -> None:
    SCHEMA.assertValid(_parse(policy))


def test_bytes_are_the_same_in_every_process() -> None:
    code = "import sys; from rules.dmn import write_dmn; from rules.library import policies;"
    code += "sys.stdout.buffer.write(''.join(map(write_dmn, policies().values())).encode())"
    here = hashlib.sha256("".join(map(write_dmn, VERSIONS)).encode()).hexdigest()
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True
        )
        assert hashlib.sha256(run.stdout).hexdigest() == here


@EACH
def test_document_carries_the_words(policy) -> None:
    root = _parse(policy)
    told = {
        each.get("name"): each.findtext("dmn:description", None, NAMES) for each in root.findall("dmn:inputData", NAMES)
    }
    assert {code: told[code] for code in policy.vocabulary.indicators} == {
        each.code: each.words for each in policy.vocabulary.indicators.values()
    }
    sources = root.findall("dmn:knowledgeSource", NAMES)
    assert [
        (each.get("label"), each.get("name"), each.findtext("dmn:description", None, NAMES)) for each in sources
    ] == [(rule.id, rule.because.paragraph, rule.because.says) for rule in policy.rules]
    names = root.findall("dmn:decision[@name='level_name']//dmn:outputEntry/dmn:text", NAMES)
    assert [each.text for each in names] == [f'"{policy.level_names[level]}"' for level in (4, 3, 2, 1)]
    assert root.find("dmn:organizationUnit", NAMES).get("name") == policy.authority


def test_each_input_says_whether_a_number_or_a_word_is_put_in() -> None:
    put = put_facts(V4, Facts())
    kinds = {each.get("name"): each.get("typeRef") for each in _parse(V4).iterfind("dmn:inputData/dmn:variable", NAMES)}
    assert kinds == {name: "number" if isinstance(value, int) else "string" for name, value in put.items()}
    assert (kinds["age_days"], kinds["age_days_known"], kinds["C4_NAI"]) == ("number", "string", "number")


@pytest.mark.parametrize(
    ("has", "said"),
    [
        (lambda each: each.usual_level == 2, "level 2 indicators"),
        (lambda each: each.section == "s17", "section 17 indicators"),
        (lambda each: each.about == "family", "indicators about the family"),
        (lambda each: "P" in each.domains, "parenting indicators"),
        (lambda each: each.section == "s47" and each.about == "child", "section 47 indicators about the child"),
        (lambda each: each.usual_level == 2 and "F" in each.domains, "level 2 family and environment indicators"),
        (lambda each: each.code in ("C2_SPEECH", "F2_DEBT"), "indicators of those named"),
    ],
)
def test_indicators_are_named_by_what_they_alone_have_in_common(has, said) -> None:
    codes = frozenset(each.code for each in V4.vocabulary.indicators.values() if has(each))
    assert say_kind(V4.vocabulary, codes) == said


def test_document_says_what_dmn_cannot_carry() -> None:
    description = _parse(V4).findtext("dmn:description", None, NAMES)
    assert [each for each in UNSAID if each not in description] == []
    assert "in force from 2014-06-01" in description


def test_each_decision_names_what_it_needs_and_whose_it_is() -> None:
    root = _parse(V4)
    ids = {
        each.get("id") for each in root.iter("{*}decision", "{*}inputData", "{*}knowledgeSource", "{*}organizationUnit")
    }
    targets = {each.get("href").removeprefix("#") for each in root.iter() if each.get("href")}
    assert targets <= ids
    route = root.find("dmn:decision[@name='route']", NAMES)
    assert [each.get("href") for each in route.iterfind(".//dmn:requiredDecision", NAMES)] == ["#level"]


@EACH
def test_published_policy_comes_back_equal_in_all_but_how_conditions_are_put(policy) -> None:
    back = _read_back(policy)
    told = ("name", "version", "effective_from", "authority", "source", "level_names", "vocabulary", "combination")
    assert [part for part in told if getattr(back, part) != getattr(policy, part)] == []
    for rule, read in zip(policy.rules, back.rules, strict=True):
        assert [part for part in PARTS if getattr(read, part) != getattr(rule, part)] == []
    same = [read.when == rule.when for rule, read in zip(policy.rules, back.rules, strict=True)]
    assert same.count(False) == 2  # "any of these and any of those", and two parts that changed places
    assert write_dmn(back) == write_dmn(policy)
    assert _read_back(back) == back


@settings(max_examples=100, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=1, max_size=5))
def test_any_policy_comes_back_to_the_same_answers_and_the_same_document(policy, people) -> None:
    text = write_dmn(policy)
    back = read_dmn(text.encode())
    assert write_dmn(back) == text
    left_out = list_left_out(policy)
    assert [rule.id for rule in back.rules] == [rule.id for rule in policy.rules if rule.id not in left_out]
    for facts in people:
        assert compile_policy(back).judge(facts) == interpret.decide(policy, facts)


@settings(max_examples=200, deadline=None)
@given(draw_policy_and_facts())
def test_published_policy_comes_back_to_the_same_answers(drawn) -> None:
    policy, facts = drawn
    assert compile_policy(_BACK[policy]).judge(facts) == interpret.decide(policy, facts)


_BACK = {policy: _read_back(policy) for policy in VERSIONS}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("says: Seen.", r'says: "Seen & <b>told</b> \"twice\",\tthen\n  once more † 🏠"'),
        ("paragraph: Page 1", r'paragraph: "\"Page\" 1\nand <2>\tor 3"'),
        ("One, 2", r"'He said \"one\" \\ ''so''', 2"),
        ('version: "1"', 'version: "1.0 draft/50-b"'),
        ("domains: {C: The child, P: The parents}", 'domains: {C: The child, P: The parents, "D 1": "“Both”"}'),
        ("domains: [C, P], level: 2", "domains: [P, C], level: 2"),
        ("id: rest", "id: 'no'"),
        ("- id: level_2\n", "- id: level_2\n    rank: 9\n"),
    ],
)
def test_awkward_words_come_back(old, new) -> None:
    policy = _small(old, new)
    SCHEMA.assertValid(_parse(policy))
    back = _read_back(policy)
    assert back.version == policy.version
    assert (back.level_names, back.vocabulary) == (policy.level_names, policy.vocabulary)
    assert [(rule.id, rule.because, rule.rank) for rule in back.rules] == [
        (rule.id, rule.because, rule.rank) for rule in policy.rules
    ]


@pytest.mark.parametrize(
    "when",
    [
        "{earlier_enquiries_12m: {at_least: 0}}",
        "{age: {at_least: 0}}",
        "{none: [{days_since_case_closed: never}]}",
        "{days_since_case_closed: {at_least: never}}",
        "{none: [{earlier_enquiries_12m: 999999}]}",
        "{kind: [child, unborn_child, adult_at_risk, other_adult]}",
        "{any: [{mobile: true}, {mobile: false}]}",
        "{any: [{kind: [child, unborn_child]}, {kind: [adult_at_risk, other_adult]}]}",
        "{none: [{indicators: {level: 2, count: 2, domains: 2}}]}",
        "{all: [{indicators: {level: 2}}, {indicators: {level: 2, domains: 2}}]}",
        "{at_least: {count: 2, of: [{open_case: true}, {ehc_request: true}, {source: ['1A', '4']}]}}",
    ],
)
def test_condition_comes_back_as_the_same_rows(when) -> None:
    policy = _small("when: {indicators: {level: 2}}", f"when: {when}")
    assert write_dmn(_read_back(policy)) == write_dmn(policy)


def test_gap_stays_a_gap() -> None:
    policy = load(
        GOOD.replace("  otherwise: {level: 1, rag: green}\n", "").replace(
            "then: {level: 2}", "then: {level: 2, rag: green}"
        )
    )
    back = _read_back(policy)
    assert back.combination == policy.combination
    for decide in (compile_policy(back).judge, lambda facts: interpret.decide(back, facts)):
        with pytest.raises(NoAnswer) as gap:
            decide(Facts())
        assert gap.value.part == "level"
    with pytest.raises(NoAnswer) as gap:
        interpret.decide(replace(back, combination=replace(back.combination, otherwise_level=1)), Facts())
    assert gap.value.part == "rag"


def test_cells_of_a_row_are_numbered_as_the_columns_they_stand_in() -> None:
    for table in _parse(V4).iter("{*}decisionTable"):
        name = table.get("id").removesuffix("_table")
        columns = [each.get("id") for each in table.findall("dmn:input", NAMES)]
        assert columns == [f"{name}_in{place}" for place in range(1, len(columns) + 1)]
        for place, row in enumerate(table.findall("dmn:rule", NAMES), 1):
            cells = [each.get("id") for each in row.findall("dmn:inputEntry", NAMES)]
            assert cells == [each.replace("_in", f"_{place}_in") for each in columns]


def test_part_that_no_rule_gives_is_a_table_without_rows() -> None:
    text = GOOD.replace("  otherwise: {level: 1, rag: green}\n", "").replace(
        "{rag: amber, agencies: [health]}", "{agencies: [health]}"
    )
    policy = load(text)
    SCHEMA.assertValid(_parse(policy))
    assert write_dmn(_read_back(policy)) == write_dmn(policy)


def test_otherwise_may_give_a_route() -> None:
    policy = _small("otherwise: {level: 1, rag: green}", "otherwise: {level: 2, rag: amber, route: early_help}")
    assert _read_back(policy).combination.otherwise_route == "early_help"


def test_rule_that_can_never_hold_or_changes_nothing_is_left_out_and_named() -> None:
    never = "when: {all: [{kind: child}, {kind: other_adult}]}"
    policy = _small("when: {indicators: {level: 2}}", never)
    assert list_left_out(policy) == ["level_2"]
    assert [rule.id for rule in _read_back(policy).rules] == [rule.id for rule in policy.rules[1:]]
    assert list_left_out(_small("then: {level: 2}", "then: {section_47: false}")) == ["level_2"]
    assert list_left_out(V4) == []


def test_floor_that_can_never_hold_is_left_out_where_the_first_level_is_taken() -> None:
    never = "rank: 1\n    floor: true\n    when: {all: [{kind: child}, {kind: other_adult}]}"
    policy = load(GOOD.replace("level: highest", "level: first").replace("when: {indicators: {level: 2}}", never))
    text = write_dmn(policy)
    assert list_left_out(policy) == ["level_2"]
    assert write_dmn(read_dmn(text.encode())) == text


def test_rule_with_too_many_rows_is_refused_by_name() -> None:
    parts = ", ".join(
        f"{{{name}: {{below: {number}}}}}" for name in ("age", "earlier_nfa_12m") for number in range(1, 9)
    )
    policy = _small("when: {indicators: {level: 2}}", f"when: {{at_least: {{count: 8, of: [{parts}]}}}}")
    with pytest.raises(CannotWrite, match=r"small@1: the rule level_2 needs more than 1,000 rows\. Take it apart"):
        write_dmn(policy)


def test_character_that_xml_has_no_place_for_is_refused() -> None:
    """Control characters are refused when a policy is read; these few are left."""
    with pytest.raises(CannotWrite, match="XML has no place for the character"):
        write_dmn(_small("says: Seen.", r'says: "Se\uffffen"'))


def test_somebody_is_put_as_the_tables_ask() -> None:
    facts = Facts(indicators=frozenset({"C4_NAI"}), age_days=None, mobile=None, open_case=True, authority="other")
    put = put_facts(V4, facts)
    inputs = [each.get("name") for each in _parse(V4).findall("dmn:inputData", NAMES)]
    assert list(put) == inputs
    assert (put["C4_NAI"], put["C4_FGM"]) == (1, 0)
    assert (put["age_days_known"], put["age_days"], put["mobile"]) == ("no", 0, "unknown")
    assert (put["open_case"], put["authority"], put["kind"]) == ("yes", "other", "child")
    never = _small("when: {indicators: {level: 2}}", "when: {days_since_case_closed: never}")
    assert put_facts(never, replace(facts, indicators=frozenset()))["days_since_case_closed"] == NEVER


EDITS = [
    # In which rule's rows somebody changes what, and what level a person then gets, after what was before.
    ("several_level_2_in_two_domains", "&gt;= 3", "&gt;= 4", ["C2_SPEECH", "C2_HYGIENE", "F2_DEBT"], (3, 2)),
    ("several_level_2_in_two_domains", "&gt;= 3", "&gt; 3", ["C2_SPEECH", "C2_HYGIENE", "F2_DEBT"], (3, 2)),
    ("several_level_2_in_two_domains", "&gt;= 3", "1", ["C2_SPEECH", "F2_DEBT"], (2, 2)),
    ("several_level_2_in_two_domains", "&gt;= 2", "&lt;= 1", ["C2_SPEECH", "C2_HYGIENE", "C2_SLOW_MILESTONES"], (2, 3)),
    ("level_2_indicator", "&gt;= 1", "-", [], (1, 2)),
]


@pytest.mark.parametrize(("rule", "old", "new", "codes", "levels"), EDITS)
def test_changed_cell_changes_the_answer(rule, old, new, codes, levels) -> None:
    text = write_dmn(V4)
    row = re.search(rf'<rule id="level_\d+" label="{rule}">.*?</rule>', text, re.DOTALL)[0]
    assert old in row
    changed = read_dmn(text.replace(row, row.replace(old, new, 1)).encode())
    facts = Facts(indicators=frozenset(codes))
    assert (compile_policy(V4).judge(facts).level, compile_policy(changed).judge(facts).level) == levels


def test_several_codes_in_a_cell_and_a_diagram_are_read() -> None:
    text = write_dmn(_small("when: {authority: [there, other]}", "when: {authority: there}"))
    text = text.replace('<text>"there"</text>', '<text>"there" , "other"</text>')
    diagram = '<d:DMNDI xmlns:d="https://www.omg.org/spec/DMN/20191111/DMNDI/"/></definitions>'
    assert read_dmn(text.replace("</definitions>", diagram).encode()).rules == _small().rules


def test_policy_that_was_read_is_written_as_a_person_would() -> None:
    text = read_as_yaml(write_dmn(V4).encode())
    assert "indicators: {level: 2, count: 3, domains: 2}" in text
    assert "below: 6 months" in text
    assert "consent: [refused, not_safe_to_ask]" in text
    assert load(text) == _read_back(V4)
