"""Why not higher: for each level and route above the answer, the rule that came nearest and what it lacked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.answer import WhyNot, WhyNotRoute
from rules.conditions import facts_of, requirements, say
from rules.facts import Facts
from rules.outlines import Outlines, outlines_of
from rules.policy import LADDER, LEVELS, Policy, Rule, Verdict, rank_of


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule that would lead there, and the bits of all that it requires."""

    rule: str
    bits: int


@dataclass(frozen=True, slots=True)
class _Chart:
    """What leads where in one policy, worked out once. `says` has the words of each requirement, by its bit.

    `fixed` are the requirements that ask who somebody is: nobody gets nearer to those.
    """

    says: tuple[str, ...]
    fixed: int
    levels: tuple[tuple[int, bool, tuple[_Candidate, ...]], ...]
    routes: tuple[tuple[_Candidate, ...], ...]


@dataclass(frozen=True, slots=True)
class _Gap:
    """What does not hold of one person, and what of that is only not known."""

    lacking: int
    unknown: int


def find_why_not(
    policy: Policy, outlines: Outlines, facts: Facts, verdict: Verdict, fired: list[Rule]
) -> tuple[tuple[WhyNot, ...], tuple[WhyNotRoute, ...]]:
    """For the levels (and section 47) and for the routes above the verdict, which the rules that fired gave."""
    chart = _draw_chart(policy)
    gap = _Gap(*outlines.weigh(facts, verdict.level))
    levels = _explain_levels(chart, gap, verdict, _find_first(fired, "level"))
    return tuple(levels), tuple(_explain_routes(chart, gap, verdict, _find_first(fired, "route")))


def _find_first(fired: list[Rule], part: str) -> str | None:
    giving = (rule for rule in sorted(fired, key=rank_of) if getattr(rule, part) is not None)
    return next((rule.id for rule in giving), None)


def _explain_levels(chart: _Chart, gap: _Gap, verdict: Verdict, came_first: str | None) -> Iterator[WhyNot]:
    for level, section_47, candidates in chart.levels:
        if level > verdict.level or (section_47 and not verdict.section_47):
            rule, lacks = _nearest(chart, candidates, gap)
            yield WhyNot(level, section_47, rule, lacks, None if lacks else came_first)


def _explain_routes(chart: _Chart, gap: _Gap, verdict: Verdict, came_first: str | None) -> Iterator[WhyNotRoute]:
    """Along the ladder only: a route off it hands the person to somebody else who weighs the concern."""
    if verdict.route not in LADDER:
        return
    above = LADDER.index(verdict.route) + 1
    for route, candidates in zip(LADDER[above:], chart.routes[above:], strict=True):
        if candidates:
            rule, lacks = _nearest(chart, candidates, gap)
            yield WhyNotRoute(route, rule, lacks, None if lacks else came_first)


def _nearest(chart: _Chart, candidates: Sequence[_Candidate], gap: _Gap) -> tuple[str, tuple[str, ...]]:
    """The rule that lacks least, the first of several, and what it lacks in the order of the document."""
    lacking, fixed = gap.lacking, gap.lacking & chart.fixed
    nearest = min(candidates, key=lambda each: ((each.bits & fixed).bit_count(), (each.bits & lacking).bit_count()))
    lacking &= nearest.bits
    return nearest.rule, tuple(
        f"{says} (not known)" if gap.unknown >> place & 1 else says
        for place, says in enumerate(chart.says)
        if lacking >> place & 1
    )


@lru_cache(maxsize=64)
def _draw_chart(policy: Policy) -> _Chart:
    asked = outlines_of(policy).requirements
    bit_of = {part: 1 << place for place, part in enumerate(asked)}

    def candidates(rules: Iterator[Rule]) -> tuple[_Candidate, ...]:
        return tuple(_Candidate(each.id, sum(bit_of[part] for part in set(requirements(each.when)))) for each in rules)

    levels = [(level, False, candidates(each for each in policy.rules if each.level == level)) for level in LEVELS[1:]]
    section_47 = (LEVELS[-1], True, candidates(each for each in policy.rules if each.section_47))
    routes = (candidates(each for each in policy.rules if each.route == route) for route in LADDER)
    reached = tuple(each for each in (*levels, section_47) if each[2])
    fixed = sum(bit for part, bit in bit_of.items() if "kind" in facts_of(part))
    return _Chart(tuple(map(say, asked)), fixed, reached, tuple(routes))
