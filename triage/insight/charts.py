"""Charts, drawn on the server as SVG so that a page needs no script to show them."""

import altair
import vl_convert

from triage.insight.measures import Answer

INK, BAR = "#0b0c0c", "#1d70b8"


def bar_chart(answer: Answer) -> str:
    """A measure's groups as horizontal bars, the longest first, each with its number."""
    percent = answer.measure.unit == "share"
    rows = [{"group": label, "value": figure.value or 0} for _key, label, figure in answer.groups]
    base = altair.Chart(altair.Data(values=rows), title=answer.measure.title).encode(
        y=altair.Y("group:N", sort="-x", title=None),
        x=altair.X("value:Q", title=None, axis=altair.Axis(format=".0%" if percent else ",d", tickCount=5)),
        text=altair.Text("value:Q", format=".1%" if percent else ",.0f"),
    )
    marks = base.mark_bar(color=BAR) + base.mark_text(align="left", dx=4, color=INK)
    styled = marks.properties(width=520, height=altair.Step(34)).configure(font="Arial, sans-serif")
    styled = styled.configure_axis(labelFontSize=14, labelColor=INK, labelLimit=260).configure_view(stroke=None)
    return vl_convert.vegalite_to_svg(styled.configure_title(anchor="start", fontSize=16, color=INK).to_json())
