"""The list of who would get another answer: references only, no names."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from rules.policy import Verdict
from rules.replay import Answer, Move, find_direction
from triage.thresholds.replay_report import Report
from triage.thresholds.replay_tables import say_answer, say_rules

HEADINGS = (
    *("who", "way"),
    *(f"{part}_{side}" for side in ("before", "draft") for part in (*Verdict._fields, "rules")),
)
FORMULA = tuple("=+-@＝＋－＠")  # what a spreadsheet would take for one, of full width too


def list_who(report: Report, most: int) -> Iterator[str]:
    """A line for each of the first `most`, and how many more there are."""
    for move in report.who[:most]:
        rules = f"{say_rules(move.rules_before)} → {say_rules(move.rules_after)}"
        yield f"{move.key}: {say_answer(move.before)} → {say_answer(move.after)} ({rules})"
    if len(report.who) > most:
        yield f"and {len(report.who) - most:,} more: --who FILE.csv writes them all."


def write_who(report: Report) -> str:
    """The list as CSV with HEADINGS. No answer is an empty cell; rules are divided by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(map(_row, report.who))
    return text.getvalue()


def _row(move: Move) -> list[Any]:
    who = f"'{move.key}" if move.key.lstrip().startswith(FORMULA) else move.key
    before = (*_parts(move.before), " ".join(move.rules_before))
    return [who, find_direction(move.before, move.after), *before, *_parts(move.after), " ".join(move.rules_after)]


def _parts(answer: Answer) -> list[Any]:
    if answer is None:
        return [""] * len(Verdict._fields)
    return [{True: "yes", False: "no"}[each] if isinstance(each, bool) else each for each in answer]
