"""Who is related to whom on a day, and who lives together, by what people said of pairs. Days are local dates.

What is said in one direction holds in the other; brothers and sisters follow from parents where nobody says so.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
# What the other of two is to the one, in words; and what the one then is to the other.
RELATIONS: Mapping[str, str] = {
    "parent": "Parent",
    "step_parent": "Step-parent",
    "sibling": "Brother or sister",
    "half_sibling": "Half-brother or half-sister",
    "carer": "Carer",
    "unborn_to": "Mother, before the birth",
    "lives_with": "Lives with them",
    "significant_other": "Somebody else who matters",
}
INVERSES: Mapping[str, str] = {
    "parent": "child",
    "step_parent": "step_child",
    "carer": "cared_for",
    "unborn_to": "unborn_child_of",
}
INVERSE_WORDS: Mapping[str, str] = {
    "child": "Child",
    "step_child": "Stepchild",
    "cared_for": "Child whom they care for",
    "unborn_child_of": "Unborn child",
}
RELATION_WORDS = {**RELATIONS, **INVERSE_WORDS}
PARENTS, SIBLINGS = ("parent", "unborn_to"), ("sibling", "half_sibling")
LIVES_WITH = "lives_with"
BOTH = 2  # parents of whom two children that share one have another each


@dataclass(frozen=True, slots=True)
class Tie(Generic[Key]):
    """That `other` is the `kind` of `one`, from the first day to the last, both included; None where nobody knows."""

    one: Key
    other: Key
    kind: str
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it was so on that day, as far as anybody said."""
        return overlap((self.since, self.until), (day, day))


def overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Whether two stretches, of a first and a last day that may be open, have a day in common."""
    begins = max(first or date.min for first, _ in (one, other))
    return begins <= min(last or date.max for _, last in (one, other))


def relations_of(who: Key, ties: Iterable[Tie[Key]], day: date) -> Sequence[tuple[Key, str]]:
    """Each person related to somebody on that day, and as what: said of either, or as the child of the same parent.

    Somebody may be there several times: a parent who lives with a child is both. `ties` are those of their parents too.
    """
    holding = [tie for tie in ties if tie.holds(day)]
    said = dict.fromkeys(_said_of(who, holding))
    siblings = {other for other, relation in said if relation in SIBLINGS}
    said |= dict.fromkeys(each for each in _siblings_of(who, holding) if each[0] not in siblings)
    return list(said)


def _said_of(who: Key, ties: Iterable[Tie[Key]]) -> Iterator[tuple[Key, str]]:
    for tie in ties:
        if tie.one == who:
            yield tie.other, tie.kind
        elif tie.other == who:
            yield tie.one, INVERSES.get(tie.kind, tie.kind)


def _siblings_of(who: Key, ties: Iterable[Tie[Key]]) -> Iterator[tuple[Key, str]]:
    """Whoever has a parent in common: half a brother or sister where each is known to have another parent too."""
    parents: dict[Key, set[Key]] = defaultdict(set)
    for tie in ties:
        if tie.kind in PARENTS:
            parents[tie.one].add(tie.other)
    own = parents.pop(who, set())
    for other, theirs in parents.items():
        if shared := own & theirs:
            half = len(shared) == 1 and min(len(own), len(theirs)) >= BOTH
            yield other, SIBLINGS[half]


def household_of(who: Key, ties: Iterable[Tie[Key]], day: date) -> set[Key]:
    """Everybody who lived with somebody on that day, themselves among them: whoever lives with one lives with all."""
    beside: dict[Key, set[Key]] = defaultdict(set)
    for tie in ties:
        if tie.kind == LIVES_WITH and tie.holds(day):
            beside[tie.one].add(tie.other)
            beside[tie.other].add(tie.one)
    found, waiting = {who}, [who]
    while waiting:
        new = beside[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found
