"""Why not higher: for each level and route above the answer, the rule that came nearest and what it lacked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple

from rules.answer import WhyNot, WhyNotRoute
from rules.conditions import facts_of, requirements, say
from rules.facts import Facts
from rules.outlines import Outlines, outlines_of
from rules.policy import LADDER, LEVELS, Policy, Rule, Verdict

MOST_KNOWN = 5_000  # ways to fall short that are remembered for each policy
WhyNots = tuple[tuple[WhyNot, ...], tuple[WhyNotRoute, ...]]


class CameFirst(NamedTuple):
    """The rules of the lowest rank that held: for whoever asks why another that held as well was not taken."""

    level: str | None
    route: str | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule that would lead there, and the bits of all that it requires."""

    rule: str
    bits: int


@dataclass(frozen=True, slots=True)
class _Chart:
    """What leads where in one policy, worked out once. `says` has the words of each requirement, by its bit.

    `fixed` are the requirements that ask who somebody is: nobody gets nearer to those. `asks` has the bits of all that
    leads higher than a verdict, and `known` what was told before: of that much, few people lack anything else.
    """

    says: tuple[str, ...]
    fixed: int
    levels: tuple[tuple[int, bool, tuple[_Candidate, ...]], ...]
    routes: tuple[tuple[_Candidate, ...], ...]
    asks: dict[Verdict, int] = field(default_factory=dict)
    known: dict[tuple[Any, ...], WhyNots] = field(default_factory=dict)

    def levels_above(self, verdict: Verdict) -> list[tuple[int, bool, tuple[_Candidate, ...]]]:
        """The levels, and section 47, that were not reached."""
        return [
            (level, section_47, candidates)
            for level, section_47, candidates in self.levels
            if level > verdict.level or (section_47 and not verdict.section_47)
        ]

    def routes_above(self, verdict: Verdict) -> list[tuple[str, tuple[_Candidate, ...]]]:
        """Along the ladder only: a route off it hands the person to somebody else who weighs the concern."""
        above = LADDER.index(verdict.route) + 1 if verdict.route in LADDER else len(LADDER)
        return [(LADDER[place], self.routes[place]) for place in range(above, len(LADDER)) if self.routes[place]]


@dataclass(frozen=True, slots=True)
class _Gap:
    """What does not hold of one person, and what of that is only not known."""

    lacking: int
    unknown: int


def find_why_not(policy: Policy, outlines: Outlines, facts: Facts, verdict: Verdict, came_first: CameFirst) -> WhyNots:
    """For the levels (and section 47) and for the routes above the verdict."""
    chart = _draw_chart(policy)
    asks = chart.asks.get(verdict)
    if asks is None:
        chart.asks[verdict] = asks = _list_asks(chart, verdict)
    lacking, unknown = outlines.weigh(facts, verdict.level)
    key = verdict, lacking & asks, unknown & asks, came_first
    return chart.known.get(key) or _explain(chart, *key)


def _list_asks(chart: _Chart, verdict: Verdict) -> int:
    higher = [*(each[-1] for each in chart.levels_above(verdict)), *(each[-1] for each in chart.routes_above(verdict))]
    return reduce(or_, (each.bits for candidates in higher for each in candidates), 0)


def _explain(chart: _Chart, verdict: Verdict, lacking: int, unknown: int, came_first: CameFirst) -> WhyNots:
    gap = _Gap(lacking, unknown)
    levels, routes = chart.levels_above(verdict), chart.routes_above(verdict)
    found = (
        tuple(
            WhyNot(level, section_47, *_come_near(chart, gap, each, came_first.level))
            for level, section_47, each in levels
        ),
        tuple(WhyNotRoute(route, *_come_near(chart, gap, each, came_first.route)) for route, each in routes),
    )
    if len(chart.known) >= MOST_KNOWN:
        chart.known.clear()
    chart.known[verdict, lacking, unknown, came_first] = found
    return found


def _come_near(
    chart: _Chart, gap: _Gap, candidates: Sequence[_Candidate], came_first: str | None
) -> tuple[str, tuple[str, ...], str | None]:
    rule, lacks = _nearest(chart, candidates, gap)
    return rule, lacks, None if lacks else came_first


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
