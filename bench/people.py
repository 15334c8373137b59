"""Made-up people, no two alike, and the same ones each time."""

from random import Random
from typing import Any

from rules.facts import KINDS, NEVER, SOURCES, UNKNOWN, Facts
from rules.policy import Policy

ASKED = ("given", "refused", "not_safe_to_ask")  # what consent is once somebody has asked


def make_people(policy: Policy, count: int, *, unknown: float) -> list[Facts]:
    """So many people in the words of a policy. Each fact that may be unknown is, with that probability (0 to 1)."""
    dice = Random(2013)  # noqa: S311 - made-up people need no cryptographic dice
    people: dict[Facts, None] = {}
    while len(people) < count:
        people[_make_facts(dice, policy, unknown)] = None
    return list(people)


def _make_facts(dice: Random, policy: Policy, unknown: float) -> Facts:
    def maybe(value: Any, otherwise: Any = None) -> Any:
        return otherwise if dice.random() < unknown else value

    ours, *others = policy.vocabulary.authorities
    return Facts(
        kind=dice.choices(KINDS, (90, 4, 4, 2))[0],
        age_days=maybe(dice.randrange(18 * 365)),
        mobile=maybe(dice.random() < 0.95),
        indicators=_see(dice, list(policy.vocabulary.indicators)),
        earlier_enquiries_12m=dice.choice((0, 0, 0, 1, 2)),
        earlier_nfa_12m=dice.choice((0, 0, 0, 1, 2)),
        days_since_last_enquiry=dice.choice((NEVER, dice.randrange(3000))),
        days_since_case_closed=dice.choice((NEVER, NEVER, dice.randrange(3000))),
        plan_failed=maybe(dice.random() < 0.1),
        consent=maybe(dice.choice(ASKED), "not_asked"),
        open_case=dice.random() < 0.1,
        authority=maybe(dice.choice((*[ours] * 17, *others, "other")), UNKNOWN),
        out_of_hours=dice.random() < 0.2,
        source=dice.choice(SOURCES),
        ehc_request=dice.random() < 0.03,
        needs_immediate_protection=maybe(dice.random() < 0.02),
    )


def _see(dice: Random, codes: list[str]) -> frozenset[str]:
    return frozenset(dice.sample(codes, min(len(codes), dice.choice((0, 1, 1, 2, 2, 3, 4)))))
