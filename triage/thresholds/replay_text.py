"""A replay's report as plain text, for the terminal."""

import textwrap
from collections.abc import Iterator

from triage.thresholds.replay_report import Report
from triage.thresholds.replay_tables import Table, list_tables, list_warnings, say_summary
from triage.thresholds.replay_who import list_who

WIDTH = 100  # letters to a line of sentences
MOST_WHO = 20  # as many as fit on a screen


def write_text(report: Report) -> str:
    """Sentences, tables, and the first of the list of who."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from say_summary(report)
    yield from (f"Note: {each}" for each in list_warnings(report))
    for table in list_tables(report):
        yield from ("", *_write_table(table))
    for title, lines in (("Who", list(list_who(report, MOST_WHO))), ("No answer", _list_gaps(report))):
        if lines:
            yield from ("", title, "-" * len(title), *lines)


def _list_gaps(report: Report) -> list[str]:
    lines = [f"{key}: no rule gives a {part}" for key, part in report.gaps[:MOST_WHO]]
    more = len(report.gaps) - MOST_WHO
    return [*lines, f"and {more:,} more."] if more > 0 else lines


def _write_table(table: Table) -> Iterator[str]:
    """Words on the left, numbers on the right."""
    rows = (table.headings, *table.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.headings))]
    yield table.title
    yield "-" * len(table.title)
    for row in rows:
        cells = (_align(cell, widths[place], place < table.names) for place, cell in enumerate(row))
        yield "  ".join(cells).rstrip()
    yield from textwrap.wrap(table.note, WIDTH)


def _align(cell: str, width: int, is_words: bool) -> str:
    return cell.ljust(width) if is_words else cell.rjust(width)
