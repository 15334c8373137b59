"""The whole answer: its reasons, why not higher, and that it is the same for ever."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given

from rules.explain import Explainer, decide
from rules.facts import FactError, Facts
from rules.policy import LADDER
from tests.unit.rules.drawing import V4, draw_facts, draw_policy_and_facts

KNOWN = {
    "authority": "nottinghamshire",
    "consent": "given",
    "age_days": 3000,
    "mobile": True,
    "plan_failed": False,
    "needs_immediate_protection": False,
}


def ask(*indicators: str, **more):
    return decide(V4, Facts(**(KNOWN | {"indicators": frozenset(indicators)} | more)))


def test_reasons_tell_what_was_seen_and_the_values() -> None:
    reasons = {each.rule: each for each in ask("F2_DEBT", "C2_SPEECH", plan_failed=True).reasons}
    assert list(reasons) == ["level_2_indicator", "level_2_plan_failed", "level_2_or_3"]
    failed = reasons["level_2_plan_failed"]
    assert failed.seen == (
        "Difficulty with speech, language or communication",
        "Low income, debt or unemployment",
        "an earlier plan did not work",
    )
    assert failed.values == (("indicators", ("C2_SPEECH", "F2_DEBT")), ("plan_failed", True))
    assert failed.because == "Help at level 2 was tried and did not work."
    assert failed.paragraph == "Common practice †"
    assert reasons["level_2_or_3"].values == (("level", 3),)


def test_reason_names_only_the_alternatives_that_hold() -> None:
    reasons = {each.rule: each for each in ask("C4_NAI", age_days=90, mobile=None).reasons}
    baby = reasons["mark_on_a_baby_who_is_not_mobile"]
    assert baby.seen == ("Injury that is unexplained or not an accident", "the age is below 6 months")
    assert dict(baby.values) == {"indicators": ("C4_NAI",), "age_days": 90}


def test_last_resort_has_no_conditions_to_show() -> None:
    (reason,) = ask().reasons
    assert (reason.rule, reason.seen, reason.values) == ("nothing_seen", (), ())


def test_agencies_are_those_of_all_rules_that_fired() -> None:
    assert ask("C2_SPEECH").agencies == ()
    assert ask("C4_DISCLOSURE").agencies == ("health", "police", "school")
    assert ask("F3_HARASSMENT", age_days=900).agencies == ("health",)


def test_why_not_names_the_nearest_rule_to_each_higher_level() -> None:
    why_not = [(each.level, each.section_47, each.rule, each.lacks) for each in ask("C2_SPEECH").why_not]
    assert why_not == [
        (3, False, "several_level_2_in_two_domains", ("3 or more level 2 indicators are seen, in 2 or more domains",)),
        (4, False, "level_4_indicator", ("a level 4 indicator is seen",)),
        (4, True, "section_47_indicator", ("a section 47 indicator is seen",)),
    ]


def test_why_not_at_level_4_asks_for_section_47_alone() -> None:
    assert [(each.level, each.section_47) for each in ask("P4_UNSAFE").why_not] == [(4, True)]
    assert ask("C4_DISCLOSURE").why_not == ()


def test_why_not_says_what_is_only_not_known() -> None:
    plan = replace(next(each for each in V4.rules if each.id == "level_2_plan_failed"), level=4)
    policy = replace(V4, rules=(V4.rules[0], plan, *V4.routes), hash="plan")
    (unknown,) = decide(policy, Facts(indicators=frozenset({"C2_SPEECH"}), plan_failed=None)).why_not
    assert unknown.lacks == ("an earlier plan did not work (not known)",)
    (known,) = decide(policy, Facts(indicators=frozenset({"C2_SPEECH"}), plan_failed=False)).why_not
    assert known.lacks == ("an earlier plan did not work",)


def test_why_not_never_asks_for_another_kind_of_person() -> None:
    lacks = [words for each in ask().why_not_routes for words in each.lacks]
    assert "the person is another adult" not in lacks


def test_why_not_routes_climb_the_ladder() -> None:
    answer = ask()
    assert [each.route for each in answer.why_not_routes] == list(LADDER[1:])
    assert [each.lacks for each in answer.why_not_routes] == [
        ("a level 1 indicator is seen",),
        ("the level is at least 2",),
        ("the level is at least 4",),
    ]


def test_why_not_route_names_what_came_first() -> None:
    early_help, social_care = ask("C2_SPEECH", consent="refused").why_not_routes
    assert (early_help.route, early_help.lacks, early_help.came_first) == ("early_help", (), "level_2_consent_refused")
    assert (social_care.lacks, social_care.came_first) == (("the level is at least 4",), None)


@pytest.mark.parametrize("more", [{"open_case": True}, {"authority": "other"}, {"kind": "adult_at_risk"}])
def test_route_that_hands_the_person_on_needs_no_why_not(more) -> None:
    assert ask("C2_SPEECH", **more).why_not_routes == ()


@given(draw_policy_and_facts())
def test_each_higher_level_has_its_why_not(drawn) -> None:
    policy, facts = drawn
    answer = decide(policy, facts)
    levels = [each.level for each in answer.why_not if not each.section_47]
    assert levels == list(range(answer.level + 1, 5))
    assert all(each.lacks for each in answer.why_not)
    assert any(each.section_47 for each in answer.why_not) != answer.section_47


@given(draw_policy_and_facts())
def test_answer_goes_through_json_unchanged(drawn) -> None:
    answer = decide(*drawn).to_dict()
    assert json.loads(json.dumps(answer)) == answer


def test_answer_names_the_policy() -> None:
    policy = ask().to_dict()["policy"]
    assert policy == {"name": "pathway_to_provision", "version": "V4", "hash": V4.hash}
    assert len(policy["hash"]) == 64


@given(draw_facts(), draw_facts(most=2))
def test_answer_is_the_same_whether_or_not_somebody_alike_came_before(one, other) -> None:
    used = Explainer(V4)
    used.explain(one)
    assert used.explain(other) == used.explain(other) == Explainer(V4).explain(other)


def test_memory_of_those_alike_is_bounded_and_changes_no_answer(monkeypatch) -> None:
    for most in ("explain.MOST_KNOWN", "missing.MOST_TOLD", "reasons.MOST_FOUND"):
        monkeypatch.setattr(f"rules.{most}", 3)
    explainer = Explainer(V4)
    memories = (explainer.known, explainer.fired, explainer.reasons, explainer.search.told)
    for indicator in ("C1_IMMS_OK", "C2_SPEECH", "C3_MULTI_MH", "C4_UASC", "C4_NAI", "F2_DEBT"):
        somebody = Facts(indicators=frozenset({indicator}), plan_failed=None, consent="not_asked")
        assert explainer.explain(somebody) == Explainer(V4).explain(somebody)
        assert [len(each) for each in memories if len(each) > 3] == []
        assert all(memories[:3])


SCRIPT = """
import json
from rules.explain import decide
from rules.facts import Facts
from rules.library import policies
codes = frozenset({"C2_SPEECH", "F2_DEBT", "P2_YOUNG_PARENT", "P3_NONCOMPLIANCE", "C4_NAI"})
for policy in (each for each in policies().values() if "pathway" in each.name):
    for indicators in (codes, codes - {"C4_NAI"}, frozenset()):
        print(json.dumps(decide(policy, Facts(indicators=indicators)).to_dict()))
"""


def test_answer_is_the_same_bytes_whatever_the_order_of_sets() -> None:
    def run(seed: str) -> bytes:
        return subprocess.check_output([sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."})

    assert run("1") == run("2")


def test_unknown_indicator_is_refused() -> None:
    with pytest.raises(FactError, match="C9_NOTHING"):
        ask("C9_NOTHING")
