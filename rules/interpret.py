"""A plain reading of a policy, one condition at a time: slow, obvious, and the oracle for the compiled one.

Three-valued: True, False, or None where what is not known could tip it either way (Kleene's strong logic).
"""

from collections.abc import Iterable
from typing import Any

from rules.conditions import LEVEL, All, Always, AnyOf, AtLeast, Compare, Condition, NoneOf, Seen
from rules.facts import CodeFact, Facts
from rules.policy import FIRST, RANKED, NoAnswer, Policy, Rule, Verdict, rank_of
from rules.vocabulary import Vocabulary

Truth = bool | None


def decide(policy: Policy, facts: Facts) -> Verdict:
    """What the policy says. NoAnswer where no rule gives a level, RAG or route and nothing is said of what then."""
    level = _decide_level(policy, find_fired(policy, facts, None))
    fired = find_fired(policy, facts, level)
    rag = _decide_rag(policy, fired)
    route = next((rule.route for rule in _by_rank(fired) if rule.route), policy.combination.otherwise_route)
    if route is None:
        raise NoAnswer("route")
    return Verdict(
        level, route, rag, any(rule.section_47 for rule in fired), any(rule.must_be_seen_today for rule in fired)
    )


def _decide_level(policy: Policy, fired: list[Rule]) -> int:
    rules = [rule for rule in fired if rule.level is not None]
    if policy.combination.level == FIRST:
        rules = [*_by_rank(rules)[:1], *(rule for rule in rules if rule.floor)]
    levels = [rule.level or 0 for rule in rules] or [policy.combination.otherwise_level or 0]
    if max(levels) == 0:
        raise NoAnswer("level")
    return max(levels)


def _decide_rag(policy: Policy, fired: list[Rule]) -> str:
    rules = [rule for rule in fired if rule.rag is not None]
    if policy.combination.rag == FIRST:
        rules = [*_by_rank(rules)[:1], *(rule for rule in rules if rule.floor)]
    rags = [rule.rag for rule in rules if rule.rag] or [policy.combination.otherwise_rag]
    if rags == [None]:
        raise NoAnswer("rag")
    return max((rag for rag in rags if rag), key=RANKED.index)


def _by_rank(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=rank_of)


def find_fired(policy: Policy, facts: Facts, level: int | None) -> list[Rule]:
    """The rules that hold for certain. While the level is None, those that ask for it do not."""
    return [rule for rule in policy.rules if truth(policy.vocabulary, rule.when, facts, level) is True]


def truth(vocabulary: Vocabulary, condition: Condition, facts: Facts, level: int | None) -> Truth:
    """Whether a condition holds, given the level reached (1 to 4, or None while that is not settled)."""
    match condition:
        case Always():
            return True
        case Seen():
            found = condition.codes & facts.indicators
            return len(found) >= condition.count and len(vocabulary.domains_of(found)) >= condition.domains
        case Compare():
            known = level if condition.fact == LEVEL else _known(condition.fact, facts, vocabulary)
            return None if known is None else _compare(known, condition.operator, condition.wanted)
    truths = [truth(vocabulary, part, facts, level) for part in condition.parts]
    match condition:
        case All():
            return _count(truths, len(truths))
        case AnyOf():
            return _count(truths, 1)
        case NoneOf():
            return _count([None if each is None else not each for each in truths], len(truths))
        case AtLeast():
            return _count(truths, condition.count)


def _count(truths: list[Truth], wanted: int) -> Truth:
    """Whether as many are true; not known while those that are not known could make up the number."""
    true, unknown = truths.count(True), truths.count(None)
    return True if true >= wanted else None if true + unknown >= wanted else False


def _known(name: str, facts: Facts, vocabulary: Vocabulary) -> Any:
    value, fact = getattr(facts, name), vocabulary.facts[name]
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
