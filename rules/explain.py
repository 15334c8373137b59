"""The answer of a policy about one person, with its reasons: what fired, why not higher, what is missing."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from rules.facts import CONSENTS, Facts
from rules.policy import RAGS, Policy, RouteRule, Rule

# Tried in place of a fact that is not known, to see whether knowing it could change the answer.
TRIALS = {
    "mobile": (True, False),
    "plan_failed": (True, False),
    "needs_immediate_protection": (True, False),
    "consent": tuple(each for each in CONSENTS if each != "not_asked"),
    "authority": ("nottinghamshire", "nottingham_city", "other"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired, and what made it fire."""

    rule: str
    because: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The rule nearest to a higher level, and what it lacked."""

    level: int
    section_47: bool
    rule: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact not known that could change the answer, and to what."""

    fact: str
    could_be: str
    then: str


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """Which policy said so."""

    name: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the policy recommends. A person decides."""

    level: int
    level_name: str
    route: str
    rag: str
    section_47: bool
    must_be_seen_today: bool
    agencies: tuple[str, ...]
    reasons: tuple[Reason, ...]
    why_not: tuple[WhyNot, ...]
    missing: tuple[Missing, ...]
    policy: PolicyRef

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON: the same facts and the same policy give the same content."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Outcome:
    level: int
    route: RouteRule
    rag: str
    section_47: bool
    fired: tuple[Rule, ...]

    @property
    def core(self) -> tuple[int, str, str, bool]:
        return self.level, self.route.route, self.rag, self.section_47


def recommend(policy: Policy, facts: Facts) -> Recommendation:
    """What `policy` says of `facts`, with every reason."""
    outcome = _decide(policy, facts)
    reasons = [_reason(rule, facts, outcome.level) for rule in outcome.fired]
    reasons.append(_reason(outcome.route, facts, outcome.level))
    agencies = dict.fromkeys(agency for rule in outcome.fired for agency in rule.agencies)
    return Recommendation(
        level=outcome.level,
        level_name=policy.level_names[outcome.level],
        route=outcome.route.route,
        rag=outcome.rag,
        section_47=outcome.section_47,
        must_be_seen_today=any(rule.must_be_seen_today for rule in outcome.fired),
        agencies=tuple(sorted(agencies)),
        reasons=tuple(reasons),
        why_not=_why_not(policy, facts, outcome),
        missing=_missing(policy, facts, outcome),
        policy=PolicyRef(policy.name, policy.version, policy.hash),
    )


def _decide(policy: Policy, facts: Facts) -> _Outcome:
    """The highest level, the worst RAG and every flag of the rules that fire; then the first route that holds.

    A rule with a condition on the level sees the level that the other rules reached.
    """
    level, fired = 1, []
    for rule in policy.rules:
        if rule.when.test(facts, level):
            fired.append(rule)
            level = max(level, rule.level)
    rag = min((rule.rag for rule in fired), key=RAGS.index, default="green")
    route = next(each for each in policy.routes if each.when.test(facts, level))
    return _Outcome(level, route, rag, any(rule.section_47 for rule in fired), tuple(fired))


def _reason(rule: Rule | RouteRule, facts: Facts, level: int) -> Reason:
    holding = (leaf for leaf in rule.when.leaves() if leaf.test(facts, level))
    seen = dict.fromkeys(words for leaf in holding for words in leaf.seen(facts))
    return Reason(rule.id, rule.because, tuple(seen))


def _why_not(policy: Policy, facts: Facts, outcome: _Outcome) -> tuple[WhyNot, ...]:
    """For each higher level, and for section 47, the rule that lacked least."""
    targets = [(level, False) for level in range(outcome.level + 1, 5)] + [(4, True)] * (not outcome.section_47)
    return tuple(_nearest(policy, facts, outcome.level, *target) for target in targets if _leads(policy, *target))


def _leads(policy: Policy, level: int, section_47: bool) -> bool:
    return any(rule.level == level and rule.section_47 >= section_47 for rule in policy.rules)


def _nearest(policy: Policy, facts: Facts, level: int, wanted: int, section_47: bool) -> WhyNot:
    rules = (rule for rule in policy.rules if rule.level == wanted and rule.section_47 >= section_47)
    lacking = ((rule, _lacks(rule, facts, level)) for rule in rules)
    rule, lacks = min(lacking, key=lambda pair: len(pair[1]))
    return WhyNot(wanted, section_47, rule.id, lacks)


def _lacks(rule: Rule, facts: Facts, level: int) -> tuple[str, ...]:
    return tuple(leaf.says for leaf in rule.when.leaves() if not leaf.test(facts, level))


def _missing(policy: Policy, facts: Facts, outcome: _Outcome) -> tuple[Missing, ...]:
    """Ask the policy again with each unknown fact set to each value it might have."""
    found = []
    for name, trials in _unknown(policy, facts):
        for value in trials:
            other = _decide(policy, replace(facts, **{name: value}))
            if other.core != outcome.core:
                then = f"level {other.level}, {other.route.route.replace('_', ' ')}, {other.rag}"
                found.append(Missing(name, _spell(value), then + (", section 47" if other.section_47 else "")))
                break
    return tuple(found)


def _unknown(policy: Policy, facts: Facts) -> list[tuple[str, tuple[Any, ...]]]:
    unknown = [(name, trials) for name, trials in TRIALS.items() if _is_unknown(getattr(facts, name))]
    if facts.age_days is None and facts.kind == "child":
        turns = {v for rule in policy.rules for name, v in rule.when.turns_at if name == "age_days"}
        unknown.append(("age_days", tuple(sorted(turns))))
    return unknown


def _is_unknown(value: Any) -> bool:
    return value is None or value in ("unknown", "not_asked")


def _spell(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).replace("_", " ")
