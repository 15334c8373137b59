"""A replay's report as one page: nothing from elsewhere, no script, to read on a screen or on paper."""

from triage.thresholds import replay_sankey
from triage.thresholds.pages import fill_template
from triage.thresholds.replay_report import Report
from triage.thresholds.replay_tables import WAYS, list_tables, list_warnings, say_summary


def write_page(report: Report) -> str:
    """The page's whole HTML. It holds no reference to anybody, but counts of one person: it is for the hub only."""
    sankey = replay_sankey.lay_out(report.places) if report.moved else None
    return fill_template(
        "replay_page.html",
        report=report,
        summary=say_summary(report),
        warnings=list_warnings(report),
        tables=list_tables(report),
        sankey=sankey,
        ways={way: WAYS[way] for way in WAYS if sankey and way in {band.way for band in sankey.bands}},
        shape=replay_sankey,
    )
