"""The same cases under two policies, and who moves. A person decides: this counts what would be recommended."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from rules.compiler import compile_policy
from rules.difference import Judged, find_difference, firing_of
from rules.facts import UNKNOWN, Facts
from rules.policy import LADDER, NoAnswer, Policy, Verdict

Answer = Verdict | None  # None where the policy has a gap
UP, DOWN, ASIDE, SAME, UNANSWERED = "up", "down", "aside", "same", "unanswered"


class Case(NamedTuple):
    """One person in one enquiry. `key` is what people call it; `groups` has one group for each grouping.

    `before` is the policy that it is judged by now, or the answer that was given where that policy is not at hand.
    """

    key: str
    facts: Facts
    groups: tuple[Hashable, ...]
    before: Policy | Verdict


class Move(NamedTuple):
    """Somebody whose answer changes, and the rules that made the difference: those of before, and of the draft."""

    key: str
    before: Answer
    after: Answer
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """All who go from one answer to another, or stay: how many, and how many of each group in each grouping."""

    before: Answer
    after: Answer
    people: int
    groups: tuple[Mapping[Hashable, int], ...]

    @property
    def direction(self) -> str:
        """Up is more serious or, as serious, further up the ladder of help; aside is neither up nor down."""
        return find_direction(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a draft would change. Everybody stands in one of `flows`; those whose answer changes in `moves` too.

    `gaps` are those whom the draft leaves without an answer, each with the part that no rule gives. Codes that a policy
    does not know, as (fact, code), stand with the number of cases that had them: those were judged without.
    """

    draft: Policy
    flows: tuple[Flow, ...]
    moves: tuple[Move, ...]
    gaps: tuple[tuple[str, str], ...]
    unknown_before: Mapping[tuple[str, str], int]
    unknown_after: Mapping[tuple[str, str], int]

    @property
    def people(self) -> int:
        """How many were judged."""
        return sum(flow.people for flow in self.flows)


def find_direction(before: Answer, after: Answer) -> str:
    """UP, DOWN, ASIDE or SAME; UNANSWERED where either policy has a gap."""
    if before is None or after is None:
        return SAME if before == after else UNANSWERED
    if before == after:
        return SAME
    old, new = before.weight, after.weight
    if old == new and before.route in LADDER and after.route in LADDER:
        old, new = (LADDER.index(before.route),), (LADDER.index(after.route),)
    return ASIDE if old == new else UP if new > old else DOWN


def replay(cases: Iterable[Case], draft: Policy, groupings: int) -> Replay:
    """Judge each case by what it is judged by now and by the draft. `groupings` is how many groups each case has."""
    bench = _Bench(draft, groupings)
    for case in cases:
        bench.take(case)
    return bench.result()


class _Side:
    """One policy at work on the past. It judges without what it does not know, and counts that."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.judge = policy, compile_policy(policy).judge
        self.codes = frozenset(policy.vocabulary.indicators)
        self.authorities = frozenset(policy.vocabulary.facts["authority"].codes)  # type: ignore[union-attr]
        self.unknown: Counter[tuple[str, str]] = Counter()

    def answer(self, facts: Facts) -> Answer:
        try:
            return self.judge(facts)
        except NoAnswer:
            return None

    def knows(self, facts: Facts) -> bool:
        return facts.indicators <= self.codes and facts.authority in self.authorities

    def without_unknown(self, facts: Facts) -> Facts:
        """The facts in words that this policy knows. What it does not know counts as not seen, or as not known."""
        self.unknown.update(("indicators", code) for code in facts.indicators - self.codes)
        known = replace(facts, indicators=facts.indicators & self.codes)
        if facts.authority in self.authorities:
            return known
        self.unknown["authority", facts.authority] += 1
        return replace(known, authority=UNKNOWN)

    def judged(self, facts: Facts, answer: Answer) -> Judged:
        fired = firing_of(self.policy)(facts, answer.level) if answer else 0
        return Judged(self.policy, answer, fired)


class _Count:
    """Those of one flow so far."""

    def __init__(self, groupings: int) -> None:
        self.people, self.groups = 0, tuple(Counter[Hashable]() for _ in range(groupings))


class _Bench:
    """Where cases are judged one after the other."""

    def __init__(self, draft: Policy, groupings: int) -> None:
        self.after, self.groupings = _Side(draft), groupings
        self.befores: dict[str, _Side] = {}
        self.counts: dict[tuple[Answer, Answer], _Count] = {}
        self.differences: dict[tuple[Judged, Judged], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.moves: list[Move] = []
        self.gaps: list[tuple[str, str]] = []

    def take(self, case: Case) -> None:
        """Judge one case and count it."""
        old, new, by = case.facts, case.facts, case.before
        if not self.after.knows(new):
            new = self.after.without_unknown(new)
        after = self.after.answer(new)
        side = None if isinstance(by, Verdict) else self.befores.get(by.hash) or self._open(by)
        if side and not side.knows(old):
            old = side.without_unknown(old)
        before = side.answer(old) if side else by
        count = self.counts.get((before, after)) or self._begin(before, after)
        count.people += 1
        for counter, group in zip(count.groups, case.groups, strict=True):
            counter[group] += 1
        if before != after:
            self._move(case.key, side.judged(old, before) if side else Judged(None, before), new, after)
        if after is None:
            self._tell_gap(case.key, new)

    def _open(self, policy: Policy) -> _Side:
        self.befores[policy.hash] = side = _Side(policy)
        return side

    def _begin(self, before: Answer, after: Answer) -> _Count:
        self.counts[before, after] = count = _Count(self.groupings)
        return count

    def _move(self, key: str, before: Judged, facts: Facts, answer: Answer) -> None:
        after = self.after.judged(facts, answer)
        rules = self.differences.get((before, after))
        if rules is None:
            self.differences[before, after] = rules = find_difference(before, after)
        self.moves.append(Move(key, before.verdict, answer, *rules))

    def _tell_gap(self, key: str, facts: Facts) -> None:
        try:
            self.after.judge(facts)
        except NoAnswer as gap:
            self.gaps.append((key, gap.part))

    def result(self) -> Replay:
        """All that was counted."""
        flows = (Flow(*pair, count.people, count.groups) for pair, count in self.counts.items())
        before: Counter[tuple[str, str]] = sum((side.unknown for side in self.befores.values()), Counter())
        unknown = MappingProxyType(before), MappingProxyType(self.after.unknown)
        return Replay(self.after.policy, tuple(flows), tuple(self.moves), tuple(self.gaps), *unknown)
