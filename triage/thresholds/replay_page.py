"""A replay's report as one page: nothing from elsewhere, no script, to read on a screen or on paper."""

from dataclasses import asdict
from typing import Any

from triage.thresholds import replay_sankey
from triage.thresholds.pages import fill_template
from triage.thresholds.replay_report import Report
from triage.thresholds.replay_tables import WAYS, list_tables, list_warnings, say_summary


def write_page(report: Report) -> str:
    """The page's whole HTML. It holds no reference to anybody, but counts of one person: it is for the hub only."""
    return fill_template("replay_page.html", **lay_out_told(tell_report(report)))


def tell_report(report: Report) -> dict[str, Any]:
    """What a page says of a replay, ready for JSON: no reference to anybody."""
    return {
        "draft": report.draft,
        "hash": report.draft_hash,
        "summary": say_summary(report),
        "warnings": list_warnings(report),
        "tables": [asdict(each) for each in list_tables(report)],
        "sankey": asdict(replay_sankey.lay_out(report.places)) if report.moved else None,
    }


def lay_out_told(told: dict[str, Any]) -> dict[str, Any]:
    """The same as a template wants it: with the ways that the picture needs a key for, and the picture's measures."""
    drawn = {band["way"] for band in told["sankey"]["bands"]} if told["sankey"] else set()
    return told | {"ways": {way: words for way, words in WAYS.items() if way in drawn}, "shape": replay_sankey}
