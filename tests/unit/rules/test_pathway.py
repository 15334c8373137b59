"""What the published policies say of children like those that are rung in about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.explain import decide
from rules.facts import Facts
from rules.policy import RANKED
from tests.unit.rules.drawing import INDICATORS, V4, draw_facts
from tests.unit.rules.drawing import OURS as VERSIONS

YEAR = 365
OURS = {"authority": "nottinghamshire", "consent": "given"}


def facts(*indicators: str, **more) -> Facts:
    return V4.read_facts(OURS | {"age_days": 8 * YEAR, "indicators": indicators} | more)


# The story, the facts, then level, route, RAG and section 47.
CASES = [
    ("nothing seen", facts(), "1 no_further_action green"),
    ("doing well", facts("C1_ATTEND_GOOD", "P1_PROTECTED"), "1 advice green"),
    ("late for school", facts("C2_ABSENCE_PATTERN"), "2 early_help green"),
    ("late, and consent not asked for yet", facts("C2_ABSENCE_PATTERN", consent="not_asked"), "2 early_help green"),
    ("late, and the parents say no", facts("C2_ABSENCE_PATTERN", consent="refused"), "2 advice green"),
    ("two needs in two domains", facts("C2_SPEECH", "F2_DEBT"), "2 early_help green"),
    ("three needs in one domain", facts("C2_SPEECH", "C2_HYGIENE", "C2_LOW_MH"), "2 early_help green"),
    ("three needs in two domains", facts("C2_SPEECH", "C2_HYGIENE", "F2_DEBT"), "3 early_help green"),
    ("bullying is of two domains", facts("C2_SPEECH", "C2_HYGIENE", "C2_BULLIED"), "3 early_help green"),
    ("young carer whose plan failed", facts("F2_YOUNG_CARER", plan_failed=True), "3 early_help amber"),
    ("a plan failed, and nothing is seen now", facts(plan_failed=True), "1 no_further_action green"),
    ("domestic abuse at home, eight years old", facts("F3_DA_INSTABILITY"), "3 early_help green"),
    ("domestic abuse at home, two years old", facts("F3_DA_INSTABILITY", age_days=2 * YEAR), "3 early_help amber"),
    ("fifth birthday, a day before", facts("F3_DA_INSTABILITY", age_days=1825), "3 early_help amber"),
    ("fifth birthday", facts("F3_DA_INSTABILITY", age_days=1826), "3 early_help green"),
    ("level 3 and consent refused", facts("P3_STRUGGLING_CARE", consent="refused"), "3 social_care amber"),
    ("level 3 and not safe to ask", facts("F3_DA_INSTABILITY", consent="not_safe_to_ask"), "3 social_care amber"),
    ("level 3 and a plan failed", facts("P3_NONCOMPLIANCE", plan_failed=True), "3 early_help amber"),
    ("disabled, needs constant supervision", facts("C4_COMPLEX_DISAB"), "4 social_care amber"),
    ("level 4 and consent refused", facts("F4_LONG_NEGLECT", consent="refused"), "4 social_care amber"),
    ("says that she is being hurt", facts("C4_DISCLOSURE"), "4 social_care red s47"),
    ("in danger now, nothing else known", facts(needs_immediate_protection=True), "4 social_care red s47"),
    ("mark on a baby of five months", facts("C4_NONMOBILE_BRUISE", age_days=150), "4 social_care red s47"),
    ("mark on a baby before birth papers", facts("C4_NAI", age_days=None, mobile=False), "4 social_care red s47"),
    ("open case, missed appointments", facts("C2_MISSED_CHECKS", open_case=True), "2 existing_case green"),
    ("open case, disclosure", facts("C4_DISCLOSURE", open_case=True), "4 existing_case red s47"),
    ("lives in the city, disclosure", facts("C4_DISCLOSURE", authority="nottingham_city"), "4 other_authority red s47"),
    ("lives in Derbyshire", facts("C2_SPEECH", authority="other"), "2 other_authority green"),
    ("open, moved away", facts("C2_SPEECH", authority="other", open_case=True), "2 other_authority green"),
    ("no address given", facts("C2_SPEECH", authority="unknown"), "2 early_help green"),
    ("adult at risk", facts(kind="adult_at_risk", age_days=82 * YEAR), "1 adult_safeguarding green"),
    ("another adult", facts(kind="other_adult", age_days=40 * YEAR), "1 advice green"),
    ("unborn, others removed", facts("P4_PREV_REMOVED", kind="unborn_child", age_days=None), "4 social_care amber"),
    ("parents ask for an assessment", facts(ehc_request=True), "1 ehc_pathway green"),
    ("an assessment and a level 2 need", facts("C2_SPEECH", ehc_request=True), "2 ehc_pathway green"),
    ("an assessment and a level 3 need", facts("C3_MULTI_MH", ehc_request=True), "3 early_help green"),
    ("an assessment and a level 4 need", facts("C4_COMPLEX_DISAB", ehc_request=True), "4 social_care amber"),
]  # fmt: skip


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.version)
@pytest.mark.parametrize(("given_facts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_case(policy, given_facts, expected) -> None:
    answer = decide(policy, given_facts)
    flag = " s47" if answer.section_47 else ""
    assert f"{answer.level} {answer.route} {answer.rag}{flag}" == expected
    assert answer.must_be_seen_today == answer.section_47
    assert answer.level_name == policy.level_names[answer.level]


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.version)
@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda each: each.code)
def test_indicator_alone_gives_its_usual_level(policy, indicator) -> None:
    answer = decide(policy, facts(indicator.code))
    assert answer.level == indicator.usual_level
    assert answer.section_47 == (indicator.section == "s47")
    assert answer.rag == ("red" if answer.section_47 else "amber" if answer.level == 4 else "green")
    assert indicator.words in {words for reason in answer.reasons for words in reason.seen}


@pytest.mark.parametrize(("count", "old", "new"), [(0, "green", "green"), (1, "green", "green"), (2, "green", "amber")])
def test_third_enquiry_in_a_year_is_amber_from_v4_on(count, old, new) -> None:
    rags = {each.version: decide(each, facts("F2_DEBT", earlier_enquiries_12m=count)).rag for each in VERSIONS}
    assert rags == {"2013": old, "V4": new, "V5": new}


def test_third_enquiry_about_nothing_stays_green() -> None:
    assert {decide(each, facts(earlier_enquiries_12m=5)).rag for each in VERSIONS} == {"green"}


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.version)
def test_nottingham_city_is_named_in_the_reason(policy) -> None:
    assert "Nottingham City" in decide(policy, facts(authority="nottingham_city")).reasons[-1].because
    assert "Nottingham City" not in decide(policy, facts(authority="other")).reasons[-1].because


FLOORS = st.one_of(
    st.just({"needs_immediate_protection": True}),
    st.builds(
        lambda mark, baby: {"indicators": frozenset({mark}), **baby},
        st.sampled_from(("C4_NAI", "C4_NONMOBILE_BRUISE")),
        st.one_of(st.just({"mobile": False}), st.integers(0, 182).map(lambda days: {"age_days": days})),
    ),
)


@given(st.sampled_from(VERSIONS), draw_facts(), FLOORS)
def test_nothing_lowers_a_floor(policy, person, floor) -> None:
    indicators = person.indicators | floor.get("indicators", frozenset())
    answer = decide(policy, replace(person, **{**floor, "indicators": indicators}))
    assert (answer.level, answer.rag, answer.section_47, answer.must_be_seen_today) == (4, "red", True, True)
    fired = {reason.rule for reason in answer.reasons}
    assert fired & {each.id for each in policy.rules if each.floor}


def weight(answer) -> tuple:
    return answer.level, RANKED.index(answer.rag), answer.section_47, answer.must_be_seen_today


def is_no_lower(after, before) -> bool:
    return all(one >= other for one, other in zip(weight(after), weight(before), strict=True))


@given(st.sampled_from(VERSIONS), draw_facts(), st.sampled_from(list(INDICATORS)))
def test_one_more_indicator_never_lowers_anything(policy, person, code) -> None:
    more = replace(person, indicators=person.indicators | {code})
    assert is_no_lower(decide(policy, more), decide(policy, person))


@given(st.sampled_from(VERSIONS), draw_facts(), st.integers(0, 7000), st.integers(0, 7000))
def test_a_younger_age_never_lowers_anything(policy, person, one, other) -> None:
    younger, older = (replace(person, age_days=days) for days in sorted((one, other)))
    assert is_no_lower(decide(policy, younger), decide(policy, older))


@given(st.sampled_from(VERSIONS), draw_facts())
def test_more_enquiries_before_never_lower_anything(policy, person) -> None:
    more = replace(person, earlier_enquiries_12m=person.earlier_enquiries_12m + 1)
    assert is_no_lower(decide(policy, more), decide(policy, person))


@given(st.sampled_from(VERSIONS), draw_facts())
def test_what_is_not_known_never_makes_a_case_more_serious(policy, person) -> None:
    """Unknown is not false, and not true either: with a fact taken away no rule that did not fire begins to."""
    blank = replace(person, age_days=None, mobile=None, plan_failed=None, needs_immediate_protection=None)
    assert is_no_lower(decide(policy, person), decide(policy, blank))


@given(st.sampled_from(VERSIONS), draw_facts())
def test_where_somebody_lives_and_who_rang_change_no_level(policy, person) -> None:
    here = replace(person, authority="nottinghamshire", source="10", out_of_hours=False, open_case=False)
    assert weight(decide(policy, here)) == weight(decide(policy, person))


EVERYBODY = [*(case[1] for case in CASES), facts("F2_DEBT", earlier_enquiries_12m=2)]


def test_order_of_the_rules_means_nothing() -> None:
    policy = VERSIONS[0]
    turned = replace(policy, rules=policy.rules[::-1], hash="turned")
    for case in EVERYBODY:
        assert weight(decide(turned, case)) == weight(decide(policy, case))


@given(st.sampled_from(VERSIONS), draw_facts())
def test_level_is_what_a_slow_and_obvious_reading_gives(policy, person) -> None:
    assert decide(policy, person).level == obvious_level(person)


def obvious_level(person: Facts) -> int:
    """The domain guide's own words: the highest; several level 2 in two domains; a level 2 plan that failed."""
    seen = [INDICATORS[code] for code in person.indicators]
    level = max([1, *(each.usual_level for each in seen)])
    twos = [each for each in seen if each.usual_level == 2]
    spread = len({domain for each in twos for domain in each.domains})
    if (len(twos) >= 3 and spread >= 2) or (twos and person.plan_failed):
        level = max(level, 3)
    return 4 if person.needs_immediate_protection else level
