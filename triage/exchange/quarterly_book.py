"""A quarter's report as a workbook: the front, a row an indicator, its trend, its districts, what is counted."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from triage.exchange.annex_a_file import MADE
from triage.exchange.quarterly_words import Comments, lay_out, say_verdict
from triage.insight.measures import Figure
from triage.insight.quarterly.indicators import MARKS
from triage.insight.quarterly.report import Line, Report, Stamp

Row = Sequence[Any]
WIDTHS = {0: 60, 1: 60}  # characters of the first columns
NUMBERS = ("value", "counted", "of", "held back")
UNITS = {"share": "share of 1"}


def write_book(report: Report, stamp: Stamp, comments: Comments) -> bytes:
    """The workbook; a share is a number from 0 to 1. What is text stays text: nothing in it is ever a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": MADE, "title": f"Quarterly performance report {report.quarter}"})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, rows in _lay_sheets(report, stamp, comments).items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, width in WIDTHS.items():
                sheet.set_column(column, column, width)
            sheet.set_column(len(WIDTHS), 12, 18)
            for number, row in enumerate(rows):
                _write_row(sheet, number, row, head if number == 0 else None)
    return out.getvalue()


def _lay_sheets(report: Report, stamp: Stamp, comments: Comments) -> dict[str, Iterable[Row]]:
    return {
        "Report": _front(report, stamp, comments),
        "Indicators": _indicators(report, comments),
        "Trend": _trend(report),
        "Districts": _districts(report),
        "Entered afterwards": _late(report),
        "What is counted": _definitions(report),
    }


def _front(report: Report, stamp: Stamp, comments: Comments) -> Iterable[Row]:
    told = lay_out(report, stamp, comments)
    yield told["title"], told["county"]
    yield told["quarter"], told["financial"]
    for words in (told["made_up"], *told["about"], told["missing"], *told["stamp"]):
        if words:
            yield (words,)
    if told["whole"]:
        yield told["whole"]["words"], told["whole"]["by"]


def _indicators(report: Report, comments: Comments) -> Iterable[Row]:
    yield (
        *("priority", "indicator", "figure", "counted", "of", "held back", "unit", "first day", "last day"),
        *("compared with the period before", "target", "what is better", "England", "England, year to"),
        *("supplied by", "supplied on", *MARKS.values(), "commentary"),
    )
    for part in report.parts:
        for line in part.lines:
            yield part.title, line.title, *_numbers(line.figure), *_about(line), *_said(line, comments)


def _about(line: Line) -> Row:
    england = (line.england.value, line.england.year_to) if line.england else (None, None)
    unit = UNITS.get(line.unit, line.unit)
    return unit, line.first, line.last, say_verdict(line), line.target, line.better, *england


def _said(line: Line, comments: Comments) -> Row:
    marks = ["yes" if mark in line.marks else "" for mark in MARKS]
    comment = comments[line.name].words if line.name in comments else ""
    return line.supplied_by, line.supplied_on, *marks, comment


def _trend(report: Report) -> Iterable[Row]:
    yield "indicator", "period", "first day", "last day", *NUMBERS
    for line in report.lines:
        for past in line.trend:
            yield line.title, past.label, past.first, past.last, *_numbers(past.figure)


def _districts(report: Report) -> Iterable[Row]:
    yield "indicator", "district", "code", *NUMBERS
    for line in report.lines:
        for each in line.districts:
            yield line.title, each.label, each.key, *_numbers(each.figure)


def _late(report: Report) -> Iterable[Row]:
    yield "what was timed", "code", *NUMBERS
    if report.late:
        yield "All", "", *_numbers(report.late.whole)
        for each in report.late.kinds:
            yield each.label, each.key, *_numbers(each.figure)


def _definitions(report: Report) -> Iterable[Row]:
    yield "indicator", "what is counted", "source"
    for line in report.lines:
        yield line.title, line.definition, line.source


def _numbers(figure: Figure | None) -> Row:
    if figure is None:
        return None, None, None, "not sent"
    return figure.value, figure.counted, figure.of, "too few to tell" if figure.small else ""


def _write_row(sheet: Any, number: int, row: Row, look: Any) -> None:
    for place, value in enumerate(row):
        if isinstance(value, int | float):
            sheet.write_number(number, place, value, look)
        elif value:
            sheet.write_string(number, place, value, look)
