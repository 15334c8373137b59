"""A policy's answer about one person with all its reasons: what fired, why not higher, what is missing."""

from functools import lru_cache
from typing import Any, NamedTuple

from rules.answer import Missing, PolicyRef, Recommendation, WhyNot, WhyNotRoute
from rules.facts import Facts
from rules.missing import Search
from rules.outlines import outlines_of
from rules.policy import Policy, Rule, Verdict, rank_of
from rules.reasons import Reasoning
from rules.why_not import CameFirst, find_why_not

MOST_KNOWN = 50_000  # outlines kept for each policy, some 0.5 kB each


class _Known(NamedTuple):
    """All that is the same for everybody with one outline; only the values in the reasons are each person's own."""

    verdict: Verdict
    level_name: str
    agencies: tuple[str, ...]
    reasoning: tuple[Reasoning, ...]
    why_not: tuple[WhyNot, ...]
    why_not_routes: tuple[WhyNotRoute, ...]
    missing: tuple[Missing, ...]


Ground = tuple[Any, ...]
# Of rules that fire together: which gave the level and the route, whom to ask, and the reasons.
_Fired = tuple[CameFirst, tuple[str, ...], tuple[Reasoning, ...]]


class Explainer:
    """One policy's explanations, with those already worked out. They change nothing but time."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.outlines = policy, outlines_of(policy)
        self.ref = PolicyRef(policy.name, policy.version, policy.hash)
        self.codes = frozenset(policy.vocabulary.indicators)
        self.known: dict[tuple[object, ...], _Known] = {}
        self.fired: dict[tuple[Ground, ...], _Fired] = {}
        self.reasons: dict[Ground, Reasoning] = {}
        self.search = Search(policy, self.outlines)

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
        self.known[outline] = known = self._look_around(facts)
        return known

    def _look_around(self, facts: Facts) -> _Known:
        policy, outlines = self.policy, self.outlines
        verdict = outlines.judge(facts)
        grounds = tuple(outlines.grounds(facts, verdict.level))
        came_first, agencies, reasoning = self.fired.get(grounds) or self._reason(grounds, facts, verdict.level)
        return _Known(
            verdict,
            policy.level_names[verdict.level],
            agencies,
            reasoning,
            *find_why_not(policy, outlines, facts, verdict, came_first),
            self.search.find(facts, verdict),
        )

    def _reason(self, grounds: tuple[Ground, ...], facts: Facts, level: int) -> _Fired:
        fired = [self.policy.rules[place] for place, *_turns in grounds]
        routed_by, levelled_by = _find_first(fired, "route"), _find_first(fired, "level")
        # A route that came too late took no part; whatever else its rule says did.
        told = [each for each in zip(fired, grounds, strict=True) if each[0] is routed_by or not each[0].only_routes]
        if len(self.fired) >= MOST_KNOWN:
            self.fired.clear()
        self.fired[grounds] = found = (
            CameFirst(levelled_by and levelled_by.id, routed_by and routed_by.id),
            tuple(sorted({agency for rule in fired for agency in rule.agencies})),
            tuple([self._reason_of(*each, facts, level) for each in told]),
        )
        return found

    def _reason_of(self, rule: Rule, ground: Ground, facts: Facts, level: int) -> Reasoning:
        found = self.reasons.get(ground)
        if not found:
            if len(self.reasons) >= MOST_KNOWN:
                self.reasons.clear()
            self.reasons[ground] = found = Reasoning.of(self.policy, rule, facts, level)
        return found


def _find_first(fired: list[Rule], part: str) -> Rule | None:
    return min((rule for rule in fired if getattr(rule, part) is not None), key=rank_of, default=None)


@lru_cache(maxsize=64)
def explainer_of(policy: Policy) -> Explainer:
    """The policy's explainer, made once."""
    return Explainer(policy)


def decide(policy: Policy, facts: Facts) -> Recommendation:
    """What `policy` says of `facts`, with every reason: a recommendation, for a person to decide.

    FactError for an indicator that is not in the policy's vocabulary; NoAnswer where the policy has a gap.
    """
    return explainer_of(policy).explain(facts)
