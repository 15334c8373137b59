"""A replay counts what a plain reading of both policies counts, and names the rules that made the difference."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import interpret
from rules.difference import Judged, find_difference, firing_of
from rules.facts import UNKNOWN, Facts
from rules.policy import NoAnswer, Policy, Verdict
from rules.replay import ASIDE, DOWN, SAME, UNANSWERED, UP, Case, find_direction, replay
from tests.unit.rules.drawing import V4, VERSIONS, draw_facts, draw_policies

GROUPS = st.tuples(st.sampled_from(("north", "south")), st.sampled_from(("F", "M", "U")))
KNOWN = {"authority": "nottinghamshire", "consent": "given", "age_days": 3000, "mobile": True, "plan_failed": False}


def facts_of(*indicators: str, **more) -> Facts:
    return Facts(**(KNOWN | {"indicators": frozenset(indicators)} | more))


def without(policy: Policy, *rules: str) -> Policy:
    return replace(policy, rules=tuple(each for each in policy.rules if each.id not in rules), hash=f"less {rules}")


def changed(policy: Policy, rule: str, **changes) -> Policy:
    rules = tuple(replace(each, **changes) if each.id == rule else each for each in policy.rules)
    assert rules != policy.rules
    return replace(policy, rules=rules, hash=f"{rule} {changes}")


def leave_gaps(policy: Policy) -> Policy:
    how = replace(policy.combination, otherwise_level=None, otherwise_rag=None)
    return replace(policy, combination=how, hash=f"{policy.hash} with gaps")


def move_of(draft: Policy, facts: Facts, before: Policy = V4) -> tuple[tuple[str, ...], tuple[str, ...]]:
    (move,) = replay([Case("A", facts, (), before)], draft, 0).moves
    return move.rules_before, move.rules_after


def judge_slowly(policy: Policy, facts: Facts) -> Verdict | None:
    known = facts.indicators & policy.vocabulary.indicators.keys()
    authority = facts.authority if facts.authority in policy.vocabulary.facts["authority"].codes else UNKNOWN
    try:
        return interpret.decide(policy, replace(facts, indicators=known, authority=authority))
    except NoAnswer:
        return None


@st.composite
def draw_past(draw: st.DrawFn) -> tuple[Policy, list[Case]]:
    """A draft, perhaps with gaps and other words, and a past judged by several versions."""
    draft = draw(st.one_of(draw_policies(), st.sampled_from(VERSIONS)))
    if draw(st.booleans()):
        draft = leave_gaps(draft)
    befores = draw(st.lists(st.one_of(draw_policies(), st.sampled_from(VERSIONS)), min_size=1, max_size=2))
    cases = [
        Case(f"case {number}", draw(draw_facts(policy=before)), draw(GROUPS), before)
        for number, before in enumerate(befores * draw(st.integers(0, 6)))
    ]
    return draft, cases


@settings(max_examples=80, deadline=None)
@given(draw_past())
def test_replay_counts_what_a_plain_reading_counts(drawn) -> None:
    draft, cases = drawn
    answers = {each.key: (judge_slowly(each.before, each.facts), judge_slowly(draft, each.facts)) for each in cases}
    replayed = replay(cases, draft, 2)
    flows = {(each.before, each.after): each for each in replayed.flows}
    assert {pair: each.people for pair, each in flows.items()} == Counter(answers.values())
    for pair, flow in flows.items():
        for place, counted in enumerate(flow.groups):
            assert counted == Counter(each.groups[place] for each in cases if answers[each.key] == pair)
    assert [(each.key, each.before, each.after) for each in replayed.moves] == [
        (key, before, after) for key, (before, after) in answers.items() if before != after
    ]
    assert [key for key, _part in replayed.gaps] == [key for key, (_before, after) in answers.items() if after is None]
    assert replayed.people == len(cases)


@settings(max_examples=80, deadline=None)
@given(draw_past())
def test_rules_told_are_among_those_that_held(drawn) -> None:
    draft, cases = drawn
    by_key = {each.key: each for each in cases}
    for move in replay(cases, draft, 2).moves:
        case = by_key[move.key]
        for policy, answer, told in (
            (case.before, move.before, move.rules_before),
            (draft, move.after, move.rules_after),
        ):
            assert set(told) <= fired_in(policy, case.facts, answer)


def fired_in(policy: Policy, facts: Facts, answer: Verdict | None) -> set[str]:
    known = replace(facts, indicators=facts.indicators & policy.vocabulary.indicators.keys())
    if known.authority not in policy.vocabulary.facts["authority"].codes:
        known = replace(known, authority=UNKNOWN)
    return {rule.id for rule in interpret.find_fired(policy, known, answer.level)} if answer else set()


@settings(max_examples=100, deadline=None)
@given(draw_policies(), draw_facts(), st.integers(1, 4))
def test_rules_fire_as_they_are_read(policy, facts, level) -> None:
    fired = Judged(policy, None, firing_of(policy)(facts, level)).rules
    assert fired == interpret.find_fired(policy, facts, level)


def test_nobody_moves_under_the_same_thresholds() -> None:
    replayed = replay([Case("A", facts_of("C2_SPEECH"), ("x",), V4), Case("B", facts_of(), ("x",), V4)], V4, 1)
    assert (replayed.people, replayed.moves, replayed.gaps) == (2, (), ())
    assert {flow.direction for flow in replayed.flows} == {SAME}


def test_what_merely_follows_from_the_level_is_not_told() -> None:
    draft = changed(V4, "level_3_indicator", level=4)
    assert move_of(draft, facts_of("F3_HARASSMENT")) == (("level_3_indicator",), ("level_3_indicator",))


def test_rule_that_went_leaves_what_holds_otherwise() -> None:
    draft = without(V4, "level_2_indicator")
    assert move_of(draft, facts_of("C2_SPEECH")) == (("level_2_indicator",), ())


def test_rag_and_route_are_told_where_the_level_stays() -> None:
    draft = changed(V4, "level_3_plan_failed", rag="red")
    failed = ("level_3_plan_failed",)
    assert move_of(draft, facts_of("F3_HARASSMENT", plan_failed=True)) == (failed, failed)
    draft = changed(V4, "open_case", rank=45)
    assert move_of(draft, facts_of("P4_UNSAFE", open_case=True)) == (("open_case",), ("level_4",))


def test_other_reason_for_a_rule_changes_nothing() -> None:
    draft = changed(V4, "level_4", because=replace(V4.rules[0].because, says="Otherwise said."))
    draft = changed(draft, "level_3_indicator", level=4)
    assert move_of(draft, facts_of("F3_HARASSMENT")) == (("level_3_indicator",), ("level_3_indicator",))


def test_only_the_first_rule_and_the_floors_are_told_where_the_first_is_taken() -> None:
    first = replace(V4, combination=replace(V4.combination, level="first"), hash="first")
    ranked = {"level_2_indicator": 5, "level_3_indicator": 3, "level_4_indicator": 7, "section_47_indicator": 8}
    rules = tuple(replace(each, rank=ranked[each.id]) if each.id in ranked else each for each in first.rules)
    draft = replace(first, rules=rules, hash="first, ranked")
    assert move_of(draft, facts_of("F3_HARASSMENT", "P4_UNSAFE"))[1][0] == "level_3_indicator"
    saved = facts_of("F3_HARASSMENT", needs_immediate_protection=True)
    verdict = interpret.decide(draft, saved)
    judged = Judged(draft, verdict, firing_of(draft)(saved, verdict.level))
    assert "immediate_protection" in find_difference(Judged(None, None), judged)[1]


def test_recorded_answer_stands_where_its_policy_is_not_at_hand() -> None:
    recorded = Verdict(3, "early_help", "green", False, False)
    (move,) = replay([Case("A", facts_of("C2_SPEECH"), (), recorded)], V4, 0).moves
    assert (move.before, move.rules_before, move.rules_after) == (recorded, (), ("level_2_indicator",))


def test_codes_that_a_policy_does_not_know_are_counted_and_left_out() -> None:
    words = replace(
        V4.vocabulary,
        indicators={code: each for code, each in V4.vocabulary.indicators.items() if code != "C4_NAI"},
        authorities={"elsewhere": "Elsewhere"},
    )
    draft = replace(V4, vocabulary=words, hash="fewer words")
    cases = [Case(str(n), facts_of("C4_NAI", "C2_SPEECH"), (), V4) for n in range(3)]
    replayed = replay(cases, draft, 0)
    assert replayed.unknown_after == {("indicators", "C4_NAI"): 3, ("authority", "nottinghamshire"): 3}
    assert replayed.unknown_before == {}
    assert {(each.before.level, each.after.level) for each in replayed.moves} == {(4, 2)}
    turned = replay([Case("A", facts_of("C4_NAI"), (), draft)], V4, 0)
    assert turned.unknown_before == {("indicators", "C4_NAI"): 1, ("authority", "nottinghamshire"): 1}


def test_gap_of_the_draft_is_told_with_its_part() -> None:
    replayed = replay([Case("A", facts_of(), (), V4), Case("B", facts_of("C2_SPEECH"), (), V4)], leave_gaps(V4), 0)
    assert replayed.gaps == (("A", "level"), ("B", "rag"))
    assert {flow.direction for flow in replayed.flows} == {UNANSWERED}


def verdict(level: int = 2, route: str = "early_help", rag: str = "green", *, s47: bool = False) -> Verdict:
    return Verdict(level, route, rag, s47, s47)


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (verdict(), verdict(3), UP),
        (verdict(4, "social_care", "red", s47=True), verdict(4, "social_care", "red"), DOWN),
        (verdict(3, "early_help"), verdict(3, "social_care"), UP),
        (verdict(1, "advice"), verdict(1, "no_further_action"), DOWN),
        (verdict(), verdict(rag="amber"), UP),
        (verdict(2, "early_help"), verdict(2, "ehc_pathway"), ASIDE),
        (verdict(), verdict(), SAME),
        (None, None, SAME),
        (None, verdict(), UNANSWERED),
        (verdict(), None, UNANSWERED),
    ],
)
def test_way_is_up_where_more_is_recommended(before, after, way) -> None:
    assert find_direction(before, after) == way
