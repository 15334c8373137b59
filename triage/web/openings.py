"""Who opened what, for information governance: by whom, of which case and why it is listed, and no child's name."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from triage.errors import Invalid
from triage.exchange.openings import write_openings
from triage.services.desk import Desk
from triage.services.openings import PAGE, WHY, Report, report_openings
from triage.store.openings import Span
from triage.web.access import may, note_shown, open_desk
from triage.web.forms import errors_by_field, read_page_number
from triage.web.insight import read_period
from workflows.calendar import LONDON

blueprint = Blueprint("openings", __name__, url_prefix="/openings")
DAYS = 30
ASKED = ("from", "to", "kind", "who", "reference")
MOST_IN_FILE = 20_000  # lines


@blueprint.get("")
@may("openings.read")
def show() -> Any:
    """The last 30 days, or those asked for: of everybody or one, of any kind or one case, 50 at a time."""
    (first, last), errors = read_period(DAYS)
    number = read_page_number(request.args)
    with open_desk() as desk:
        try:
            report = _report(desk, request.args.get("reference", ""), limit=PAGE, offset=(number - 1) * PAGE)
        except Invalid as refusal:
            errors = {**errors, **errors_by_field(refusal)}
            report = _report(desk, "", limit=PAGE, offset=(number - 1) * PAGE)
        return render_template(
            "openings.html",
            report=report,
            period=(first, last),
            kinds=WHY,
            kind=_read_kind(),
            who=_read_reader(),
            number=number,
            pages=-(-report.counts.get(_read_kind() or "", 0) // PAGE),
            asked={name: value for name, value in request.args.items() if name in ASKED},
            errors=errors,
        )


@blueprint.get("/openings.csv")
@may("openings.read")
def download() -> Response:
    """The same as a file: all of it or, of more than a spreadsheet is for, the latest, and it says so."""
    with open_desk() as desk:
        report = _report(desk, request.args.get("reference", ""), limit=MOST_IN_FILE)
        text = write_openings(desk, report, report.counts.get(_read_kind() or "", 0))
    return Response(
        text, content_type="text/csv", headers={"Content-Disposition": 'attachment; filename="openings.csv"'}
    )


def _report(desk: Desk, reference: str, *, limit: int, offset: int = 0) -> Report:
    """What is listed, and on record that it was looked at."""
    (first, last), _errors = read_period(DAYS)
    since, until = (datetime.combine(day, time.min, LONDON) for day in (first, last + timedelta(days=1)))
    span = Span(since=since, until=until, reader_id=_read_reader())
    report = report_openings(desk, span, _read_kind(), reference, limit=limit, offset=offset)
    note_shown(desk, report.people)
    return report


def _read_kind() -> str | None:
    asked = request.args.get("kind", "")
    return asked if asked in WHY else None


def _read_reader() -> UUID | None:
    return request.args.get("who", type=UUID)
