"""The compiled policy and a plain reading of it agree, for every policy and everybody."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import interpret
from rules.compiler import compile_policy, write_judge
from rules.conditions import Compare, NoneOf
from rules.facts import Facts
from rules.outlines import outlines_of
from rules.reading import load
from tests.unit.rules.drawing import (
    BASE,
    V4,
    VERSIONS,
    draw_facts,
    draw_policies,
    draw_policy_and_facts,
    make_people,
    write,
)

CASES = int(os.environ.get("TRIAGE_CASES", "3000"))


@settings(max_examples=300)
@given(draw_policy_and_facts())
def test_published_policies_mean_what_they_say(drawn) -> None:
    policy, facts = drawn
    assert compile_policy(policy).decide(facts) == interpret.decide(policy, facts)


@settings(max_examples=max(CASES // 100, 1), deadline=None)
@given(st.sampled_from(VERSIONS), st.integers(0, 2**64))
def test_published_policies_mean_what_they_say_of_a_great_many(policy, seed) -> None:
    """A million in the long run: make test-long."""
    judge = compile_policy(policy).judge
    for facts in make_people(policy, seed, 100):
        assert judge(facts) == interpret.decide(policy, facts)


@settings(max_examples=150, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=1, max_size=5))
def test_any_policy_means_what_it_says(policy, people) -> None:
    compiled = compile_policy(policy)
    for facts in people:
        assert compiled.decide(facts) == interpret.decide(policy, facts)


@settings(max_examples=50, deadline=None)
@given(draw_policies(), draw_facts(), st.integers(1, 4))
def test_requirements_are_weighed_as_they_are_read(policy, facts, level) -> None:
    outlines = outlines_of(policy)
    lacking, unknown = outlines.weigh(facts, level)
    truths = [interpret.truth(policy.vocabulary, each, facts, level) for each in outlines.requirements]
    assert [not lacking >> place & 1 for place in range(len(truths))] == [truth is True for truth in truths]
    assert [bool(unknown >> place & 1) for place in range(len(truths))] == [truth is None for truth in truths]


@settings(max_examples=50, deadline=None)
@given(draw_policies(), st.lists(draw_facts(most=2), min_size=2, max_size=20))
def test_people_of_one_outline_get_one_answer(policy, people) -> None:
    outlines, known = outlines_of(policy), {}
    for facts in people:
        weighed = outlines.weigh(facts, 2), outlines.judge(facts)
        assert known.setdefault(outlines.outline(facts), weighed) == weighed


def test_ages_of_one_span_have_one_outline() -> None:
    outlines = [outlines_of(V4).outline(Facts(age_days=days)) for days in (0, 182, 183, 1825, 1826)]
    assert outlines[0] == outlines[1] != outlines[2] == outlines[3] != outlines[4]


def test_unknown_under_a_denial_is_unknown_still() -> None:
    """ "Not mobile" must not follow from nobody having asked."""
    when = NoneOf((Compare("age_days", "below", 183, "the age is below 6 months"),))
    policy = replace(V4, rules=(replace(V4.rules[0], when=when, level=4), *V4.routes), hash="denial")
    assert interpret.truth(V4.vocabulary, when, Facts(age_days=None), 3) is None
    assert compile_policy(policy).decide(Facts(age_days=None)).level == 1
    assert compile_policy(policy).decide(Facts(age_days=5000)).level == 4


def test_policy_is_compiled_once() -> None:
    assert compile_policy(V4) is compile_policy(V4)


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.title)
def test_source_is_the_same_each_time(policy) -> None:
    assert write_judge(policy)[0] == write_judge(policy)[0] == compile_policy(policy).source


def test_table_of_which_the_first_row_counts_asks_nothing_twice() -> None:
    """Where every rule gives level, RAG and route there is one chain, and it means what the document says."""
    rows = [{"level": 3, "rag": "amber", "route": "early_help"}, {"level": 1, "rag": "green", "route": "advice"}]
    rules = [
        {
            "id": f"row_{place}",
            "rank": place,
            "when": when,
            "then": then,
            "because": {"paragraph": "Dice", "says": "So."},
        }
        for place, (when, then) in enumerate(zip([{"mobile": False}, "always"], rows, strict=True), 1)
    ]
    how = {**BASE["combination"], "level": "first", "rag": "first"}
    policy = load(write({**BASE, "combination": how, "rules": rules}))
    assert compile_policy(policy).source.count("f.mobile") == 1
    for mobile in (True, False, None):
        facts = Facts(mobile=mobile)
        assert compile_policy(policy).decide(facts) == interpret.decide(policy, facts)
