"""What the policy recommends: on real-life-like cases, on every indicator, and whatever is observed beside."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.explain import recommend
from rules.facts import AUTHORITIES, CONSENTS, KINDS, FactError, Facts
from rules.indicators import INDICATORS
from rules.library import get_policy, policies, policy_in_force
from rules.policy import RAGS, ROUTES

VERSIONS = sorted(policies())
NAME = "pathway_to_provision"


def ask(version="V4", **facts):
    facts.setdefault("authority", "nottinghamshire")
    facts["indicators"] = frozenset(facts.get("indicators", ()))
    return recommend(get_policy(NAME, version), Facts(**facts))


facts = st.builds(
    Facts,
    kind=st.sampled_from(KINDS),
    age_days=st.none() | st.integers(0, 25 * 365),
    mobile=st.none() | st.booleans(),
    indicators=st.frozensets(st.sampled_from(sorted(INDICATORS)), max_size=6),
    earlier_enquiries_12m=st.integers(0, 5),
    earlier_nfa_12m=st.integers(0, 5),
    plan_failed=st.none() | st.booleans(),
    consent=st.sampled_from(CONSENTS),
    open_case=st.booleans(),
    authority=st.sampled_from(AUTHORITIES),
    ehc_request=st.booleans(),
    needs_immediate_protection=st.none() | st.booleans(),
)


def test_indicators_are_the_68_of_the_field():
    assert len(INDICATORS) == 68
    assert {level: sum(each.usual_level == level for each in INDICATORS.values()) for level in (1, 2, 3, 4)} == {
        1: 6,
        2: 25,
        3: 15,
        4: 22,
    }


@pytest.mark.parametrize("version", [version for _name, version in VERSIONS])
@pytest.mark.parametrize("code", sorted(INDICATORS))
def test_indicator_alone_reaches_its_usual_level(version, code):
    answer = ask(version, indicators={code})
    assert answer.level == INDICATORS[code].usual_level
    assert answer.section_47 == (INDICATORS[code].section == "s47")


@pytest.mark.parametrize(
    ("facts", "level", "route", "rag", "section_47"),
    [
        ({}, 1, "no_further_action", "green", False),
        ({"indicators": {"C1_IMMS_OK"}}, 1, "advice", "green", False),
        ({"indicators": {"C2_HYGIENE"}}, 2, "early_help", "green", False),
        ({"indicators": {"C2_HYGIENE"}, "consent": "refused"}, 2, "advice", "green", False),
        ({"indicators": {"C2_HYGIENE"}, "plan_failed": True}, 3, "early_help", "amber", False),
        ({"indicators": {"C2_HYGIENE", "C2_SPEECH", "F2_DEBT"}}, 3, "early_help", "green", False),
        ({"indicators": {"C2_HYGIENE", "C2_SPEECH", "C2_LOW_MH"}}, 2, "early_help", "green", False),
        ({"indicators": {"C3_SUBSTANCE"}, "consent": "refused"}, 3, "social_care", "amber", False),
        ({"indicators": {"P3_STRUGGLING_CARE"}, "age_days": 400}, 3, "early_help", "amber", False),
        ({"indicators": {"P4_UNSAFE"}}, 4, "social_care", "amber", False),
        ({"indicators": {"C4_DISCLOSURE"}}, 4, "social_care", "red", True),
        ({"needs_immediate_protection": True}, 4, "social_care", "red", True),
        ({"indicators": {"C4_DISCLOSURE"}, "open_case": True}, 4, "existing_case", "red", True),
        ({"indicators": {"P4_UNSAFE"}, "authority": "nottingham_city"}, 4, "other_authority", "amber", False),
        ({"kind": "adult_at_risk"}, 1, "adult_safeguarding", "green", False),
        ({"ehc_request": True, "indicators": {"C2_SPEECH"}}, 2, "ehc_pathway", "green", False),
    ],
)
def test_case_from_the_field(facts, level, route, rag, section_47):
    answer = ask(**facts)
    assert (answer.level, answer.route, answer.rag, answer.section_47) == (level, route, rag, section_47)


@pytest.mark.parametrize("baby", [{"mobile": False}, {"age_days": 30}])
@pytest.mark.parametrize("mark", ["C4_NONMOBILE_BRUISE", "C4_NAI"])
def test_mark_on_a_baby_who_is_not_mobile_is_always_section_47(baby, mark):
    answer = ask(indicators={mark}, consent="refused", **baby)
    assert (answer.level, answer.rag, answer.section_47, answer.must_be_seen_today) == (4, "red", True, True)
    assert "mark_on_a_baby_who_is_not_mobile" in {reason.rule for reason in answer.reasons}


def test_third_enquiry_in_a_year_is_amber_since_version_4():
    repeated = {"indicators": {"C2_HYGIENE"}, "earlier_enquiries_12m": 2}
    assert [ask(version, **repeated).rag for version in ("2013", "V4")] == ["green", "amber"]


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2013, 4, 1), "2013"), (date(2014, 5, 31), "2013"), (date(2014, 6, 1), "V4"), (date(2001, 1, 1), "2013")],
)
def test_version_is_the_one_in_force_that_day(day, version):
    assert policy_in_force(NAME, day).version == version


@given(facts, st.sampled_from(sorted(INDICATORS)), st.sampled_from(VERSIONS))
def test_observing_one_more_thing_never_lowers_anything(known, code, version):
    policy = policies()[version]
    before = recommend(policy, known)
    after = recommend(policy, Facts(**{**as_dict(known), "indicators": known.indicators | {code}}))
    assert after.level >= before.level
    assert RAGS.index(after.rag) <= RAGS.index(before.rag)
    assert after.section_47 >= before.section_47


@given(facts, st.sampled_from(VERSIONS))
def test_everybody_gets_one_answer_that_is_explained(known, version):
    answer = recommend(policies()[version], known)
    assert answer.route in ROUTES
    assert answer.reasons
    assert {each.level for each in answer.why_not if not each.section_47} == set(range(answer.level + 1, 5))
    assert all(each.lacks for each in answer.why_not)
    assert answer.to_dict() == recommend(policies()[version], known).to_dict()


@given(facts, st.sampled_from(VERSIONS))
def test_level_is_what_a_slow_and_obvious_reading_gives(known, version):
    assert recommend(policies()[version], known).level == obvious_level(known)


def obvious_level(known):
    """The domain guide's own words: the highest; several level 2 in two domains; a level 2 plan that failed."""
    seen = [INDICATORS[code] for code in known.indicators]
    level = max([1, *(each.usual_level for each in seen)])
    twos = [each for each in seen if each.usual_level == 2]
    spread = len({domain for each in twos for domain in each.domains})
    if (len(twos) >= 3 and spread >= 2) or (twos and known.plan_failed):
        level = max(level, 3)
    return 4 if known.needs_immediate_protection else level


@given(facts, st.sampled_from(VERSIONS))
def test_missing_fact_would_indeed_change_the_answer(known, version):
    answer = recommend(policies()[version], known)
    for each in answer.missing:
        assert getattr(known, each.fact) in (None, "unknown", "not_asked")


def as_dict(known):
    return {name: getattr(known, name) for name in Facts.__slots__}


@pytest.mark.parametrize(
    "values", [{"ethnicity": "WBRI"}, {"kind": "boy"}, {"indicators": ["NO_SUCH"]}, {"consent": "perhaps"}]
)
def test_fact_that_is_not_one_is_refused_by_name(values):
    with pytest.raises(FactError, match=f"^{next(iter(values))}: "):
        Facts.from_mapping(values)
