"""Recommendations a second, beside the same policy written by hand: what reasons, why-nots and missing facts cost.

Run: `python -m bench.policy`. Prints one line a case: people a second on one core, best of five, over the same 500
made-up people. Before it measures, it checks that all ways of deciding agree on each of them.
"""

import sys
from collections.abc import Callable
from random import Random
from timeit import repeat

from rules import interpret
from rules.compiler import compile_policy
from rules.explain import recommend
from rules.facts import AUTHORITIES, CONSENTS, Facts
from rules.indicators import INDICATORS
from rules.library import get_policy

POLICY = get_policy("pathway_to_provision", "V4")
COMPILED = compile_policy(POLICY)
LEVEL = {
    level: frozenset(each.code for each in INDICATORS.values() if each.usual_level == level) for level in range(1, 5)
}
SECTION_47 = frozenset(each.code for each in INDICATORS.values() if each.section == "s47")
MARKS = frozenset({"C4_NAI", "C4_NONMOBILE_BRUISE"})
NO_CONSENT = ("refused", "not_safe_to_ask")


def make_people(count: int, *, unknown: float) -> list[Facts]:
    """Made-up people, the same each time; each fact that may be unknown is, with that probability."""
    dice = Random(2013)  # noqa: S311 - made-up people need no cryptographic dice

    def maybe(value: object) -> object:
        return None if dice.random() < unknown else value

    return [
        Facts(
            kind=dice.choices(("child", "unborn_child", "adult_at_risk", "other_adult"), (90, 4, 4, 2))[0],
            age_days=maybe(dice.randrange(18 * 365)),
            mobile=maybe(True),
            indicators=frozenset(dice.sample(list(INDICATORS), dice.choice((0, 1, 1, 2, 2, 3, 4)))),
            earlier_enquiries_12m=dice.choice((0, 0, 0, 1, 2)),
            plan_failed=maybe(dice.random() < 0.1),
            consent="not_asked" if dice.random() < unknown else dice.choice(CONSENTS),
            open_case=dice.random() < 0.1,
            authority="unknown" if dice.random() < unknown else dice.choices(AUTHORITIES, (90, 5, 4, 1))[0],
            ehc_request=dice.random() < 0.03,
            needs_immediate_protection=maybe(dice.random() < 0.02),
        )
        for _ in range(count)
    ]


def decide_by_hand(facts: Facts) -> tuple[int, str, str, bool, bool]:
    """The same policy as somebody would write it who knew that it never changes, and never had to explain it."""
    level, rag, harm = weigh_by_hand(facts)
    return level, route_by_hand(facts, level), rag, harm, harm


def weigh_by_hand(facts: Facts) -> tuple[int, str, bool]:
    """Level, RAG and section 47."""
    seen, age = facts.indicators, facts.age_days
    baby = facts.mobile is False or (age is not None and age < 183)
    if seen & SECTION_47 or facts.needs_immediate_protection or (baby and seen & MARKS):
        return 4, "red", True
    if seen & LEVEL[4]:
        return 4, "amber", False
    level_2 = seen & LEVEL[2]
    if seen & LEVEL[3] or (level_2 and (facts.plan_failed or is_several(level_2))):
        soon = facts.plan_failed or facts.consent in NO_CONSENT or (age is not None and age < 1826)
        return 3, "amber" if soon or facts.earlier_enquiries_12m >= 2 else "green", False
    if level_2:
        return 2, "amber" if facts.earlier_enquiries_12m >= 2 else "green", False
    return 1, "green", False


def is_several(codes: frozenset[str]) -> bool:
    """Three or more, in two or more domains."""
    return len(codes) >= 3 and len(frozenset().union(*(INDICATORS[code].domains for code in codes))) >= 2


def route_by_hand(facts: Facts, level: int) -> str:
    """The way to go at that level."""
    if facts.authority in ("nottingham_city", "other"):
        return "other_authority"
    if facts.kind in ("adult_at_risk", "other_adult"):
        return "adult_safeguarding" if facts.kind == "adult_at_risk" else "advice"
    if facts.open_case:
        return "existing_case"
    if level == 4 or (level == 3 and facts.consent in NO_CONSENT):
        return "social_care"
    if facts.ehc_request and level < 3:
        return "ehc_pathway"
    if level >= 2:
        return "advice" if facts.consent in NO_CONSENT else "early_help"
    return "advice" if facts.indicators & LEVEL[1] else "no_further_action"


def recommend_anew(facts: Facts) -> object:
    """As for somebody like whom there was nobody before."""
    COMPILED.known.clear()
    return recommend(POLICY, facts)


CASES: dict[str, tuple[Callable[[Facts], object], float]] = {
    "written by hand, bare decision": (decide_by_hand, 0.2),
    "compiled, bare decision": (COMPILED.decide, 0.2),
    "interpreted, bare decision": (lambda facts: interpret.decide(POLICY, facts), 0.2),
    "whole recommendation, all known": (lambda facts: recommend(POLICY, facts), 0.0),
    "whole recommendation, a fifth unknown": (lambda facts: recommend(POLICY, facts), 0.2),
    "whole recommendation, nothing known": (lambda facts: recommend(POLICY, facts), 1.0),
    "the first of their like, a fifth unknown": (recommend_anew, 0.2),
    "the first of their like, nothing known": (recommend_anew, 1.0),
    "whole recommendation, ready for JSON": (lambda facts: recommend(POLICY, facts).to_dict(), 0.2),
}


def check_agreement(people: list[Facts]) -> None:
    """All ways of deciding give the same answer about everybody. AssertionError names who they differ on."""
    for facts in people:
        answers = {decide_by_hand(facts), COMPILED.decide(facts).answer, interpret.decide(POLICY, facts).answer}
        if len(answers) > 1:
            raise AssertionError(f"{facts}: {answers}")


def main() -> None:
    """Measure each case and print it."""
    check_agreement(make_people(20_000, unknown=0.2))
    for name, (decide, unknown) in CASES.items():
        people = make_people(500, unknown=unknown)
        best = min(repeat(lambda decide=decide, people=people: [decide(each) for each in people], number=1, repeat=5))
        sys.stdout.write(f"{name:<42}{len(people) / best:>12,.0f} a second{best / len(people) * 1e6:>10.1f} µs\n")


if __name__ == "__main__":
    main()
