"""An engine that somebody else wrote runs the tables and finds what the policy finds."""

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from rules import interpret
from rules.compiler import compile_policy
from rules.dmn import put_facts, read_dmn, write_dmn
from rules.document import PolicyError
from rules.explain import decide
from rules.facts import CONSENTS, KINDS, NEVER, Facts
from rules.library import get_policy
from rules.policy import LEVELS, RAGS, ROUTES, NoAnswer, Policy, Verdict
from rules.reading import load
from tests.unit.rules.drawing import AGES, VERSIONS, draw_facts, draw_policies
from tests.unit.rules.spiff import SpiffTables
from tests.unit.rules.test_policy_faults import GOOD

PEOPLE = {policy: 500 for policy in VERSIONS} | {get_policy("pathway_to_provision", "V5"): 2_000}


def make_people(policy: Policy, count: int, seed: int) -> list[Facts]:
    """So many different people, in the words of a policy: mostly children, each fact unknown for some."""
    dice, made = Random(seed), dict[Facts, None]()
    while len(made) < count:
        made[_make_one(policy, dice)] = None
    return list(made)


def _make_one(policy: Policy, dice: Random) -> Facts:
    maybe = (True, False, None)
    return Facts(
        kind=dice.choice((*KINDS, "child", "child", "child")),
        age_days=dice.choice((*AGES, None)),
        mobile=dice.choice(maybe),
        indicators=frozenset(dice.sample(list(policy.vocabulary.indicators), dice.choice((0, 1, 1, 2, 3, 6)))),
        earlier_enquiries_12m=dice.randint(0, 3),
        days_since_case_closed=dice.choice((30, NEVER)),
        plan_failed=dice.choice(maybe),
        consent=dice.choice(CONSENTS),
        open_case=dice.random() < 0.1,
        authority=dice.choice([*policy.vocabulary.authorities, "unknown", "unknown", "other"]),
        ehc_request=dice.random() < 0.3,
        needs_immediate_protection=dice.choice((True, False, False, False, None)),
    )


def _answer(tables: SpiffTables, policy: Policy, facts: Facts) -> tuple[Verdict, str, set[str]]:
    """What the engine finds: the verdict, the level's name, the partners to ask."""
    found = tables.decide(put_facts(policy, facts))
    flags = [{"yes": True, "no": False}[found[flag]] for flag in ("section_47", "must_be_seen_today")]
    verdict = Verdict(found["level"], found["route"], found["rag"], *flags)
    return verdict, found["level_name"], set(found.get("agencies", []))


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.title)
def test_engine_finds_the_same_of_made_up_enquiries(policy) -> None:
    tables, people = SpiffTables(write_dmn(policy)), make_people(policy, PEOPLE[policy], seed=2013)
    wanted = [decide(policy, facts) for facts in people]
    for facts, one in zip(people, wanted, strict=True):
        verdict = Verdict(one.level, one.route, one.rag, one.section_47, one.must_be_seen_today)
        assert _answer(tables, policy, facts) == (verdict, one.level_name, set(one.agencies))
    assert len(set(people)) == PEOPLE[policy]
    # The people are such that every answer is asked for.
    assert {one.level for one in wanted} == set(LEVELS)
    assert {one.route for one in wanted} == set(ROUTES)
    assert {one.rag for one in wanted} == set(RAGS)
    assert {one.section_47 for one in wanted} == {True, False}


@settings(max_examples=50, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=1, max_size=4))
def test_engine_finds_the_same_under_any_policy(policy, people) -> None:
    tables = SpiffTables(write_dmn(policy))
    for facts in people:
        assert _answer(tables, policy, facts)[0] == interpret.decide(policy, facts)


