"""A quarter's report in words: what its page, its document and its file of HTML show, written once for all of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from triage.insight.comparing import NOTHING, say_change
from triage.insight.measures import Figure
from triage.insight.quarterly.drawing import is_charted
from triage.insight.quarterly.indicators import MARKS
from triage.insight.quarterly.report import District, Late, Line, Part, Past, Report, Stamp
from triage.insight.saying import SAY, say_value
from triage.models import ReportComment
from triage.models.report import WHOLE
from triage.services.letters import say_instant
from workflows.calendar import LONDON
from workflows.quarters import Quarter, read_quarter

TITLE = "Quarterly performance report"
MADE_UP = "Everybody and everything in this report is made up, to show what it looks like."
SMALL = "Too few to tell"
NO_FIGURE = "Not sent"
SAME = "The same"  # as `say_change` says it
BETTER = {"more": "More is better", "less": "Less is better", "neither": "Neither more nor less is better by itself"}
ABOUT = (
    "Every outcome indicator of section 4 of the Children’s Trust’s plan 2014-16, in its five priorities. Figures"
    " that could tell of somebody, below six or leaving fewer than six, are hidden from everybody, and so is whatever"
    " would give them away.",
    "Quarters are those of the calendar year: quarter 4 of 2013 is October to December 2013, which is quarter 3 of the"
    " financial year 2013-14.",
)
OTHERS = "All other indicators are as the plan names them: the partner who sends one says how it is counted."
LATE = "Done on paper, and entered afterwards"
LATE_MEANS = (
    "While the service is down people work on paper. Once a manager has stated from when until when that was, what was"
    " done is entered with the time at which it was done, and whatever is said here of time goes by that."
)
LATE_HEADS = ("What was timed", "Entered afterwards", "Counted")
Comments = Mapping[str, ReportComment]
Words = dict[str, Any]


def lay_out(report: Report, stamp: Stamp, comments: Comments) -> Words:
    """All that is told, as plain JSON: the front, an overview, each priority with its indicators, the definitions."""
    quarter = read_quarter(report.quarter)
    return {
        "title": TITLE,
        "county": report.county,
        "quarter": quarter.name,
        "key": report.quarter,
        "financial": f"{quarter.financial[:1].upper()}{quarter.financial[1:]}".replace(
            " of ", " of the financial year "
        ),
        "made_up": MADE_UP if stamp.made_up else "",
        "about": list(ABOUT),
        "stamp": say_stamp(report, stamp),
        "others": OTHERS,
        "whole": _say_comment(comments.get(WHOLE)),
        "missing": _say_missing(report),
        "late": _lay_late(report.late),
        "parts": [_lay_part(part, quarter, comments) for part in report.parts],
    }


def say_stamp(report: Report, stamp: Stamp) -> list[str]:
    """When the numbers were read, how far the ledger was sealed, and by what the numbers are known again."""
    at = say_instant(datetime.fromisoformat(stamp.read_at), LONDON)
    sealed = f"checkpoint {stamp.checkpoint:,}, root {stamp.root}" if stamp.checkpoint else "nothing sealed yet"
    return [
        f"Numbers read at {at}.",
        f"The ledger then: {sealed}.",
        f"Fingerprint of the numbers: {report.fingerprint}. Made again of the same data it is the same.",
    ]


def _say_missing(report: Report) -> str:
    missing = sum(line.figure is None for line in report.lines)
    return f"{missing} of {len(report.lines)} indicators have no figure yet." if missing else ""


def _lay_late(late: Late | None) -> Words | None:
    """How far what is told of time rests on what was entered afterwards."""
    if late is None:
        return None
    rows = [[each.label, say_figure("share", each.figure), say_counts(each.figure)] for each in late.kinds]
    return {"title": LATE, "about": LATE_MEANS, "words": _say_late(late), "heads": list(LATE_HEADS), "rows": rows}


def _say_late(late: Late) -> str:
    if late.whole.small:
        return "Some of what was timed in this quarter was entered so, or nearly all of it: too few to tell."
    if not late.whole.counted:
        return "Nothing that was timed in this quarter was entered so."
    share = say_figure("share", late.whole)
    return f"Of what was timed and ended in this quarter, {say_counts(late.whole)} ({share}) were entered so."


def _lay_part(part: Part, quarter: Quarter, comments: Comments) -> Words:
    lines = [lay_line(line, quarter, comments) for line in part.lines]
    return {"title": part.title, "note": part.note, "lines": lines}


def lay_line(line: Line, quarter: Quarter, comments: Comments) -> Words:
    """One indicator in words."""
    return {
        "name": line.name,
        "title": line.title,
        "marks": [MARKS[mark] for mark in line.marks],
        "figure": say_figure(line.unit, line.figure),
        "counts": say_counts(line.figure),
        "missing": _say_why_missing(line),
        "period": "" if not line.last or _is_of(line, quarter) else say_days(line.first, line.last),
        "change": _say_change(line),
        "verdict": say_verdict(line),
        "target": _say_target(line),
        "reached": _say_reached(line),
        "better": BETTER[line.better],
        "england": _say_england(line),
        "supplied": _say_supplied(line),
        "trend": [_lay_past(line.unit, past) for past in line.trend] if line.figure else [],
        "districts": [_lay_district(line.unit, each) for each in line.districts],
        "charted": is_charted(line),
        "comment": _say_comment(comments.get(line.name)),
        "definition": line.definition,
        "source": line.source,
    }


def say_figure(unit: str, figure: Figure | None) -> str:
    """ "22.4%", "1,204", or why there is none."""
    if figure is None:
        return NO_FIGURE
    if figure.small:
        return SMALL
    if figure.value is None:
        return "Not known" if figure.counted else "Nothing to measure"  # a rate of children whom nobody has counted
    said = say_value(figure.value, unit)
    return said if unit in SAY else f"{said} {unit}"


def say_cell(unit: str, figure: Figure) -> str:
    """The same where its unit is told beside it already, so that of a rate there is the number alone."""
    return say_figure(unit, figure).removesuffix(f" {unit}")


def say_counts(figure: Figure | None) -> str:
    """ "112 of 500", where that is told."""
    if figure is None or figure.small or figure.of is None or figure.counted is None:
        return ""
    return f"{figure.counted:,} of {figure.of:,}"


def _say_why_missing(line: Line) -> str:
    if line.figure is not None:
        return ""
    what = "The county’s figure" if line.districts else "A figure"
    when = "of the last two years" if line.every == "year" else "of this quarter"
    return f"{what} {when} was not sent. It comes from: {line.partners}."


def _is_of(line: Line, quarter: Quarter) -> bool:
    return (line.first, line.last) == (quarter.first.isoformat(), quarter.last.isoformat())


def _say_change(line: Line) -> str:
    if line.before is None:
        return ""
    said, then = _compare(line.unit, line.figure, line.before.figure), line.before.label
    if said == NOTHING:
        return ""
    return f"The same as {then}" if said == SAME else f"{said} than {then}"


def _compare(unit: str, now: Figure, then: Figure) -> str:
    if unit in ("share", "number", "working minutes"):
        return say_change(unit, now, then)
    if now.value is None or then.value is None:
        return NOTHING
    moved = round(now.value, 1) - round(then.value, 1)
    return f"{abs(moved):,.1f} {'more' if moved > 0 else 'less'}" if round(moved, 1) else SAME


def say_verdict(line: Line) -> str:
    """Whether that is better or worse than before, where one can say."""
    said = _say_change(line)
    if not said or said.startswith(SAME) or line.better == "neither":
        return ""
    rose = line.figure.value > line.before.figure.value
    return "Better" if rose == (line.better == "more") else "Worse"


def _say_target(line: Line) -> str:
    return say_figure(line.unit, Figure(line.target, None, None)) if line.target is not None else "None set"


def _say_reached(line: Line) -> str:
    value = line.figure.value if line.figure else None
    if line.target is None or value is None or line.better == "neither":
        return ""
    return "Reached" if (value >= line.target if line.better == "more" else value <= line.target) else "Not reached"


def _say_england(line: Line) -> str:
    if line.england is None:
        return ""
    figure = say_figure(line.unit, Figure(line.england.value, None, None))
    return f"{figure} in the year to {say_day(line.england.year_to)} ({line.england.source})"


def _say_supplied(line: Line) -> str:
    return f"{line.supplied_by}, {say_day(line.supplied_on)}" if line.supplied_by else ""


def _say_comment(said: ReportComment | None) -> Words | None:
    if said is None:
        return None
    return {"words": said.words, "by": f"{said.written_by.name}, {say_instant(said.written_at, LONDON)}"}


def _lay_past(unit: str, past: Past) -> Words:
    return {"label": past.label, "figure": say_cell(unit, past.figure), "counts": say_counts(past.figure)}


def _lay_district(unit: str, each: District) -> Words:
    return {"label": each.label, "figure": say_cell(unit, each.figure), "counts": say_counts(each.figure)}


def say_days(first: str, last: str) -> str:
    """ "1 September 2012 to 31 August 2013"."""
    return f"{say_day(first)} to {say_day(last)}"


def say_day(day: str) -> str:
    """ "31 March 2014", of a day as ISO has it."""
    told = date.fromisoformat(day)
    return f"{told.day} {told:%B %Y}"
