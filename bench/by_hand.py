"""The same rules as somebody would write them who knew that they never change, and never had to explain them.

They are written to be fast: one function each, because a call costs as much as several questions; the most serious
first; and no more asked than has to be. The answers have the parts of rules.policy.Verdict, in its order.
"""

from rules.facts import Facts
from rules.library import get_policy

Answer = tuple[int, str, str, bool, bool]
INDICATORS = get_policy("pathway_to_provision", "V4").vocabulary.indicators
LEVEL_1, LEVEL_2, LEVEL_3, LEVEL_4 = (
    frozenset(each.code for each in INDICATORS.values() if each.usual_level == level) for level in range(1, 5)
)
SECTION_47 = frozenset(each.code for each in INDICATORS.values() if each.section == "s47")
MARKS = frozenset({"C4_NAI", "C4_NONMOBILE_BRUISE"})


def decide_v4(facts: Facts) -> Answer:
    """The Pathway to Provision, V4."""
    seen, age, harm, route = facts.indicators, facts.age_days, False, None
    refused = facts.consent in ("refused", "not_safe_to_ask")
    if (
        not seen.isdisjoint(SECTION_47)
        or facts.needs_immediate_protection
        or ((facts.mobile is False or (age is not None and age < 183)) and not seen.isdisjoint(MARKS))
    ):
        level, rag, route, harm = 4, "red", "social_care", True
    elif not seen.isdisjoint(LEVEL_4):
        level, rag, route = 4, "amber", "social_care"
    else:
        low = not seen.isdisjoint(LEVEL_2)
        if not seen.isdisjoint(LEVEL_3) or (low and (facts.plan_failed or is_several(seen & LEVEL_2))):
            soon = refused or facts.plan_failed or (age is not None and age < 1826) or facts.earlier_enquiries_12m >= 2
            level, rag, route = 3, "amber" if soon else "green", "social_care" if refused else "early_help"
        elif low:
            level, rag = 2, "amber" if facts.earlier_enquiries_12m >= 2 else "green"
            route = "ehc_pathway" if facts.ehc_request else "advice" if refused else "early_help"
        else:
            level, rag = 1, "green"
            need = "no_further_action" if seen.isdisjoint(LEVEL_1) else "advice"
            route = "ehc_pathway" if facts.ehc_request else need
    if facts.authority in ("nottingham_city", "other"):
        route = "other_authority"
    elif facts.kind == "adult_at_risk":
        route = "adult_safeguarding"
    elif facts.kind == "other_adult":
        route = "advice"
    elif facts.open_case:
        route = "existing_case"
    return level, route, rag, harm, harm


def is_several(codes: frozenset[str]) -> bool:
    """Three or more, in two or more domains."""
    return len(codes) >= 3 and len(frozenset().union(*(INDICATORS[code].domains for code in codes))) >= 2


def decide_twelve(facts: Facts) -> Answer:  # noqa: C901 - as many branches as the table has rows
    """The twelve rules of bench/twelve_rules.yaml."""
    age = facts.age_days
    if facts.needs_immediate_protection:
        return 4, "social_care", "red", False, False
    if facts.kind == "adult_at_risk":
        return 3, "adult_safeguarding", "amber", False, False
    if facts.kind == "other_adult":
        return 1, "advice", "green", False, False
    if facts.mobile is False and age is not None and age < 183:
        return 4, "social_care", "red", False, False
    if facts.open_case and facts.days_since_last_enquiry < 30:
        return 3, "existing_case", "amber", False, False
    if facts.plan_failed and facts.consent in ("refused", "not_safe_to_ask"):
        return 3, "social_care", "red", False, False
    if facts.days_since_case_closed < 90:
        return 3, "social_care", "amber", False, False
    if age is not None and age < 1826 and facts.earlier_enquiries_12m >= 2:
        return 3, "early_help", "amber", False, False
    if facts.earlier_nfa_12m >= 2 and facts.source == "6":
        return 2, "early_help", "amber", False, False
    if facts.ehc_request and not facts.out_of_hours:
        return 2, "ehc_pathway", "green", False, False
    if "C1_SEEN" in facts.indicators:
        return 2, "advice", "amber", False, False
    return 1, "no_further_action", "green", False, False
