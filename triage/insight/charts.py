"""Charts, drawn on the server as SVG so that a page needs no script to show them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair
import vl_convert

from triage.insight.facts import SPANS
from triage.insight.measures import Answer
from triage.insight.runs import Run, Step

INK, BAR, LIMIT = "#0b0c0c", "#1d70b8", "#505a5f"
FORMATS = {"share": ".0%", "number": ",d", "working minutes": ",.1f", "kappa": ".2f", "per 10,000 children": ",.1f"}
TITLES = {"working minutes": "Working hours", "working days": "Working days", "days": "Days"}
AXES = {"share": ".0%", "kappa": ".1f"}
VALUES = {"share": ".1%", "kappa": ".2f", "per 10,000 children": ",.1f"}
IN_ORDER = (*SPANS, "hour", "weekday", "band")
UNROUNDED = altair.Scale(zero=False)  # what moves between its limits is seen to move
IN_TWO_LINES = "[slice(datum.label, 0, -5), slice(datum.label, -4)]"  # the year beneath the months
KEPT = 64  # drawings of each kind, some 40 kB each: whoever looks again, or beside others, does not wait for a new one
ORDINARY, MARKED = "As chance has it", "A signal, with its kind"


@lru_cache(KEPT)
def bar_chart(answer: Answer, by: str = "district") -> str:
    """A measure's groups as bars, each with its number: the longest first, but months and weeks as they came."""
    unit = answer.measure.unit
    rows = [{"group": label, "value": figure.value or 0} for _key, label, figure in answer.groups if not figure.small]
    base = altair.Chart(altair.Data(values=rows), title=answer.measure.title).encode(
        y=altair.Y("group:N", sort=None if by in IN_ORDER else "-x", title=None),
        x=altair.X("value:Q", title=None, axis=altair.Axis(format=AXES.get(unit, ",d"), tickCount=5)),
        text=altair.Text("value:Q", format=VALUES.get(unit, ",.0f")),
    )
    marks = base.mark_bar(color=BAR) + base.mark_text(align="left", dx=4, color=INK)
    return _draw(marks.properties(width=520, height=altair.Step(34)))


@lru_cache(KEPT)
def run_chart(run: Run) -> str:
    """A measure over time with its mean and limits. A signal has another shape, and the word beside its last point."""
    unit = run.measure.unit
    named = [{"when": _short(run.by, step), "value": _value(unit, step.figure.value)} for step in run.steps]
    rows = [row | _marks(run, step, unit) for row, step in zip(named, run.steps, strict=True)]
    base = altair.Chart(altair.Data(values=rows), title=run.measure.title).encode(
        x=altair.X("when:O", sort=None, title=None, axis=altair.Axis(labelAngle=-45, labelOverlap="parity"))
    )
    axis = altair.Axis(format=FORMATS.get(unit, ",d"), tickCount=6)
    y = altair.Y("value:Q", title=TITLES.get(unit), axis=axis, scale=UNROUNDED)
    shape = altair.Shape(
        "kind:N",
        scale=altair.Scale(domain=[ORDINARY, MARKED], range=["circle", "diamond"]),
        legend=altair.Legend(title=None, orient="bottom", labelFontSize=14),
    )
    layers = [base.mark_line(color=BAR).encode(y=y)]
    if run.reading:
        layers += [
            base.mark_line(color=LIMIT, strokeDash=dash, interpolate=how).encode(y=f"{name}:Q")
            for name, dash, how in (("mean", [1, 0], "linear"), ("low", [6, 4], "step"), ("high", [6, 4], "step"))
        ]
    size = altair.condition(f"datum.kind == '{MARKED}'", altair.value(170), altair.value(50))
    layers.append(base.mark_point(color=BAR, filled=True, opacity=1).encode(y=y, shape=shape, size=size))
    layers += [
        base.mark_text(color=INK, dy=away, fontSize=14).encode(y=y, text=f"{where}:N")
        for where, away in (("over", -14), ("under", 18))
    ]
    return _draw(altair.layer(*layers).properties(width=760, height=320))


def trend_chart(labels: Sequence[str], values: Sequence[float | None], unit: str, target: float | None = None) -> str:
    """A figure period by period, each with its number; the target as a broken line. None is a period without one."""
    form = {"share": ".1%", "number": ",d", "working minutes": ",.1f"}.get(unit, ",.1f")
    told = [_value(unit, each) for each in values]
    rows = [{"when": when, "value": value} for when, value in zip(labels, told, strict=True)]
    base = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X(
            "when:O", sort=None, title=None, axis=altair.Axis(labelAngle=0, labelExpr=IN_TWO_LINES, labelFontSize=11)
        ),
        y=altair.Y(
            "value:Q",
            title="Working hours" if unit == "working minutes" else None,
            axis=altair.Axis(format=FORMATS.get(unit, ",.1f"), tickCount=4, labelFontSize=11),
            scale=altair.Scale(zero=False, padding=22),
        ),
    )
    layers = [base.mark_line(color=BAR), base.mark_point(color=BAR, filled=True, opacity=1, size=60)]
    number = altair.Text("value:Q", format=form)
    layers += [
        base.mark_text(dy=-13, fontSize=12, **look).encode(text=number)
        for look in ({"stroke": "white", "strokeWidth": 4, "color": "white"}, {"color": INK})  # the line runs behind it
    ]
    if target is not None:
        line = altair.Chart(altair.Data(values=[{"target": target}])).mark_rule(color=LIMIT, strokeDash=[6, 4], size=2)
        layers.append(line.encode(y="target:Q"))
    return _draw(altair.layer(*layers).properties(width=370, height=150, padding=14))


def _short(by: str, step: Step) -> str:
    first = step.span.first
    return f"{first:%b %Y}" if by == "month" else f"{first.day} {first:%b %Y}"


def _value(unit: str, value: float | None) -> float | None:
    return value / 60 if value is not None and unit == "working minutes" else value


def _marks(run: Run, step: Step, unit: str) -> dict[str, Any]:
    """What stands beside a point: the word only where its signal ends, or it would be written over and over."""
    row: dict[str, Any] = {"kind": MARKED if step.signals else ORDINARY, "over": "", "under": ""}
    if step.limits is None:
        return row
    place, mean = run.told.index(step), float(run.reading.mean)
    words = ", ".join(dict.fromkeys(each.kind for each in step.signals if each.last == place))
    low, high = (_value(unit, limit) for limit in step.limits)
    where = "over" if step.figure.value >= mean else "under"
    return row | {where: words, "mean": _value(unit, mean), "low": low, "high": high}


def _draw(marks: Any) -> str:
    styled = marks.configure(font="Arial, sans-serif").configure_view(stroke=None)
    styled = styled.configure_axis(labelFontSize=14, labelColor=INK, labelLimit=260)
    return vl_convert.vegalite_to_svg(styled.configure_title(anchor="start", fontSize=16, color=INK).to_json())
