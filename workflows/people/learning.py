"""Weights learned from the records themselves, without being told who is who: expectation and maximisation.

Dempster, Laird and Rubin (1977), as Winkler applied it to linkage (1988). How two people's records agree is counted
among pairs drawn by chance, nearly all of which are of two people; how one person's do is found by turns of weighing
and counting. Candidate pairs stand for all pairs: those not looked at are of two people, which is what keeps the way
in which they were looked for from being learned.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workflows.people.fields import FIELDS, SAME, Field
from workflows.people.records import UNKNOWN, Records
from workflows.people.weighing import Pairs, Weighed, compare_pairs, weigh_pairs
from workflows.people.weights import NOT_COMPARED, Weights, shipped

DRAWN = 50_000  # pairs drawn by chance
TRUST = 20  # what is known beforehand counts as so many pairs
SURE = 0.9999  # the most that is believed of how many have a partner: somebody may always be missing
TURNS, STILL = 50, 1e-4  # turns at most; and the share by which the number of matches may still move
IDENTIFIERS = ("nhs_number", "upn")  # too rarely shared by two people for chance to show how rarely
SAYS_WHO, MOSTLY = ("given_name", "family_name", "birth_date"), 0.5  # shares of one person's records that agree
SELDOM = 0.5 / DRAWN  # what was never drawn is not taken for rarer than this
LEAST_AT_HOME, MOST_AT_HOME = 1e-9, 0.1
LEAST_EXCHANGED, MOST_EXCHANGED = 0.001, 0.1


Count = Callable[[Weights, Pairs, Weighed, NDArray[np.float64]], Weights]


@dataclass(frozen=True, slots=True)
class Learned:
    """The weights, and the chance (0 to 1) that any two records of those that were looked at are of one person."""

    weights: Weights
    prior: float


def learn(pairs: Pairs, possible: int, most: int) -> Learned:
    """Weights from candidate pairs, which are of `possible` pairs, of which `most` at most are of one person.

    Where next to nobody is there twice, the turns explain something else: twins, or dates that chance exchanged. Then
    what is known beforehand of one person's records stays, and only how many pairs are of one person is learned.
    """
    begun = replace(shipped(), of_two=_draw(pairs.left, pairs.right))
    learned = _take_turns(begun, pairs, possible, most, _count)
    if _are_of_one(learned.weights):
        return learned
    return _take_turns(begun, pairs, possible, most, lambda weights, *_: weights)


def _take_turns(weights: Weights, pairs: Pairs, possible: int, most: int, count: Count) -> Learned:
    prior = min(most / possible, 1) / 2
    for _turn in range(TURNS):
        weighed = weigh_pairs(weights, pairs)
        sure = chance(weighed.total, prior)
        before, prior = prior, min(sure.sum() / possible, min(most / possible, 1) * SURE)
        at_home = (1 - sure) * chance(weighed.at_home, weights.at_home)
        weights = replace(count(weights, pairs, weighed, sure), at_home=_share_at_home(at_home, possible))
        if abs(prior - before) <= STILL * before:
            break
    return Learned(weights, prior)


def _are_of_one(weights: Weights) -> bool:
    """Whether what was learned of one person's records is of one person's: mostly they are named and born alike."""
    return all(weights.of_one[code][SAME] > MOSTLY for code in SAYS_WHO)


def chance(bits: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    """The probability of a pair with so many bits for it, where `prior` of all pairs are of one person."""
    odds = prior / (1 - prior) * np.exp2(np.clip(bits, -200, 200))
    return odds / (1 + odds)


def _share_at_home(sure: NDArray[np.float64], possible: int) -> float:
    """The chance that two of those looked at are of one household, and neither nothing nor nearly all of it."""
    return float(np.clip(sure.sum() / possible, LEAST_AT_HOME, MOST_AT_HOME))


def _draw(left: Records, right: Records) -> dict[str, NDArray[np.float64]]:
    """How two people's records agree: by chance, and of the same value by how common each is."""
    dice = np.random.default_rng(2013)  # the same each time
    drawn = compare_pairs(left, right, *(dice.integers(side.count, size=DRAWN) for side in (left, right)))
    return {each.code: _of_two(each, drawn) for each in FIELDS}


def _of_two(field: Field, drawn: Pairs) -> NDArray[np.float64]:
    before = shipped().of_two[field.code]
    if field.code in IDENTIFIERS:
        return before
    levels = drawn.levels[field.code]
    rest = np.maximum(_shares(levels, np.ones(len(levels)), before), SELDOM)[SAME + 1 :]
    same = _chance_of_same(drawn.left, drawn.right, field.code, before[SAME])
    return np.append(same, rest / rest.sum() * (1 - same))


def _chance_of_same(left: Records, right: Records, code: str, before: float) -> float:
    """That a record of the left and one of the right, drawn by chance, have the same value where both have one."""
    count = len(left.words[code])
    ours, theirs = (np.bincount(side.columns[code], minlength=count)[UNKNOWN + 1 :] for side in (left, right))
    return float((ours @ theirs + TRUST * before) / (ours.sum() * theirs.sum() + TRUST))


def _count(weights: Weights, pairs: Pairs, weighed: Weighed, sure: NDArray[np.float64]) -> Weights:
    """How one person's records agree, each pair counted as far as it is one; exchanged fields aside."""
    straight = {code: ~where for both, where in weighed.exchanged.items() for code in both}
    before = shipped().of_one
    of_one = {
        each.code: _shares(pairs.levels[each.code], sure * straight.get(each.code, 1), before[each.code])
        for each in FIELDS
    }
    names = next(iter(weighed.exchanged.values()))
    exchanged = float(sure[names].sum() / max(sure.sum(), 1))
    return replace(weights, of_one=of_one, exchanged=float(np.clip(exchanged, LEAST_EXCHANGED, MOST_EXCHANGED)))


def _shares(levels: NDArray[np.int8], counted: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each level among the pairs where it was compared, with what was known before as a few more."""
    known = levels != NOT_COMPARED
    counts = np.bincount(levels[known], weights=counted[known], minlength=len(before)) + TRUST * before
    return counts / counts.sum()
