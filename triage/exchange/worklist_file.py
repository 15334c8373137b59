"""The list on paper as files: a page to print, a CSV, and forms to fill by hand. None of them needs anything else."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from triage.errors import CommandRefused
from triage.exchange.case_sample import write_rows
from triage.exchange.worklist import Line, Worklist
from triage.models.codes import CHANNELS, CONSENTS, SOURCES
from triage.pack import Pack
from triage.whole_files import alone_in, keep_last, written_whole

PAGE, TABLE, FORM = "worklist-{}.html", "worklist-{}.csv", "paper-forms.html"
PATTERNS = (PAGE.format("*"), TABLE.format("*"))
HEADINGS = (
    *(
        "Case",
        "Reference",
        "Restricted",
        "Colour",
        "Grave",
        "Overdue",
        "Due first",
        "What is due",
        "About",
        "Who has it",
    ),
    *("What waits", "Told by", "Telephone", "Received or requested"),
)


class SnapshotFailed(CommandRefused):
    """The folder is gone, full, or not to be written to: the last page stays."""


def write_snapshot(folder: Path, worklist: Worklist, pack: Pack, keep: int) -> Path:
    """Write the page, the CSV and the forms there, each whole; keep the last `keep` of the two. Where the page is.

    CommandRefused while another process writes there; SnapshotFailed where the folder cannot be written to.
    """
    name = f"{worklist.made_at:%Y%m%dT%H%M%SZ}"
    page, table = (folder / pattern.format(name) for pattern in (PAGE, TABLE))
    files = {table: draw_table(worklist), folder / FORM: draw_forms(pack), page: draw_page(worklist)}
    try:
        with alone_in(folder, *PATTERNS, FORM):
            for path, content in files.items():
                with written_whole(path) as file:
                    file.write(content)
            for path, pattern in ((page, PAGE), (table, TABLE)):
                keep_last(path, pattern.format("*"), keep)
    except OSError as error:
        raise SnapshotFailed(f"{folder} cannot be written to: {error.strerror}.") from error
    return page


def draw_page(worklist: Worklist) -> bytes:
    """One file of HTML, which prints on A4 on its side."""
    return _draw("worklist.html", worklist=worklist)


def draw_forms(pack: Pack) -> bytes:
    """What the page for logging asks, to be filled by hand, and a sheet for what else was done."""
    return _draw("paper_forms.html", pack=pack, channels=CHANNELS, sources=SOURCES, consents=CONSENTS)


def draw_table(worklist: Worklist) -> bytes:
    """Every open case, also those that the page leaves out."""
    lines = (*worklist.enquiries, *worklist.referrals, *worklist.later, *worklist.restricted)
    return write_rows(HEADINGS, [*map(_row, lines)])


def _draw(template: str, **told: object) -> bytes:
    environment = Environment(
        loader=PackageLoader("triage.exchange"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**told).encode()


def _row(line: Line) -> tuple[str, ...]:
    return (
        line.kind,
        line.reference,
        "restricted" if line.restricted else "",
        line.colour,
        line.grave,
        "overdue" if line.late else "",
        line.due[0].said if line.due else "",
        "; ".join(f"{each.what} {each.said}" for each in line.due),
        "; ".join(", ".join(filter(None, (each.name, each.born, each.address))) for each in line.whom),
        line.who_has_it,
        "; ".join(line.waits),
        line.told_by,
        line.telephone,
        line.received,
    )
