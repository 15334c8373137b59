"""Small numbers stay hidden from somebody who knows every total and can reckon."""

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.thresholds.replay_small_numbers import SMALL, hide_small

COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 40), st.sampled_from((0, 0, 500, 20_000)))
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=2, max_size=6)
)


class Attacker:
    """Knows what is told, each column's total, and that people are whole and not fewer than none."""

    def __init__(self, rows: list[list[int]], told: list[list[int | None]]) -> None:
        self.solver = z3.Solver()
        self.cells = [[z3.Int(f"{r},{c}") for c in range(len(row))] for r, row in enumerate(told)]
        for unknown, row in zip(self.cells, told, strict=True):
            self.solver.add(z3.Sum(unknown[:-1]) == unknown[-1], *(each >= 0 for each in unknown))
            self.solver.add(*(cell == value for cell, value in zip(unknown, row, strict=True) if value is not None))
        for place, column in enumerate(zip(*rows, strict=True)):
            self.solver.add(z3.Sum([row[place] for row in self.cells]) == sum(column))

    def could_be_other(self, row: int, column: int, truth: int) -> bool:
        return self.solver.check(self.cells[row][column] != truth) == z3.sat


def whole(rows: list[list[int]]) -> list[list[int]]:
    return [[*row, sum(row)] for row in rows]


def is_nought(rows: list[list[int]], column: int) -> bool:
    return not any(row[column] for row in whole(rows))


@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_small_number_cannot_be_worked_out(rows) -> None:
    told = hide_small(rows)
    assert not gives_away(rows, told), (rows, told)


def gives_away(rows: list[list[int]], told: list[list[int | None]]) -> bool:
    """Whether a small number follows from what is told. Of a column where nobody is, everybody knows."""
    attacker = Attacker(rows, told)
    return any(
        truth < SMALL and not is_nought(rows, c) and not attacker.could_be_other(r, c, truth)
        for r, row in enumerate(whole(rows))
        for c, truth in enumerate(row)
    )


@settings(max_examples=300, deadline=None)
@given(TABLES, st.integers(1, 12))
def test_what_is_told_is_true_and_not_small(rows, least) -> None:
    for row, true in zip(hide_small(rows, least), whole(rows), strict=True):
        for column, (cell, truth) in enumerate(zip(row, true, strict=True)):
            assert cell in (None, truth)
            assert cell is None or cell >= least or is_nought(rows, column)


@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_no_number_is_hidden_for_nothing(rows) -> None:
    """To show any one more would give a small number away."""
    told = hide_small(rows)
    for r, row in enumerate(whole(rows)):
        for c, truth in enumerate(row):
            if told[r][c] is None and truth >= SMALL:
                more = [[truth if (a, b) == (r, c) else cell for b, cell in enumerate(r2)] for a, r2 in enumerate(told)]
                assert gives_away(rows, more)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[40, 60], [50, 70]], [[40, 60, 100], [50, 70, 120]]),
        ([[40, 60], [6, 94]], [[40, 60, 100], [6, 94, 100]]),
        # One small number alone would follow from either total: as much again goes with it, in the smaller group.
        ([[5, 95], [40, 60], [50, 70]], [[None, None, 100], [None, None, 100], [50, 70, 120]]),
        ([[3, 97], [2, 98], [50, 70]], [[None, None, 100], [None, None, 100], [50, 70, 120]]),
        # Nobody at all went that way, as everybody is told: nothing is left to hide there.
        ([[0, 60], [0, 3], [0, 2], [0, 70]], [[0, 60, 60], [0, None, None], [0, None, None], [0, 70, 70]]),
    ],
)
def test_as_little_as_possible_is_hidden(rows, told) -> None:
    assert hide_small(rows) == told


def test_not_even_an_empty_group_is_told_from_a_small_one() -> None:
    assert hide_small([[0, 0], [1, 4], [50, 70]])[:2] == [[None, None, None], [None, None, None]]
