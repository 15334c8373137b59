"""The quarterly reports: those that were made, one as it reads, and what managers say in it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.errors import Invalid, NotFound, Problem
from triage.exchange.quarterly_file import MIMETYPES, WRITERS, Told
from triage.exchange.quarterly_words import lay_out
from triage.insight.quarterly.indicators import read_indicators
from triage.insight.quarterly.report import read_kept
from triage.models.report import WHOLE
from triage.schemas.report import AskReportSchema, CommentSchema
from triage.services.desk import Desk
from triage.services.reports import WRITES, Comment, ask_for_report, comment, has_given_up
from triage.store.reports import get_report, list_comments, list_reports
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import NOTHING, begin, was_sent
from workflows.quarters import HOW, Quarter, list_quarters, quarter_of, read_quarter

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
carry_on(blueprint)
SHOWN = 40  # reports in the list
OFFERED = 8  # quarters that may be asked for on the page


@blueprint.get("")
@may("reports.read")
def show_all() -> Any:
    """What was made, what is on its way, and where one is asked for."""
    return _render_list({})


@blueprint.post("")
@may("reports.write")
def ask() -> Any:
    """Ask for the report of a quarter."""
    try:
        command = load(AskReportSchema(), nest(request.form, ("quarter",)))
        with open_desk() as desk:
            ask_for_report(desk, command)
    except Invalid as refusal:
        return _render_list(errors_by_field(refusal)), refusal.status
    flash("The report is asked for. It is on this page once it is made: you need not wait.")
    return redirect(url_for("reports.show_all"))


@blueprint.get("/<quarter>")
@may("reports.read")
def show(quarter: str) -> Any:
    """The report as it reads: the last that was made of the quarter, or the one that is asked for."""
    with open_desk() as desk:
        told, key = _find(desk, quarter)
        words = lay_out(told.report, told.stamp, told.comments)
    return render_template(
        "reports/show.html",
        words=words,
        kinds=WRITERS,
        made=key,
        chart_of=lambda name: url_for("reports.show_chart", quarter=words["key"], name=name, made=key),
        write_of=_write_of(words["key"]),
    )


def _write_of(quarter: str) -> Any:
    if not has(WRITES, g.actor.role):
        return None
    return lambda name: url_for("reports.write", quarter=quarter, about=name)


@blueprint.get("/<quarter>/report.<kind>")
@may("reports.read")
def download(quarter: str, kind: str) -> Response:
    """The same as a document."""
    if kind not in WRITERS:
        raise NotFound(Problem("not_found", f"A report is written as {', '.join(WRITERS)}."))
    with open_desk() as desk:
        told, _key = _find(desk, quarter)
        name = f"quarterly-report-{desk.pack.authority}-{told.report.quarter}.{kind}"
        content = WRITERS[kind](told)
    attachment = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=MIMETYPES[kind], headers=attachment)


@blueprint.get("/<quarter>/<name>.svg")
@may("reports.read")
def show_chart(quarter: str, name: str) -> Response:
    """The trend of an indicator."""
    with open_desk() as desk:
        told, _key = _find(desk, quarter)
    if name not in told.charts:
        raise NotFound(Problem("not_found", "There is no such chart."))
    return Response(told.charts[name], content_type="image/svg+xml")


@blueprint.get("/<quarter>/commentary")
@may("reports.write")
def write(quarter: str) -> Any:
    """Where something is said of an indicator, or of the whole: with what stands of what is asked for."""
    return _render_commentary(_read(quarter), NOTHING, {})


@blueprint.post("/<quarter>/commentary")
@may("reports.write")
def say(quarter: str) -> Any:
    """Keep what is said."""
    asked = _read(quarter)
    try:
        said = load(CommentSchema(), nest(request.form, ("about", "words")))
        command = Comment(quarter=str(asked), indicator=said["about"], words=said["words"].strip())
        with open_desk() as desk:
            comment(desk, command, read_indicators())
            was_sent(desk)
    except Invalid as refusal:
        return _render_commentary(asked, request.form, errors_by_field(refusal)), refusal.status
    flash("What you wrote is kept, and stands in the report." if command.words else "The commentary is taken back.")
    return redirect(url_for("reports.write", quarter=asked))


def _find(desk: Desk, quarter: str) -> tuple[Told, UUID | None]:
    """The report that is asked for, and its key where it was asked for by that."""
    key = request.args.get("made", type=UUID)
    kept = get_report(desk.session, str(_read(quarter)), key)
    return Told(*read_kept(kept), kept.charts or {}, list_comments(desk.session, kept.quarter)), key


def _read(quarter: str) -> Quarter:
    found = read_quarter(quarter)
    if found is None:
        raise NotFound(Problem("not_found", HOW))
    return found


def _render_list(errors: dict[str, str]) -> str:
    with open_desk() as desk:
        rows = [
            (each, read_quarter(each.quarter), has_given_up(each, desk.now))
            for each in list_reports(desk.session, SHOWN)
        ]
        ended = quarter_of(desk.today).before
        offered = [(str(each), f"{each.name} ({each})") for each in list_quarters(ended, OFFERED)]
        writes = has(WRITES, g.actor.role)
        return render_template(
            "reports/list.html", rows=rows, offered=offered, errors=errors, values=request.form, writes=writes
        )


def _render_commentary(quarter: Quarter, typed: MultiDict[str, str], errors: dict[str, str]) -> str:
    options = {WHOLE: "The whole quarter"} | {name: each.title for name, each in read_indicators().items()}
    with open_desk() as desk:
        stands, about = list_comments(desk.session, str(quarter)), request.args.get("about", "")
        said = {"about": about, "words": stands[about].words if about in stands else ""} if about in options else {}
        form = begin(desk, url_for("reports.write", quarter=quarter), typed or MultiDict(said))
        return render_template(
            "reports/commentary.html",
            quarter=quarter,
            options=options,
            stands=stands,
            form=form,
            values=form.values,
            errors=errors,
        )
