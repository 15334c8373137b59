"""Counts of people by group, with small ones hidden so that nobody can work them out from what is told.

Whoever reads the table is taken to know the total of each column, and this rule. So whole lines are hidden, and which
ones never hangs on what the hidden lines hold beyond each having a small count:

1. Columns whose totals are small are told as one with the largest column. Together with these a count is small if it
   would leave the largest column a small one, were all whom everybody knows of in the small columns in it.
2. Hidden is each line with a small count, and then the last lines that are not hidden yet, one by one, until two lines
   or more are hidden and all of these together have no small count in any column. Else every line is hidden.

A count in a hidden line can then be none, any small number, or all of those hidden together: for each there is a table
that prints the same and holds just that. In a line that is told, a column with a small total can hold none or all of
that total. The lines told, and those hidden taken together, tell no small count.
"""

from collections.abc import Sequence
from typing import NamedTuple

SMALL = 6  # fewer people than this are not told of by ethnicity or sex
Rows = Sequence[Sequence[int]]
Told = list[list[int | None]]


class Part(NamedTuple):
    """Columns that are told as one, and the least count that is not small there."""

    columns: tuple[int, ...]
    least: int


def hide_small(rows: Rows, least: int = SMALL) -> Told:
    """The table as it may be told, with each line's total as its last column; None stands for what is hidden.

    `rows` holds, for two groups or more, how many of each went which way. A count is small below `least`. A column
    where nobody is needs no hiding, as its total tells: it neither hides a line nor is hidden in one that is told.
    """
    parts = _join_columns(_add(rows), least)
    joined = {column for part in parts if len(part.columns) > 1 for column in part.columns}
    hidden = _choose_lines(rows, parts)
    return [
        [None] * (len(row) + 1)
        if line in hidden
        else [*(None if column in joined else value for column, value in enumerate(row)), sum(row)]
        for line, row in enumerate(rows)
    ]


def add_hidden(rows: Rows, told: Told) -> list[int | None] | None:
    """The hidden lines together, as anybody could reckon them, with None in columns that are not told.

    None where no line is hidden, or every one.
    """
    lines = [row for row, said in zip(rows, told, strict=True) if said[-1] is None]
    example = next((said for said in told if said[-1] is not None), None)
    if not lines or example is None:
        return None
    sums = _add(lines)
    return [None if said is None else value for said, value in zip(example, [*sums, sum(sums)], strict=True)]


def _join_columns(totals: Sequence[int], least: int) -> list[Part]:
    """Columns by what they are told as. Those where nobody is are left out. Only totals are looked at."""
    columns = [column for column, total in enumerate(totals) if total]
    small = {column for column in columns if totals[column] < least}
    if not small:
        return [Part((column,), least) for column in columns]
    together = small | {max(columns, key=lambda column: totals[column])}
    others = [Part((column,), least) for column in columns if column not in together]
    return [Part(tuple(sorted(together)), least + sum(totals[column] for column in small)), *others]


def _choose_lines(rows: Rows, parts: Sequence[Part]) -> set[int]:
    """The lines to hide."""
    hidden = {line for line, row in enumerate(rows) if _has_small(row, parts)}
    for line in reversed(range(len(rows))):
        if not hidden or _may_stand_together([rows[each] for each in hidden], parts):
            return hidden
        hidden.add(line)
    return hidden


def _has_small(row: Sequence[int], parts: Sequence[Part]) -> bool:
    return any(sum(row[column] for column in part.columns) < part.least for part in parts)


def _may_stand_together(lines: Rows, parts: Sequence[Part]) -> bool:
    """Whether what can be reckoned of hidden lines, their sum, leaves each count free.

    Of one column alone it does not: that each line is small there could give them all away.
    """
    return len(lines) > 1 and len(parts) > 1 and not _has_small(_add(lines), parts)


def _add(lines: Rows) -> list[int]:
    return [sum(column) for column in zip(*lines, strict=True)]
