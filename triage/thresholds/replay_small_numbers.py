"""Counts of people by group, with small ones hidden so that nobody can work them out from what is told.

Whoever reads the table is taken to know the total of each column, and that no count is below nought. Hidden is what is
small, and as much else as it takes for every small number to have at least one other value that fits all that is told.
"""

from collections.abc import Sequence

SMALL = 6  # fewer people than this are not told of by ethnicity or sex
Cell = tuple[int, int]
Cells = list[list[int]]


def hide_small(rows: Sequence[Sequence[int]], least: int = SMALL) -> list[list[int | None]]:
    """The table as it may be told, with each row's total as its last column; None stands for what is hidden.

    `rows` holds, for two groups or more, how many of each went which way. Where a whole column is nought, so is all in
    it, as its total tells: that is not hidden.
    """
    cells = [[*row, sum(row)] for row in rows]
    sizes = {(r, c): value for r, row in enumerate(cells) for c, value in enumerate(row)}
    hidden = {cell for cell in sizes if any(row[cell[1]] for row in cells)}
    small = {cell for cell in hidden if sizes[cell] < least}
    # The largest is shown first, and of equal ones the total: so what stays hidden beside is the least that it can be.
    for cell in sorted(hidden - small, key=lambda each: (-sizes[each], -each[1], each[0])):
        if not any(_is_exposed(cells, hidden - {cell}, each) for each in small):
            hidden.remove(cell)
    return [[None if (r, c) in hidden else value for c, value in enumerate(row)] for r, row in enumerate(cells)]


def _is_exposed(cells: Cells, hidden: set[Cell], cell: Cell) -> bool:
    """Whether no other value of a hidden cell fits what is told."""
    return not any(_may_change(cells, hidden, cell, rises) for rises in (True, False))


def _may_change(cells: Cells, hidden: set[Cell], cell: Cell, rises: bool) -> bool:
    """Whether a hidden cell could be one more, or one less, and others make up for it in every row and column.

    That is so exactly where a way leads from its row back to its column over hidden cells that fall and rise in turn,
    as in any transportation table.
    """
    if not _can(cells, cell, rises):
        return False
    rows, columns = {cell[0]}, set[int]()
    while True:
        reached = {c for r, c in hidden if r in rows and (r, c) != cell and _can(cells, (r, c), not rises)} - columns
        if cell[1] in reached:
            return True
        columns |= reached
        further = {r for r, c in hidden if c in reached and _can(cells, (r, c), rises)} - rows
        if not further:
            return False
        rows |= further


def _can(cells: Cells, cell: Cell, rises: bool) -> bool:
    """Whether it may rise or fall, as a part of its row's sum: a total is the sum's other side, so it goes contrary."""
    is_total = cell[1] == len(cells[0]) - 1
    return rises is not is_total or cells[cell[0]][cell[1]] > 0
