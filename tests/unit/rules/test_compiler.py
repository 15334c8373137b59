"""The compiled policy and a plain reading of it agree, for every policy and everybody."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import interpret
from rules.compiler import compile_policy, write_source
from rules.conditions import NoneOf, requirements
from rules.facts import Facts, view
from rules.library import policies
from tests.unit.rules.drawing import draw_facts, draw_policies

VERSIONS = list(policies().values())


@settings(max_examples=300)
@given(st.sampled_from(VERSIONS), draw_facts())
def test_published_policies_mean_what_they_say(policy, facts) -> None:
    assert compile_policy(policy).decide(facts) == interpret.decide(policy, facts)


@settings(max_examples=80, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=1, max_size=5))
def test_any_policy_means_what_it_says(policy, people) -> None:
    compiled = compile_policy(policy)
    for facts in people:
        assert compiled.decide(facts) == interpret.decide(policy, facts)


@settings(max_examples=50, deadline=None)
@given(draw_policies(), draw_facts(), st.integers(1, 4))
def test_requirements_are_weighed_as_they_are_read(policy, facts, level) -> None:
    compiled = compile_policy(policy)
    lacking, unknown = compiled.weigh(*view(facts), level)
    truths = [interpret.truth(each, facts, level) for each in compiled.requirements]
    assert [not lacking >> place & 1 for place in range(len(truths))] == [truth is True for truth in truths]
    assert [bool(unknown >> place & 1) for place in range(len(truths))] == [truth is None for truth in truths]


@settings(max_examples=50, deadline=None)
@given(draw_policies(), st.lists(draw_facts(most=2), min_size=2, max_size=20))
def test_people_of_one_outline_get_one_answer(policy, people) -> None:
    compiled, known = compile_policy(policy), {}
    for facts in people:
        values = view(facts)
        weighed = compiled.weigh(*values, 2), compiled.judge(*values)
        assert known.setdefault(compiled.outline(*values), weighed) == weighed


def test_ages_of_one_span_have_one_outline() -> None:
    outlines = [compile_policy(VERSIONS[0]).outline(*view(Facts(age_days=days))) for days in (0, 182, 183, 1825, 1826)]
    assert outlines[0] == outlines[1] != outlines[2] == outlines[3] != outlines[4]


def test_unknown_under_a_denial_is_unknown_still() -> None:
    """ "Not mobile" must not follow from nobody having asked."""
    rule = VERSIONS[0].rules[0]
    when = NoneOf(tuple(part for each in VERSIONS[0].rules for part in requirements(each.when))[-1:])
    policy = replace(VERSIONS[0], rules=(replace(rule, when=when, level=4),), hash="denial")
    assert interpret.truth(when, Facts(age_days=None), 3) is None
    assert compile_policy(policy).decide(Facts(age_days=None)).level == 1
    assert compile_policy(policy).decide(Facts(age_days=5000)).level == 4


def test_policy_is_compiled_once() -> None:
    assert compile_policy(VERSIONS[0]) is compile_policy(VERSIONS[0])


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.version)
def test_source_is_the_same_each_time(policy) -> None:
    assert write_source(policy) == write_source(policy) == compile_policy(policy).source
