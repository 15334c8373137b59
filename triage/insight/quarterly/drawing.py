"""The charts of a report. Drawing one takes the better part of a second, so the worker does, and keeps them."""

from triage.insight.charts import trend_chart
from triage.insight.quarterly.report import Line, Report


def is_charted(line: Line) -> bool:
    """Whether there are two figures at least to be seen side by side."""
    return line.figure is not None and sum(each.figure.value is not None for each in line.trend) > 1


def draw_line(line: Line) -> str:
    """The trend of an indicator, as SVG."""
    values = [each.figure.value for each in line.trend]
    return trend_chart([each.label for each in line.trend], values, line.unit, line.target)


def draw_all(report: Report) -> dict[str, str]:
    """By the name of its indicator, each chart of the report."""
    return {line.name: draw_line(line) for line in report.lines if is_charted(line)}
