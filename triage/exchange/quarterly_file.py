"""A quarter's report as a document: PDF by Typst, a page of HTML that stands by itself, or a workbook."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from triage.exchange.pdf import make_pdf
from triage.exchange.quarterly_book import write_book
from triage.exchange.quarterly_words import Comments, lay_out
from triage.insight.quarterly.report import Report, Stamp


@dataclass(frozen=True, slots=True)
class Told:
    """A report with its stamp, its charts and what managers say of it: all that a document is written from."""

    report: Report
    stamp: Stamp
    charts: Mapping[str, str]
    comments: Comments

    @property
    def changed_at(self) -> datetime:
        """When the last of it came: the same report is the same bytes."""
        read_at = datetime.fromisoformat(self.stamp.read_at)
        return max([read_at, *(each.written_at for each in self.comments.values())])


def write_pdf(told: Told) -> bytes:
    """The document, tagged so that a screen reader can follow (PDF/UA-1)."""
    data = lay_out(told.report, told.stamp, told.comments)
    return make_pdf("quarterly_report.typ", data | {"charts": told.charts}, made_at=told.changed_at)


def write_html(told: Told) -> bytes:
    """A page that needs nothing else: its style and its charts are within it."""

    def draw(name: str) -> str:
        return f"data:image/svg+xml;base64,{b64encode(told.charts[name].encode()).decode()}"

    environment = Environment(
        loader=PackageLoader("triage.exchange"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("quarterly_report.html")
    return page.render(told=lay_out(told.report, told.stamp, told.comments), chart_of=draw).encode()


def write_xlsx(told: Told) -> bytes:
    """The numbers as a workbook."""
    return write_book(told.report, told.stamp, told.comments)


WRITERS: dict[str, Callable[[Told], bytes]] = {"pdf": write_pdf, "html": write_html, "xlsx": write_xlsx}
MIMETYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
