"""A policy's answer about one person with all its reasons: what fired, why not higher, what is missing."""

from dataclasses import dataclass
from functools import lru_cache

from rules.answer import Missing, PolicyRef, Recommendation, WhyNot, WhyNotRoute
from rules.facts import Facts
from rules.interpret import find_fired
from rules.missing import find_missing
from rules.outlines import Outlines, outlines_of
from rules.policy import Policy, Rule, Verdict
from rules.reasons import Reasoning
from rules.why_not import find_why_not

MOST_KNOWN = 5_000  # outlines kept for each policy, some 8 kB each


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is the same for everybody with one outline; only the values in the reasons are each person's own."""

    verdict: Verdict
    level_name: str
    agencies: tuple[str, ...]
    reasoning: tuple[Reasoning, ...]
    why_not: tuple[WhyNot, ...]
    why_not_routes: tuple[WhyNotRoute, ...]
    missing: tuple[Missing, ...]


class Explainer:
    """One policy's explanations, with those already worked out. They change nothing but time."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.outlines = policy, outlines_of(policy)
        self.ref = PolicyRef(policy.name, policy.version, policy.hash)
        self.codes = frozenset(policy.vocabulary.indicators)
        self.known: dict[tuple[object, ...], _Known] = {}

    def explain(self, facts: Facts) -> Recommendation:
        """The whole answer. FactError for an indicator that is not in the vocabulary, NoAnswer where there is a gap."""
        if not facts.indicators <= self.codes:
            self.policy.vocabulary.check_indicators(facts.indicators)
        outline = self.outlines.outline(facts)
        known = self.known.get(outline) or self._work_out(outline, facts)
        level, route, rag, section_47, today = known.verdict
        return Recommendation(
            level,
            known.level_name,
            route,
            rag,
            section_47,
            today,
            known.agencies,
            tuple([each.about(facts) for each in known.reasoning]),
            known.why_not,
            known.why_not_routes,
            known.missing,
            self.ref,
        )

    def _work_out(self, outline: tuple[object, ...], facts: Facts) -> _Known:
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[outline] = known = _look_around(self.policy, self.outlines, facts)
        return known


def _look_around(policy: Policy, outlines: Outlines, facts: Facts) -> _Known:
    verdict = outlines.judge(facts)
    fired = find_fired(policy, facts, verdict.level)
    routed_by = next((rule for rule in policy.routes if rule in fired), None)
    # A route that came too late took no part; whatever else its rule says did.
    told = [rule for rule in fired if rule is routed_by or not _only_routes(rule)]
    return _Known(
        verdict,
        policy.level_names[verdict.level],
        tuple(sorted({agency for rule in fired for agency in rule.agencies})),
        tuple(Reasoning.of(policy, rule, facts, verdict.level) for rule in told),
        *find_why_not(policy, outlines, facts, verdict, fired),
        find_missing(policy, outlines, facts, verdict),
    )


def _only_routes(rule: Rule) -> bool:
    beyond = (rule.level, rule.rag, rule.section_47, rule.must_be_seen_today, rule.agencies)
    return rule.route is not None and not any(beyond)


@lru_cache(maxsize=64)
def explainer_of(policy: Policy) -> Explainer:
    """The policy's explainer, made once."""
    return Explainer(policy)


def decide(policy: Policy, facts: Facts) -> Recommendation:
    """What `policy` says of `facts`, with every reason: a recommendation, for a person to decide.

    FactError for an indicator that is not in the policy's vocabulary; NoAnswer where the policy has a gap.
    """
    return explainer_of(policy).explain(facts)
