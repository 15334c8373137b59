"""Small numbers stay hidden from somebody who knows every total, and the rule by which they are hidden."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from triage.thresholds.replay_small_numbers import SMALL, Rows, Told, add_hidden, hide_small

COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 40), st.sampled_from((0, 0, 500, 20_000)))
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=2, max_size=20)
)
Totals = tuple[int, ...]
Exposed = tuple[tuple[tuple[int | None, ...], ...], int, int]  # what is printed, and the line and column of a number


def whole(rows: Rows) -> list[list[int]]:
    return [[*row, sum(row)] for row in rows]


def is_nought(rows: Rows, column: int) -> bool:
    return not any(row[column] for row in whole(rows))


def split(total: int, lines: int) -> Iterator[Totals]:
    """Every way in which a total may be made up of as many counts."""
    if lines == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in split(total - first, lines - 1))


def find_exposed(
    lines: int, totals: Totals, least: int, hide: Callable[[Rows, int], Told] = hide_small
) -> list[Exposed]:
    """The hidden numbers that are not free, in all tables with these totals.

    Every table there can be is tried: those that print the same are all that a reader who knows the rule reckons with.
    """
    alike = defaultdict(list)
    for columns in product(*(list(split(total, lines)) for total in totals)):
        rows = list(zip(*columns, strict=True))
        alike[tuple(map(tuple, hide(rows, least)))].append(whole(rows))
    return [
        (told, line, column)
        for told, fitting in alike.items()
        for line, row in enumerate(told)
        for column in range(len(row))
        if row[column] is None
        and not is_free(told, (line, column), {each[line][column] for each in fitting}, totals, least)
    ]


def is_free(told: tuple, cell: tuple[int, int], values: set[int], totals: Totals, least: int) -> bool:
    """Whether enough values fit a hidden number.

    A count can be any small one and one that is not small, as far as its column's total goes. A line's total takes more
    values than there are small ones or, if that is less, than the smallest total that everybody knows. In a line that
    is told what stays beside a small column is known not to be small.
    """
    line, column = cell
    if column == len(totals):
        return len(values) > min(least, *filter(None, totals), sum(totals))
    total = totals[column]
    if told[line][-1] is not None and total >= least:
        return min(values) >= least
    return values >= set(range(min(least, total + 1))) and max(values) >= min(least, total)


SIZES = [
    *[(2, totals, 2) for totals in product(range(6), repeat=3)],
    *[(3, totals, 2) for totals in product(range(5), repeat=3)],
    *[(4, totals, 2) for totals in product(range(5), repeat=2)],
    *[(3, totals, 3) for totals in product(range(7), repeat=2)],
    *[(2, totals, SMALL) for totals in product(range(15), repeat=2)],
    *[(3, (total,), 3) for total in range(12)],
    *[(3, totals, SMALL) for totals in ((6, 6, 6), (7, 6, 12), (6, 1, 12), (6, 15), (16, 16))],
    *[(2, totals, SMALL) for totals in ((12, 1, 14), (13, 5, 14), (12, 12, 12))],
]


def test_whoever_knows_the_rule_cannot_work_out_a_hidden_number() -> None:
    assert [size for size in SIZES if find_exposed(*size)] == []


def hide_small_alone(rows: Rows, least: int) -> Told:
    return [[None if value < least else value for value in row] for row in whole(rows)]


def hide_small_lines_alone(rows: Rows, least: int) -> Told:
    return [[None] * len(row) if min(row) < least else row for row in whole(rows)]


@pytest.mark.parametrize("hide", [hide_small_alone, hide_small_lines_alone])
def test_a_rule_that_hides_too_little_is_caught(hide) -> None:
    assert find_exposed(3, (16, 16), SMALL, hide)


@settings(max_examples=300, deadline=None)
@given(TABLES, st.data())
def test_count_of_a_hidden_line_can_be_none_any_small_number_or_all(rows, data) -> None:
    """In tables too large to try them all, one is made that prints the same and holds just that."""
    told = hide_small(rows)
    hidden = [line for line, row in enumerate(told) if row[-1] is None]
    columns = [column for column in range(len(rows[0])) if not is_nought(rows, column)]
    totals = [sum(row[column] for row in rows) for column in columns]
    assume(hidden and len(columns) > 1 and min(totals) >= SMALL)
    line, column = data.draw(st.sampled_from(hidden)), data.draw(st.sampled_from(columns))
    all_hidden = [sum(rows[each][place] for each in hidden) for place in range(len(rows[0]))]
    wanted = data.draw(st.sampled_from((*range(SMALL), all_hidden[column])))
    assert hide_small(hold(rows, hidden, (line, column), wanted)) == told


def hold(rows: Rows, hidden: list[int], cell: tuple[int, int], wanted: int) -> list[list[int]]:
    """The table with what is wanted in one cell of a hidden line, and the same sum over all hidden lines.

    Two lines share all that is hidden, in a way that leaves each with a small count.
    """
    line, column = cell
    sums = [sum(rows[each][place] for each in hidden) for place in range(len(rows[0]))]
    keeps = 0 if wanted >= SMALL else 1
    made = [[0] * len(row) if number in hidden else list(row) for number, row in enumerate(rows)]
    made[line] = [wanted if place == column else value * keeps for place, value in enumerate(sums)]
    other = next(each for each in hidden if each != line)
    made[other] = [value - has for value, has in zip(sums, made[line], strict=True)]
    return made


@settings(max_examples=300, deadline=None)
@given(TABLES, st.integers(1, 12))
def test_what_is_told_is_true_and_not_small(rows, least) -> None:
    told = hide_small(rows, least)
    for row, true in zip(told, whole(rows), strict=True):
        for column, (cell, truth) in enumerate(zip(row, true, strict=True)):
            assert cell in (None, truth)
            assert cell is None or cell >= least or is_nought(rows, column)


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_hidden_lines_together_and_told_ones_come_to_the_totals_and_are_not_small(rows) -> None:
    told = hide_small(rows)
    together = add_hidden(rows, told)
    some = {row[-1] is None for row in told} == {True, False}
    assert (together is not None) is some
    for column, value in enumerate(together or []):
        if value is not None:
            assert value >= SMALL or is_nought(rows, column)
            shown = sum(row[column] for row in told if row[-1] is not None)
            assert shown + value == sum(row[column] for row in whole(rows))


NONE = [None] * 3


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[40, 60], [50, 70]], [[40, 60, 100], [50, 70, 120]]),
        ([[40, 60], [6, 94]], [[40, 60, 100], [6, 94, 100]]),
        # One line alone would follow from the totals: the last that is not hidden yet goes with it.
        ([[5, 95], [40, 60], [50, 70]], [NONE, [40, 60, 100], NONE]),
        ([[50, 70], [40, 60], [5, 95]], [[50, 70, 120], NONE, NONE]),
        ([[3, 97], [3, 98], [50, 70]], [NONE, NONE, [50, 70, 120]]),
        # Both together are still a small number: another line goes with them, and if there is none, all are hidden.
        ([[3, 97], [2, 98], [50, 70], [60, 80]], [NONE, NONE, [50, 70, 120], NONE]),
        ([[3, 97], [2, 98], [50, 70]], [NONE, NONE, NONE]),
        # Fewer than six went that way in all: no line tells whether any of its people did.
        ([[3, 60], [0, 30]], [[None, None, 63], [None, None, 30]]),
        ([[3, 60], [0, 9]], [[None, None, 63], [None, None, 9]]),
        # With all three of them in the second line, five would be left beside.
        ([[3, 60], [0, 8]], [NONE, NONE]),
        # Nobody at all went that way, as everybody is told: nothing is left to hide there.
        ([[0, 60], [0, 30]], [[0, 60, 60], [0, 30, 30]]),
        # All went one way, so that of small lines even their sum could tell each.
        ([[0, 5], [0, 5], [0, 70]], [NONE, NONE, NONE]),
    ],
)
def test_lines_are_hidden_in_a_fixed_order(rows, told) -> None:
    assert hide_small(rows) == told


def test_groups_that_change_places_print_the_same() -> None:
    """The last would be the only table that prints so, were the numbers beside chosen by their size."""
    assert hide_small([[6, 0, 9], [6, 1, 5]]) == hide_small([[6, 1, 5], [6, 0, 9]])


def test_not_even_an_empty_group_is_told_from_a_small_one() -> None:
    assert hide_small([[0, 0], [1, 40], [9, 0], [50, 70]])[:3] == [NONE, NONE, NONE]
