"""Two files linked one to one, or the duplicates found in one: weighed with weights learned from the records alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflows.people.blocking import candidate_pairs, pairs_within
from workflows.people.explaining import Evidence, evidence_of
from workflows.people.learning import SURE, Learned, chance, learn
from workflows.people.records import Records
from workflows.people.weighing import Pairs, compare_pairs, weigh_pairs

Index = NDArray[np.int64]
Bits = NDArray[np.float64]
Told = Callable[[str], None]  # is told each of STEPS as it begins
STEPS = ("Looking for pairs", "Comparing", "Learning", "Choosing")
LEFT_OVER = 2_000_000  # pairs of records without a partner, up to which each is compared with each


@dataclass(frozen=True, slots=True)
class Link:
    """A record of the left and one of the right, by place, that are of one person with that probability (0 to 1)."""

    left: int
    right: int
    probability: float
    evidence: tuple[Evidence, ...]


def link(left: Records, right: Records, threshold: float = 0.5, tell: Told = lambda _: None) -> list[Link]:
    """Pairs of one person, each record in one at most, likeliest first.

    A record's own rivals count: what is weak evidence where five others are as like is strong where there is nobody
    else and nearly everybody has a partner.
    """
    if not left.count or not right.count:
        return []
    pairs = _compare(left, right, candidate_pairs, tell)
    learned = learn(pairs, left.count * right.count, min(left.count, right.count))
    tell(STEPS[3])
    found = _choose(pairs, learned, threshold)
    rest = _left_over(left, right, found)
    if len(rest[0]):
        both = np.unique(np.concatenate([pairs.i * right.count + pairs.j, rest[0] * right.count + rest[1]]))
        found = _choose(compare_pairs(left, right, *np.divmod(both, right.count)), learned, threshold)
    return found


def dedupe(records: Records, threshold: float = 0.5, tell: Told = lambda _: None) -> list[Link]:
    """Pairs of one person within one file, likeliest first. A person recorded three times is in three of them."""
    if records.count < 2:
        return []
    pairs, learned = learn_within(records, tell)
    tell(STEPS[3])
    bits = weigh_pairs(learned.weights, pairs).total
    sure = chance(bits, learned.prior)
    places = np.flatnonzero(sure >= threshold)
    return list(_links(pairs, learned, sure, places[np.lexsort((-bits[places], -sure[places]))]))


def learn_within(records: Records, tell: Told = lambda _: None) -> tuple[Pairs, Learned]:
    """The pairs of one file that are worth comparing, and the weights that they teach. Two records at least."""
    pairs = _compare(records, records, lambda ours, _theirs: pairs_within(ours), tell)
    return pairs, learn(pairs, records.count * (records.count - 1) // 2, records.count)


def _compare(
    left: Records, right: Records, look: Callable[[Records, Records], tuple[Index, Index]], tell: Told
) -> Pairs:
    tell(STEPS[0])
    i, j = look(left, right)
    tell(STEPS[1])
    pairs = compare_pairs(left, right, i, j)
    tell(STEPS[2])
    return pairs


def _choose(pairs: Pairs, learned: Learned, threshold: float) -> list[Link]:
    """The likeliest pairs first, then whichever do not share a record with one that was taken."""
    bits = weigh_pairs(learned.weights, pairs).total
    sure = _among_rivals(pairs, bits, learned.prior)
    places = np.flatnonzero(sure >= threshold)
    taken = _one_to_one(pairs, places[np.lexsort((-bits[places], -sure[places]))])
    return list(_links(pairs, learned, sure, np.fromiter(taken, np.int64)))


def _among_rivals(pairs: Pairs, bits: Bits, prior: float) -> Bits:
    """The probability of each pair beside all others that either of its records is in, by the lesser of the two."""
    likelier = np.exp2(np.clip(bits, -200, 200))
    sides = ((pairs.i, pairs.left.count, pairs.right.count), (pairs.j, pairs.right.count, pairs.left.count))
    return np.minimum(*(_of_side(likelier, place, own, others, prior) for place, own, others in sides))


def _of_side(likelier: Bits, place: Index, own: int, others: int, prior: float) -> Bits:
    partnered = min(prior * others, SURE)  # the chance that a record of this side has a partner at all
    each = likelier * partnered / others
    together = np.bincount(place, weights=each, minlength=own)
    return each / (together[place] + 1 - partnered)


def _one_to_one(pairs: Pairs, places: Index) -> Iterator[int]:
    left, right = np.zeros(pairs.left.count, bool), np.zeros(pairs.right.count, bool)
    for place, i, j in zip(places.tolist(), pairs.i[places].tolist(), pairs.j[places].tolist(), strict=True):
        if not left[i] and not right[j]:
            left[i] = right[j] = True
            yield place


def _left_over(left: Records, right: Records, found: list[Link]) -> tuple[Index, Index]:
    """Every pair of records that have no partner yet, where there are few enough."""
    ours = np.setdiff1d(np.arange(left.count), [each.left for each in found])
    theirs = np.setdiff1d(np.arange(right.count), [each.right for each in found])
    if len(ours) * len(theirs) > LEFT_OVER:
        return ours[:0], theirs[:0]
    return np.repeat(ours, len(theirs)), np.tile(theirs, len(ours))


def _links(pairs: Pairs, learned: Learned, sure: Bits, places: Index) -> Iterator[Link]:
    """The pairs at those places, with the evidence of each."""
    chosen = compare_pairs(pairs.left, pairs.right, pairs.i[places], pairs.j[places])
    weighed = weigh_pairs(learned.weights, chosen)
    for at, place in enumerate(places.tolist()):
        yield Link(int(pairs.i[place]), int(pairs.j[place]), float(sure[place]), evidence_of(chosen, weighed, at))
