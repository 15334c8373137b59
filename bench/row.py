"""A line of the one table: what was measured, the figure, and what stands beside it in the same run."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

HEAD = f"{'what':<70}{'figure':>22}{'its peer':>22}{'share':>9}"


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` and `peer_figure` are in `unit`; `peer` says what the other is of, and is empty where nothing is."""

    what: str
    figure: float
    unit: str
    peer: str = ""
    peer_figure: float | None = None

    @property
    def ratio(self) -> float | None:
        """The figure as a share of its peer's: of rates more is better, of times less."""
        return self.figure / self.peer_figure if self.peer_figure else None

    def __str__(self) -> str:
        """The line; what the peer is stands beneath it."""
        peer = f"{say(self.peer_figure, self.unit):>22}" if self.peer_figure is not None else " " * 22
        ratio = f"{self.ratio:>9.3f}" if self.ratio is not None else ""
        line = f"{self.what:<70}{say(self.figure, self.unit):>22}{peer}{ratio}".rstrip()
        return f"{line}\n    beside {self.peer}" if self.peer else line


def say(figure: float, unit: str) -> str:
    """With as many digits as mean something."""
    digits = 0 if abs(figure) >= 100 else 1 if abs(figure) >= 10 else 3
    return f"{figure:,.{digits}f} {unit}"


def show(rows: Iterable[Row]) -> list[Row]:
    """Print each as it comes."""
    sys.stdout.write(f"{HEAD}\n")
    told = []
    for each in rows:
        sys.stdout.write(f"{each}\n")
        sys.stdout.flush()
        told.append(each)
    return told
