"""How what is done all day grows, as a picture: a line for each, with its own sort of point.

It shows the pages of PostgreSQL that were touched, which are the same on a busy machine and on a quiet one. Both axes
are logarithmic: what grows as the enquiries do is as steep as the line that says so, and what does not grow is level.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import altair
import vl_convert

INK = "#0b0c0c"
# Colours that also differ in their darkness; each line has its own point and dashes besides.
LOOKS = (
    ("#1d70b8", "circle", [1, 0]),
    ("#0b0c0c", "square", [6, 3]),
    ("#d4351c", "triangle-up", [2, 2]),
    ("#00703c", "diamond", [8, 2, 2, 2]),
    ("#4c2c92", "cross", [4, 4]),
    ("#a05a00", "triangle-down", [1, 0]),
    ("#505a5f", "stroke", [1, 4]),
)
SHOWN = ("log an enquiry", "the worktray", "an enquiry", "duty", "a search", "every measure")
TITLE, SLOPE = "PostgreSQL’s pages (8 kB) touched, among so many enquiries", "as the enquiries grow"


def draw(found: Mapping[int, Mapping[str, Mapping[str, float]]]) -> str:
    """An SVG that says in words, too, what it shows. `found` is the figures of each size by what was done."""
    rows = [
        {"what": name, "enquiries": size, "pages": figures[name]["touched"]}
        for size, figures in found.items()
        for name in SHOWN
    ]
    least = min(found)
    rows += [{"what": SLOPE, "enquiries": size, "pages": 100 * size / least} for size in found]
    base = altair.Chart(altair.Data(values=rows), title=TITLE).encode(
        x=altair.X(
            "enquiries:Q",
            title="Enquiries in the database",
            scale=altair.Scale(type="log", domain=[min(found), max(max(found), min(found) * 10)], nice=False),
            axis=altair.Axis(values=sorted(found), format=",d", grid=True),
        ),
        y=altair.Y("pages:Q", title=None, scale=altair.Scale(type="log"), axis=altair.Axis(format=",d", tickCount=5)),
        color=_by([colour for colour, _, _ in LOOKS], altair.Color),
    )
    lines = base.mark_line(size=2).encode(strokeDash=_by([dash for _, _, dash in LOOKS], altair.StrokeDash))
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        shape=_by([shape for _, shape, _ in LOOKS], altair.Shape)
    )
    chart: Any = altair.layer(lines, points).properties(width=560, height=340)
    chart = chart.configure(font="Arial, sans-serif").configure_view(stroke=None)
    chart = chart.configure_axis(labelFontSize=14, titleFontSize=14, labelColor=INK, titleColor=INK)
    chart = chart.configure_title(anchor="start", fontSize=16, color=INK)
    return _say(vl_convert.vegalite_to_svg(chart.to_json()), found)


def _by(look: list[Any], channel: Any) -> Any:
    """One legend for colour, dashes and points."""
    legend = altair.Legend(title=None, labelFontSize=14, symbolSize=120, symbolStrokeWidth=2, labelLimit=220)
    return channel("what:N", scale=altair.Scale(domain=[*SHOWN, SLOPE], range=look), legend=legend)


def _say(svg: str, found: Mapping[int, Mapping[str, Mapping[str, float]]]) -> str:
    """Title and description, for whoever does not see the picture."""
    said = "; ".join(
        f"{name}: " + ", ".join(f"{figures[name]['touched']:,.0f} among {size:,}" for size, figures in found.items())
        for name in SHOWN
    )
    words = f'<title id="title">{escape(TITLE)}</title><desc id="desc">{escape(said)}.</desc>'
    return re.sub(r"<svg ([^>]*)>", rf'<svg \1 role="img" aria-labelledby="title desc">{words}', svg, count=1)