FLOORS = load(
    GOOD.replace("level: highest", "level: first")
    .replace("rag: most_pressing", "rag: first")
    .replace("id: level_2", "id: level_2\n    rank: 5")
    .replace("id: under_five", "id: under_five\n    rank: 5")
    + """\
  - {id: strong, rank: 3, when: {open_case: true}, then: {level: 4, rag: red}, because: {paragraph: P, says: S}}
  - {id: first, rank: 1, when: {mobile: true}, then: {level: 1, rag: green}, because: {paragraph: P, says: S}}
  - id: held_up
    rank: 4
    floor: true
    when: {indicator: HURT}
    then: {level: 3, rag: amber}
    because: {paragraph: P, says: S}
"""
)


@pytest.mark.parametrize(
    ("values", "level", "rag"),
    [
        ({}, 1, "green"),
        ({"open_case": True}, 4, "red"),
        ({"open_case": True, "mobile": True}, 1, "green"),
        ({"mobile": True, "indicators": ["HURT"]}, 3, "amber"),
        ({"open_case": True, "indicators": ["HURT"]}, 4, "red"),
        ({"open_case": True, "mobile": True, "indicators": ["HURT"]}, 3, "amber"),
    ],
)
def test_engine_lets_floors_hold_up_what_is_taken_first(values, level, rag) -> None:
    facts = FLOORS.read_facts(values)
    verdict = _answer(SpiffTables(write_dmn(FLOORS)), FLOORS, facts)[0]
    assert (verdict.level, verdict.rag) == (level, rag)
    assert verdict == interpret.decide(FLOORS, facts)


def test_engine_finds_nothing_where_the_policy_has_a_gap() -> None:
    policy = load(GOOD.replace("otherwise: {level: 1, rag: green}", "otherwise: {level: 1}"))
    found = SpiffTables(write_dmn(policy)).decide(put_facts(policy, Facts()))
    assert "rag" not in found
    assert (found["level"], found["route"]) == (1, "advice")
    grown = Facts(indicators=frozenset({"TIRED"}), age_days=100)
    assert SpiffTables(write_dmn(policy)).decide(put_facts(policy, grown))["rag"] == "amber"
    assert compile_policy(policy).judge(grown).rag == "amber"


def test_changed_tables_are_refused_or_answer_as_the_engine_finds() -> None:
    """Whatever is done to the rows, nothing of it is passed over: the policy read back says what the tables say."""
    dice, refused, read = Random(1989), 0, 0
    for text in (write_dmn(load(GOOD)), write_dmn(FLOORS)) * 100:
        changed = _change_rows(text, dice)
        try:
            policy = read_dmn(changed.encode())
        except PolicyError:
            refused += 1
            continue
        read += 1
        _compare_everybody(SpiffTables(changed), policy)
    assert (refused, read) > (50, 50)


def _change_rows(text: str, dice: Random) -> str:
    """The document with one row taken out, moved, or given a cell, an output or a label of another."""
    root = etree.fromstring(text.encode())
    table = dice.choice([each for each in root.iter("{*}decisionTable") if len(each.findall("{*}rule")) > 1])
    row, other = dice.sample(table.findall("{*}rule"), 2)
    kind = dice.choice(("drop", "move", "cell", "output", "label"))
    if kind in ("drop", "move"):
        table.remove(row)
        if kind == "move":
            other.addnext(row)
    elif kind == "label":
        row.set("label", other.get("label", ""))
    else:
        tag = "{*}inputEntry" if kind == "cell" else "{*}outputEntry"
        place = dice.randrange(len(row.findall(tag)))
        row.findall(tag)[place][0].text = dice.choice((other.findall(tag)[place][0].text, "-", ">= 2", '"yes"'))
    return etree.tostring(root, encoding="unicode")


def _compare_everybody(tables: SpiffTables, policy: Policy) -> None:
    for codes, age, where, open_case in product(
        (("TIRED",), ("HURT",), ()), (None, 1, 5000), ("here", "there"), (True, False)
    ):
        facts = Facts(indicators=frozenset(codes), age_days=age, authority=where, open_case=open_case, mobile=open_case)
        try:
            wanted = interpret.decide(policy, facts)
        except NoAnswer:
            continue
        assert _answer(tables, policy, facts)[0] == wanted
