"""A plain reading of a policy, one condition at a time: slow, obvious, and the oracle for the compiled one.

Three-valued: True, False, or None where what is not known could tip it either way (Kleene's strong logic).
"""

from collections.abc import Iterable
from typing import Any

from rules.conditions import LEVEL, All, Always, AnyOf, Compare, Condition, NoneOf, Seen
from rules.facts import FACTS, CodeFact, Facts
from rules.indicators import INDICATORS
from rules.policy import RANKED, Policy, Rule, Verdict

Truth = bool | None


def decide(policy: Policy, facts: Facts) -> Verdict:
    """What the policy says: the highest level and the worst of all else that fires, then the first route that holds."""
    level = max((rule.level for rule in policy.rules if fires(rule, facts, None)), default=1)
    fired = [place for place, rule in enumerate(policy.rules) if fires(rule, facts, level)]
    rules = [policy.rules[place] for place in fired]
    routed_by = next(place for place, each in enumerate(policy.routes) if truth(each.when, facts, level))
    return Verdict(
        level=level,
        route=policy.routes[routed_by].route,
        rag=max((rule.rag for rule in rules), key=RANKED.index, default=RANKED[0]),
        section_47=any(rule.section_47 for rule in rules),
        must_be_seen_today=any(rule.must_be_seen_today for rule in rules),
        routed_by=routed_by,
        fired=sum(1 << place for place in fired),
    )


def fires(rule: Rule, facts: Facts, level: int | None) -> bool:
    """Whether a rule holds for certain. While the level is None, the rules that ask for it do not."""
    return truth(rule.when, facts, level) is True


def truth(condition: Condition, facts: Facts, level: int | None) -> Truth:
    """Whether a condition holds, given the level reached (1 to 4, or None while that is not settled)."""
    match condition:
        case Always():
            return True
        case Seen():
            return _enough_seen(condition, facts.indicators)
        case Compare():
            known = level if condition.fact == LEVEL else _known(condition.fact, facts)
            return None if known is None else _compare(known, condition.operator, condition.wanted)
        case All():
            return _all(truth(part, facts, level) for part in condition.parts)
        case AnyOf():
            return _not(_all(_not(truth(part, facts, level)) for part in condition.parts))
        case NoneOf():
            return _all(_not(truth(part, facts, level)) for part in condition.parts)


def _known(name: str, facts: Facts) -> Any:
    value, fact = getattr(facts, name), FACTS[name]
    return None if isinstance(fact, CodeFact) and value == fact.unknown else value


def _compare(known: Any, operator: str, wanted: Any) -> bool:
    match operator:
        case "is":
            return bool(known == wanted)
        case "in":
            return known in wanted
        case "below":
            return bool(known < wanted)
        case "at_least":
            return bool(known >= wanted)
    raise AssertionError(operator)


def _enough_seen(asked: Seen, indicators: frozenset[str]) -> bool:
    found = asked.codes & indicators
    domains = {domain for code in found for domain in INDICATORS[code].domains}
    return len(found) >= asked.count and len(domains) >= asked.domains


def _all(truths: Iterable[Truth]) -> Truth:
    found = set(truths)
    return False if False in found else None if None in found else True


def _not(value: Truth) -> Truth:
    return None if value is None else not value
