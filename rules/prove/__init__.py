"""Proofs about a policy, by the solver z3: of everybody there could be, not of the cases somebody thought of.

Needs the extra `prove` (z3-solver). Nothing else in `rules` does.
"""

from rules.prove.search import CannotProve
from rules.prove.theorems import PROOFS, Proof, prove

__all__ = ["PROOFS", "CannotProve", "Proof", "prove"]
