"""A person in one enquiry, told in plain words: for whoever must picture what a policy does."""

from collections.abc import Iterator

from rules.durations import say_age
from rules.facts import NAMES, Facts
from rules.policy import Policy
from rules.wording import say_comparison

_WHO = {
    "child": "A child",
    "unborn_child": "An unborn child",
    "adult_at_risk": "An adult at risk",
    "other_adult": "An adult",
}
_PLAIN = Facts()
_TOLD_FIRST = ("kind", "age_days")


def describe(policy: Policy, facts: Facts) -> str:
    """ "A child 8 years old, with “Young carer”; consent is refused." What is as usual is left out."""
    more = [clause for name in NAMES if name not in _TOLD_FIRST for clause in _say(policy, facts, name)]
    return f"{'; '.join([_say_who(policy, facts), *more])}."


def _say_who(policy: Policy, facts: Facts) -> str:
    age = f" {say_age(facts.age_days)}" if facts.age_days is not None else ""
    age = age or (" whose age is not known" if facts.kind == "child" else "")
    words = sorted(policy.vocabulary.indicators[code].words for code in facts.indicators)
    seen = " and ".join(f"“{each}”" for each in words)
    return f"{_WHO[facts.kind]}{age}, {f'with {seen}' if seen else 'with nothing seen'}"


def _say(policy: Policy, facts: Facts, name: str) -> Iterator[str]:
    value = getattr(facts, name)
    if value != getattr(_PLAIN, name):
        yield say_comparison(policy.vocabulary.facts[name], "is", value)
