"""One person beside a few others, as they are looked up while somebody types."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from workflows.people.explaining import Evidence, evidence_of
from workflows.people.fields import CODES, FIELDS, SAME, Field
from workflows.people.records import Identity, Records, fields_told, records_of
from workflows.people.weighing import compare_pairs, weigh_pairs
from workflows.people.weights import Weights, shipped

LIKELY = 10.0  # bits from which a candidate is worth a person's look
Common = Mapping[str, Mapping[str, float]]  # of a field: which share of all have this value, where it is counted


def compare(left: Identity, right: Identity) -> tuple[Evidence, ...]:
    """The evidence for and against `left` and `right` being one person, strongest first."""
    return compare_with(left, [right], least=-inf)[0][1]


def compare_with(
    one: Identity,
    others: Sequence[Identity],
    weights: Weights | None = None,
    common: Common | None = None,
    least: float = LIKELY,
) -> list[tuple[int, tuple[Evidence, ...]]]:
    """The places of the others for whom there are at least so many bits, in their order, with the evidence of each.

    `common` says how common values are among everybody; one that it does not name is as common as values usually are.
    """
    weights = weights or shipped()
    left, right = records_of([one], others, fields=fields_told(one) or CODES)
    shares = {each.code: _shares(weights, each, left, (common or {}).get(each.code, {})) for each in FIELDS}
    left = replace(left, shares=shares)
    pairs = compare_pairs(left, right, np.zeros(len(others), np.int64), np.arange(len(others)))
    weighed = weigh_pairs(weights, pairs)
    return [(int(at), evidence_of(pairs, weighed, at)) for at in np.flatnonzero(weighed.total >= least)]


def _shares(weights: Weights, field: Field, records: Records, common: Mapping[str, float]) -> np.ndarray:
    usual = weights.of_two[field.code][SAME]
    return np.array([common.get(word, usual) for word in records.words[field.code]])


def total(evidence: Sequence[Evidence]) -> float:
    """The whole weight in bits."""
    return sum(each.weight for each in evidence)
