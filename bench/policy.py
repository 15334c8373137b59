"""Decisions and recommendations a second, beside the same rules written by hand and put to other engines.

Run: `python -m bench.policy`, from the top folder. It checks first that all ways of deciding agree. Then it measures
all in turn, over and over, so that whatever else the machine does hits all alike, and prints the best of each on one
core: people a second, and as a share of the same rules written by hand.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from math import inf
from pathlib import Path
from timeit import Timer
from typing import Any

from bench.by_hand import decide_twelve, decide_v4
from bench.engines import decide_by_expression, decide_by_rule_engine, decide_by_zen
from bench.people import make_people
from bench.row import Row, show
from bench.writing import Writer
from rules import interpret
from rules.answer import Recommendation
from rules.compiler import compile_policy
from rules.explain import MOST_KNOWN, Explainer, decide, explainer_of
from rules.facts import Facts
from rules.library import get_policy
from rules.outlines import outlines_of
from rules.policy import Policy, Verdict
from rules.reading import load

V4 = get_policy("pathway_to_provision", "V4")
TWELVE = load(Path(__file__).with_name("twelve_rules.yaml"))
FEW, MANY = 2_500, 100_000
BY_HAND = "the same rules by hand"
UNKNOWN = 0.2  # of each fact that may be unknown
ROUNDS, LEAST = 40, 3
PATIENCE = 2.0  # seconds for each case, once it was measured LEAST times
NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Case:
    """A way of deciding, and the people as it takes them. `before` is done before each time, and not timed."""

    name: str
    decide: Callable[[Any], Any]
    people: Sequence[Any]
    before: Callable[[], object] = tuple
    times: int = 1

    def measure(self) -> float:
        """Seconds a person."""
        names = {"people": self.people, "decide": self.decide}
        timer = Timer("for each in people: decide(each)", self.before, globals=names)
        return timer.timeit(self.times) / self.times / len(self.people)


def list_bare(policy: Policy, by_hand: Callable[[Facts], Any], people: Sequence[Facts]) -> list[Case]:
    """Level, route, RAG and flags alone, in every way there is; by hand first."""
    given = list(map(Writer(policy).read, people))
    return [
        Case(BY_HAND, by_hand, people, times=10),
        Case("compiled", compile_policy(policy).judge, people, times=10),
        Case("interpreted", partial(interpret.decide, policy), people),
        Case("zen-engine, one compiled expression", decide_by_expression(policy), given),
        Case("zen-engine, decision tables", decide_by_zen(policy, trace=False), given),
        Case("zen-engine, decision tables with trace", decide_by_zen(policy, trace=True), given),
        Case("rule-engine", decide_by_rule_engine(policy), given),
    ]


def list_whole(people: Sequence[Facts]) -> list[Case]:
    """V4's recommendations with reasons, why-nots and missing facts."""
    policy = replace(V4, hash=f"{V4.hash} {next(NUMBERS)}")  # what is remembered of one list does not help another
    recommend, forget = partial(decide, policy), explainer_of(policy).known.clear
    forgetful, some = Explainer(policy), people[:FEW]

    def recommend_anew(facts: Facts) -> Recommendation:
        forgetful.known.clear()
        return forgetful.explain(facts)

    def meet_again() -> None:
        for each in some:
            recommend(each)

    return [
        Case("whole, with an empty memory to begin with", recommend, people, forget),
        Case("whole, the same people once more", recommend, people),
        Case("whole, with no memory at all", recommend_anew, some),
        Case("as a dictionary, once more", lambda facts: recommend(facts).to_dict(), some, meet_again),
        Case("as JSON, once more", lambda facts: recommend(facts).to_json(), some, meet_again),
    ]


def check_agreement(policy: Policy, cases: Iterable[Case], people: Sequence[Facts]) -> None:
    """AssertionError names the first person about whom one of `cases` does not say what the interpreter does."""
    for case in cases:
        for facts, each in zip(people, case.people, strict=True):
            answer, wanted = read_verdict(case.decide(each)), interpret.decide(policy, facts)
            if answer != wanted:
                raise AssertionError(f"{policy.title}, {case.name}: {answer}, not {wanted}, about {facts}")


def read_verdict(answer: Any) -> Verdict:
    """Anybody's answer as ours: by name, as a recommendation, or in order."""
    if isinstance(answer, Mapping):
        return Verdict(*(answer[part] for part in Verdict._fields))
    return (
        Verdict(*(getattr(answer, part) for part in Verdict._fields)) if hasattr(answer, "level") else Verdict(*answer)
    )


def check_all() -> None:
    """All ways agree about everybody that they are measured with, and about as many of whom all is known."""
    for policy, by_hand in ((V4, decide_v4), (TWELVE, decide_twelve)):
        for unknown in (0, UNKNOWN):
            people = make_people(policy, FEW, unknown=unknown)
            whole = Case("whole recommendation", partial(decide, policy), people)
            check_agreement(policy, [*list_bare(policy, by_hand, people), whole], people)


def list_groups() -> dict[str, list[Case]]:
    """What is measured, under its heading; by hand stands first in what it is the measure of."""
    groups = {}
    for policy, by_hand in ((TWELVE, decide_twelve), (V4, decide_v4)):
        people = make_people(policy, FEW, unknown=UNKNOWN)
        words = f"{policy.title}, {len(policy.rules)} rules; {FEW:,} people, {UNKNOWN:.0%} unknown"
        groups[words] = list_bare(policy, by_hand, people)
    for unknown in (0, UNKNOWN):
        people = make_people(V4, MANY, unknown=unknown)
        alike = len(set(map(outlines_of(V4).outline, people)))
        words = f"{V4.title}; {MANY:,} people, {unknown:.0%} unknown, no two alike, {alike:,} outlines"
        groups[f"{words}: {1 - alike / MANY:.0%} are like somebody before; {MOST_KNOWN:,} are kept"] = list_whole(
            people
        )
    return groups


def measure(cases: Sequence[Case]) -> list[float]:
    """Seconds a person for each case: the best of all rounds."""
    best, spent = [inf] * len(cases), [0.0] * len(cases)
    for turn in range(ROUNDS):
        for place, case in enumerate(cases):
            if turn < LEAST or spent[place] < PATIENCE:
                took = case.measure()
                best[place] = min(best[place], took)
                spent[place] += took * case.times * len(case.people)
    return best


def rows() -> Iterator[Row]:
    """Check and measure: people a second, beside the same rules by hand."""
    check_all()
    groups = list_groups()
    took, by_hand = iter(measure([case for cases in groups.values() for case in cases])), inf
    for words, cases in groups.items():
        sys.stdout.write(f"  {words}\n")
        for case in cases:
            seconds = next(took)
            if case.name == BY_HAND:  # which stands first in what it is the measure of
                by_hand = seconds
            yield Row(case.name, 1 / seconds, "a second", BY_HAND, 1 / by_hand)


if __name__ == "__main__":
    show(rows())
