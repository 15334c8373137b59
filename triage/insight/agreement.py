"""How far two people who decided the same cases agree, beyond what chance alone would have them agree. Pure.

Cohen's kappa: (agreed - by chance) / (1 - by chance), where chance is that of two who choose as often as these two did,
each by themselves. Its interval is Cohen's own of 1960, for large samples: with few cases it is not to be relied on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

ENOUGH = 30  # cases: with fewer the interval itself is a guess
NINETY_FIVE = 1.96


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `count` cases, in how many the two agreed. `kappa` is None where both chose one and the same each time."""

    count: int
    agreed: int
    kappa: Fraction | None
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """Plain agreement; None of no case."""
        return self.agreed / self.count if self.count else None

    @property
    def is_few(self) -> bool:
        """Whether there are too few to rely on."""
        return self.count < ENOUGH


def reckon_kappa(count: int, agreed: int, alike: int) -> Fraction | None:
    """Cohen's kappa. `alike`: over what there is to choose, how often the one chose it by how often the other did.

    None of no case, and where both chose one and the same each time.
    """
    if alike == count * count:
        return None
    observed, chance = Fraction(agreed, count), Fraction(alike, count * count)
    return (observed - chance) / (1 - chance)


def measure_agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """What the first and the second chose in each case."""
    count, agreed = len(pairs), sum(first == second for first, second in pairs)
    firsts, seconds = (Counter(chosen) for chosen in zip(*pairs, strict=True)) if pairs else (Counter(), Counter())
    alike = sum(firsts[each] * seconds[each] for each in firsts)
    kappa = reckon_kappa(count, agreed, alike)
    if kappa is None:
        return Agreement(count, agreed, None, None, None)
    observed, chance = Fraction(agreed, count), Fraction(alike, count * count)
    spread = NINETY_FIVE * sqrt(observed * (1 - observed) / count) / float(1 - chance)
    return Agreement(count, agreed, kappa, max(float(kappa) - spread, -1.0), min(float(kappa) + spread, 1.0))
