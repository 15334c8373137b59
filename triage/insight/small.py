"""Small numbers: whoever sees no case is told of no number that could be somebody they know. Pure.

Each measure's file says which is the least number that is told (`least`). A share is small where what it counts, or
what it does not, is. Where one group alone would be small, what it is could be worked out from the whole: the next
smallest is held back with it. Numbers of two periods that differ by a day can still be held against each other
(docs/security.md).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from triage.insight.measures import Answer, Figure

SMALL = Figure(None, None, None, small=True)
Groups = tuple[tuple[str, str, Figure], ...]


class Defined(Protocol):
    """Whatever says which is the least number that is told of it."""

    @property
    def least(self) -> int:
        """What is fewer is not told."""


def hide_small(answer: Answer) -> Answer:
    """The answer as it is told to whoever sees no case."""
    groups = hide_groups(answer.measure, answer.groups)
    return replace(answer, whole=hide_figure(answer.measure, answer.whole), groups=groups)


def hide_groups(definition: Defined, groups: Iterable[tuple[str, str, Figure]]) -> Groups:
    """The groups (key, label, figure) of one whole, as they are told to whoever sees no case."""
    told = tuple(groups)
    hidden = {key for key, _label, figure in told if is_small(definition, figure)}
    if len(hidden) == 1:
        rest = [(_size(figure), key) for key, _label, figure in told if key not in hidden and _size(figure)]
        hidden |= {min(rest)[1]} if rest else set()
    return tuple((key, label, SMALL if key in hidden else figure) for key, label, figure in told)


def hide_figure(definition: Defined, figure: Figure) -> Figure:
    """One number by itself, as it is told to whoever sees no case."""
    return SMALL if is_small(definition, figure) else figure


def is_small(definition: Defined, figure: Figure) -> bool:
    """Whether it could be somebody."""
    parts = (figure.counted or 0, (figure.of or 0) - (figure.counted or 0) if figure.of is not None else 0)
    return any(0 < part < definition.least for part in parts)


def _size(figure: Figure) -> int:
    return (figure.counted if figure.of is None else figure.of) or 0
