"""A policy's answer about one person with all its reasons: what fired, why not higher, what is missing."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rules.answer import Missing, PolicyRef, Reason, Recommendation, WhyNot, WhyNotRoute
from rules.compiler import Compiled, compile_policy
from rules.conditions import LEVEL, All, Always, AnyOf, Compare, Condition, Seen, facts_of, say, words_seen
from rules.facts import Facts, View, view
from rules.interpret import truth
from rules.missing import find_missing
from rules.policy import Policy, RouteRule, Rule, Verdict
from rules.why_not import find_why_not

__all__ = ["Missing", "PolicyRef", "Reason", "Recommendation", "WhyNot", "WhyNotRoute", "recommend"]
MOST_KNOWN = 10_000  # outlines kept for each policy, some 2 kB each
Around = tuple[tuple[WhyNot, ...], tuple[WhyNotRoute, ...], tuple[Missing, ...]]


def recommend(policy: Policy, facts: Facts) -> Recommendation:
    """What `policy` says of `facts`, with every reason. FactError for an indicator that is not in the vocabulary."""
    compiled, values = compile_policy(policy), view(facts)
    verdict = compiled.judge(*values)
    fired = [rule for place, rule in enumerate(policy.rules) if verdict.fired >> place & 1]
    explained = (*fired, policy.routes[verdict.routed_by])
    why_not, why_not_routes, missing = _look_around(policy, compiled, values, verdict)
    return Recommendation(
        level=verdict.level,
        level_name=policy.level_names[verdict.level],
        route=verdict.route,
        rag=verdict.rag,
        section_47=verdict.section_47,
        must_be_seen_today=verdict.must_be_seen_today,
        agencies=tuple(sorted({agency for rule in fired for agency in rule.agencies})),
        reasons=tuple(_explain(each, facts, verdict.level) for each in explained),
        why_not=why_not,
        why_not_routes=why_not_routes,
        missing=missing,
        policy=_refer(policy),
    )


def _look_around(policy: Policy, compiled: Compiled, values: View, verdict: Verdict) -> Around:
    """What stands around the answer. Worked out once for all whom the policy cannot tell apart."""
    outline = compiled.outline(*values)
    around = compiled.known.get(outline)
    if around is None:
        around = (*find_why_not(policy, values, verdict), find_missing(compiled, values, verdict))
        if len(compiled.known) >= MOST_KNOWN:
            compiled.known.clear()
        compiled.known[outline] = around
    return around


@lru_cache(maxsize=64)
def _refer(policy: Policy) -> PolicyRef:
    return PolicyRef(policy.name, policy.version, policy.hash)


def _explain(rule: Rule | RouteRule, facts: Facts, level: int) -> Reason:
    seen: dict[str, None] = {}
    values: dict[str, Any] = {}
    for part in _witnesses(rule.when, facts, level):
        seen |= dict.fromkeys(_say_witness(part, facts))
        values |= _values_of(part, facts, level, values)
    return Reason(rule.id, rule.because, tuple(seen), tuple(values.items()))


def _witnesses(condition: Condition, facts: Facts, level: int) -> Iterator[Condition]:
    """The smallest parts of a condition that holds which make it hold."""
    match condition:
        case All():
            for part in condition.parts:
                yield from _witnesses(part, facts, level)
        case AnyOf():
            for part in condition.parts:
                if truth(part, facts, level):
                    yield from _witnesses(part, facts, level)
        case Always():
            pass
        case _:
            yield condition


def _say_witness(condition: Condition, facts: Facts) -> tuple[str, ...]:
    return words_seen(condition, facts.indicators) if isinstance(condition, Seen) else (say(condition),)


def _values_of(condition: Condition, facts: Facts, level: int, known: dict[str, Any]) -> dict[str, Any]:
    if isinstance(condition, Seen):
        return {"indicators": tuple(sorted({*known.get("indicators", ()), *(condition.codes & facts.indicators)}))}
    if isinstance(condition, Compare) and condition.fact == LEVEL:
        return {LEVEL: level}
    return {name: getattr(facts, name) for name in sorted(facts_of(condition))}
