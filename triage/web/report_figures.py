"""Partners' figures from a file: it is sent, what it would change is shown, and then it is taken in.

The file itself goes there and back between the two: nothing of it is kept here until it is taken in, and it is looked
at again then.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from triage.body_limits import takes_file
from triage.errors import Invalid
from triage.exchange.figures_file import Fault, Figures, FiguresRefused, read_figures, write_template
from triage.exchange.quarterly_words import say_figure
from triage.insight.measures import Figure
from triage.insight.quarterly.indicators import list_sent
from triage.services.desk import Desk
from triage.services.files import say_size
from triage.services.partner_figures import SentFigure, compare_figures, take_figures
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field
from triage.web.sent_file import read_sent_file
from workflows.quarters import quarter_of

blueprint = Blueprint("report_figures", __name__, url_prefix="/reports/figures")
carry_on(blueprint)
LIMIT = 500_000  # bytes: it goes in a form, which may be twice that
SHOWN = 100  # faults told at once


@blueprint.get("")
@may("reports.write")
def show() -> Any:
    """Where a file is sent."""
    return _render()


@blueprint.post("")
@takes_file
@may("reports.write")
def send() -> Any:
    """Look through a file, and show what it would change. Nothing changes yet."""
    try:
        name, content = read_sent_file(LIMIT)
        with open_desk() as desk:
            figures = _read(desk, name, content)
            return _render(name=name, figures=figures, coming=compare_figures(desk, figures.sent), content=content)
    except FiguresRefused as refused:
        return _render(faults=refused.faults), Invalid.status
    except Invalid as refused:
        return _render(errors=errors_by_field(refused)), refused.status


@blueprint.get("/take")
@may("reports.write")
def go_back() -> Any:
    """To the page, for whoever opens the address of something that was sent."""
    return redirect(url_for("report_figures.show"))


@blueprint.post("/take")
@may("reports.write")
def take() -> Any:
    """Take in the file that was looked at, all or nothing."""
    try:
        content = b64decode(request.form.get("content", ""), validate=True)
        with open_desk() as desk:
            coming = take_figures(desk, _read(desk, "the file", content).sent)
    except NotBase64:
        return _render(errors={"file": "The file did not come back whole. Send it again."}), Invalid.status
    except FiguresRefused as refused:
        return _render(faults=refused.faults), Invalid.status
    taken = f"{len(coming.new)} new, {len(coming.changed)} in the place of others, {coming.unchanged} as they were"
    flash(f"The figures are taken in: {taken}. They stand in the next report that is made.")
    return redirect(url_for("reports.show_all"))


@blueprint.get("/template.csv")
@may("reports.write")
def template() -> Response:
    """The file that partners fill, for the quarter that ended last."""
    with open_desk() as desk:
        quarter = quarter_of(desk.today).before
        content = write_template(desk.pack, quarter)
    attachment = {"Content-Disposition": f'attachment; filename="figures-{quarter}.csv"'}
    return Response(content, content_type="text/csv", headers=attachment)


def _read(desk: Desk, name: str, content: bytes) -> Figures:
    return read_figures(name, content, desk.pack, desk.today)


def _render(*, errors: dict[str, str] | None = None, faults: list[Fault] | None = None, **looked: Any) -> str:
    told = faults or []
    content = looked.pop("content", b"")
    return render_template(
        "reports/figures.html",
        errors=errors or {},
        faults=told[:SHOWN],
        more=max(0, len(told) - SHOWN),
        indicators=list_sent(),
        say=_say,
        content=b64encode(content).decode(),
        limit=say_size(LIMIT),
        looked=looked,
    )


def _say(sent: SentFigure) -> str:
    return say_figure(list_sent()[sent.indicator].unit, Figure(sent.value, sent.counted, sent.of))
