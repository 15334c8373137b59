"""What is not known and could change the answer: none too few, none too many."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import interpret
from rules.explain import decide
from rules.facts import CONSENTS, FACTS, Facts
from rules.policy import Policy
from rules.reading import load
from tests.unit.rules.drawing import AGES, NULLABLE, OURS, V4, draw_facts, draw_policies
from tests.unit.rules.test_policy_faults import GOOD

KNOWN = Facts(
    authority="nottinghamshire",
    consent="given",
    age_days=3000,
    mobile=True,
    plan_failed=False,
    needs_immediate_protection=False,
)


def missing(**more) -> dict[str, tuple[str, str]]:
    return {each.fact: (each.could_be, each.then) for each in decide(V4, replace(KNOWN, **more)).missing}


def test_nothing_is_missing_where_all_is_known() -> None:
    assert missing(indicators=frozenset({"C2_SPEECH"})) == {}


def test_age_is_missing_where_a_level_3_concern_turns_on_it() -> None:
    seen = {"indicators": frozenset({"F3_DA_INSTABILITY"}), "age_days": None}
    assert missing(**seen) == {"age_days": ("below 5 years", "level 3, early help, amber")}


@pytest.mark.parametrize(
    ("age", "could_be"),
    [
        ("{age: {below: 5 years}}", "below 5 years"),
        ("{age: {at_least: 5 years}}", "at least 5 years"),
        ("{age: {at_least: 5 years}}, {age: {below: 10 years}}", "at least 5 years and below 10 years"),
    ],
)
def test_missing_age_is_said_with_both_its_ends(age, could_be) -> None:
    policy = load(GOOD.replace("{age: {below: 1826}}", age))
    (told,) = decide(policy, replace(KNOWN, authority="here", indicators=frozenset({"HUNGRY"}), age_days=None)).missing
    assert (told.fact, told.could_be, told.changes) == ("age_days", could_be, ("rag",))


def test_mobility_is_asked_of_nobody_without_a_mark() -> None:
    assert "mobile" not in missing(indicators=frozenset({"P4_UNSAFE"}), mobile=None)


def test_nothing_more_can_change_what_is_already_red() -> None:
    """With section 47 reached, all that is left to ask is where the child lives."""
    unknown = {"age_days": None, "mobile": None, "plan_failed": None, "needs_immediate_protection": None}
    unknown |= {"consent": "not_asked", "authority": "unknown"}
    assert list(missing(indicators=frozenset({"C4_DISCLOSURE"}), **unknown)) == ["authority"]


def test_consent_not_asked_is_missing_where_a_refusal_would_tell() -> None:
    found = missing(indicators=frozenset({"P3_STRUGGLING_CARE"}), consent="not_asked")
    assert found == {"consent": ("refused", "level 3, social care, amber")}


def test_two_facts_that_matter_only_together_are_both_missing() -> None:
    facts = replace(KNOWN, indicators=frozenset({"C2_SPEECH"}), ehc_request=True, plan_failed=None, consent="not_asked")
    plan, consent = decide(V4, facts).missing
    assert (plan.fact, plan.could_be, plan.together_with) == ("plan_failed", "yes", ())
    assert plan.changes == ("level", "route", "rag")
    assert (consent.fact, consent.could_be) == ("consent", "refused and plan failed is yes")
    assert (consent.changes, consent.together_with) == (("route",), ("plan_failed",))


@pytest.mark.parametrize("kind", ["unborn_child", "adult_at_risk", "other_adult"])
def test_age_and_mobility_are_asked_of_children_only(kind) -> None:
    found = missing(kind=kind, indicators=frozenset({"F3_DA_INSTABILITY"}), age_days=None, mobile=None)
    assert not {"age_days", "mobile"} & found.keys()


# The oracle: try everything, with the plain reading, and prune nothing.
VALUES = {
    "age_days": AGES,
    "mobile": (True, False),
    "plan_failed": (True, False),
    "consent": tuple(code for code in CONSENTS if code != "not_asked"),
    "authority": ("nottinghamshire", "nottingham_city", "other"),
    "needs_immediate_protection": (True, False),
}
BLANK = {"consent": "not_asked", "authority": "unknown"}


def find_all(policy: Policy, facts: Facts) -> set[str]:
    askable = [
        name for name in VALUES if getattr(facts, name) == BLANK.get(name) and facts.kind in FACTS[name].asked_of
    ]
    return {name for name in askable if matters(policy, facts, name, [each for each in askable if each != name])}


def matters(policy: Policy, facts: Facts, name: str, others: list[str]) -> bool:
    for given_facts in settings_of(facts, others):
        before = interpret.decide(policy, given_facts)
        after = (interpret.decide(policy, replace(given_facts, **{name: value})) for value in VALUES[name])
        if any(each != before for each in after):
            return True
    return False


def settings_of(facts: Facts, others: list[str]) -> Iterator[Facts]:
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            for values in product(*(VALUES[each] for each in chosen)):
                yield replace(facts, **dict(zip(chosen, values, strict=True)))


@st.composite
def draw_half_known(draw: st.DrawFn) -> Facts:
    """Somebody of whom no more than two things are not known, so that the oracle has an end."""
    facts = draw(draw_facts())
    known = {name: getattr(facts, name) for name in NULLABLE}
    known = {name: VALUES[name][0] if value is None else value for name, value in known.items()}
    facts = replace(facts, **known)
    for name in draw(st.lists(st.sampled_from(list(VALUES)), max_size=2, unique=True)):
        facts = replace(facts, **{name: BLANK.get(name)})
    return facts


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(OURS), draw_half_known())
def test_missing_of_published_policies_is_what_trying_everything_finds(policy, facts) -> None:
    assert {each.fact for each in decide(policy, facts).missing} == find_all(policy, facts)


@settings(max_examples=50, deadline=None)
@given(draw_policies(), draw_half_known())
def test_missing_of_any_policy_is_what_trying_everything_finds(policy, facts) -> None:
    assert {each.fact for each in decide(policy, facts).missing} == find_all(policy, facts)
