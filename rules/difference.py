"""Which rules made the difference between the answers of two policies about the same person."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from rules.compiler import run_source, write_function
from rules.conditions import names_level
from rules.expressions import Writer, constants
from rules.policy import FIRST, Because, Policy, Rule, Verdict, rank_of

FLAGS = ("section_47", "must_be_seen_today")


class Judged(NamedTuple):
    """A policy's answer about somebody. `fired` has a bit for each rule that held, in their order.

    The verdict is None where the policy has a gap. The policy is None where it is not at hand: nothing is known of it.
    """

    policy: Policy | None
    verdict: Verdict | None
    fired: int = 0

    @property
    def rules(self) -> list[Rule]:
        """The rules that held."""
        rules = self.policy.rules if self.policy else ()
        return [rule for place, rule in enumerate(rules) if self.fired >> place & 1]


@lru_cache(maxsize=64)
def firing_of(policy: Policy) -> Callable[[Any, int], int]:
    """A function of facts and the level reached: a bit for each of the policy's rules that holds for certain."""
    sets: dict[frozenset[str], str] = {}
    writer = Writer(policy.vocabulary, sets, low="level", high="level")
    bits = " | ".join(f"({writer.holds(rule.when)}) << {place}" for place, rule in enumerate(policy.rules))
    source = write_function("fired", ("f", "level"), [f"return {bits}"])
    return run_source(policy, source, constants(sets))["fired"]  # type: ignore[no-any-return]


def find_difference(before: Judged, after: Judged) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules, before and after, that gave each part of the answer that changes. Empty where none gave it.

    What merely follows from another level is left out: a route or RAG of rules that are in both policies, and that ask
    for the level or hold in both.
    """
    old, new = _find_deciding(before), _find_deciding(after)
    changed = [part for part in Verdict._fields if _value(before, part) != _value(after, part)]
    follow = _find_following(before, after) if "level" in changed else frozenset()
    told = [part for part in changed if part == "level" or not follow.issuperset(map(_bare, old[part] + new[part]))]
    return _name(old, told), _name(new, told)


def _value(judged: Judged, part: str) -> Any:
    return getattr(judged.verdict, part, None)


def _find_deciding(judged: Judged) -> dict[str, list[Rule]]:
    """For each part of an answer, the rules that gave it."""
    policy, verdict, fired = judged.policy, judged.verdict, judged.rules
    if policy is None or verdict is None:
        return {part: [] for part in Verdict._fields}
    how = policy.combination
    return {
        "level": list(_giving(fired, "level", verdict.level, how.level)),
        "route": _first(fired, "route"),
        "rag": list(_giving(fired, "rag", verdict.rag, how.rag)),
        **{flag: [rule for rule in fired if getattr(rule, flag)] for flag in FLAGS},
    }


def _giving(fired: list[Rule], part: str, value: Any, how: str) -> Iterator[Rule]:
    """Where the first is taken, only that one and the floors count."""
    first = _first(fired, part) if how == FIRST else fired
    return (rule for rule in fired if getattr(rule, part) == value and (rule.floor or rule in first))


def _first(fired: Iterable[Rule], part: str) -> list[Rule]:
    return sorted((rule for rule in fired if getattr(rule, part) is not None), key=rank_of)[:1]


def _find_following(before: Judged, after: Judged) -> frozenset[Rule]:
    """The rules of both policies whose part in the answer hangs on the level alone."""
    if before.policy is None or after.policy is None:
        return frozenset()
    asking = _find_asking(before.policy) & _find_asking(after.policy)
    return asking | frozenset(map(_bare, before.rules)) & frozenset(map(_bare, after.rules))


@lru_cache(maxsize=64)
def _find_asking(policy: Policy) -> frozenset[Rule]:
    return frozenset(_bare(rule) for rule in policy.rules if names_level(rule.when))


def _bare(rule: Rule) -> Rule:
    """The rule without its reason, which changes nothing."""
    return replace(rule, because=Because("", ""))


def _name(deciding: dict[str, list[Rule]], parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.id for part in parts for rule in deciding[part]))
