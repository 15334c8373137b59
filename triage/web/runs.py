"""One measure over time: what of it is a signal, and what chance does by itself."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request

from triage.errors import Invalid
from triage.insight.charts import run_chart
from triage.insight.definition import get_measure
from triage.insight.runs import MOST, Run, as_it_is, run_measure, say_signal
from triage.insight.signals import FEWEST
from triage.insight.small import hide_figure
from triage.schemas.measure import MeasureQuery
from triage.services.desk import Desk
from triage.state import state_of
from triage.web.access import may
from triage.web.forms import errors_by_field, load
from triage.web.leading import lead_to
from triage.web.numbers import ask_numbers
from triage.web.places import may_open
from triage.web.words import local

blueprint = Blueprint("runs", __name__, url_prefix="/measures")


@blueprint.get("/<name>/run")
@may("measures.read")
def show(name: str) -> Any:
    """The run chart up to the day that is asked for, what it says in words, and its numbers."""
    get_measure(name)
    last, errors = _read_last()
    run = ask_numbers(lambda desk: _run(desk, name, last))
    signals = [say_signal(run, each) for each in run.reading.signals] if run.reading else []
    leads = lead_to("behind.show")
    return render_template(
        "insight/run.html",
        run=run,
        signals=signals,
        last=last,
        most=MOST,
        fewest=FEWEST,
        errors=errors,
        leads=leads,
    )


@blueprint.get("/<name>/run.svg")
@may("measures.read")
def show_chart(name: str) -> Response:
    """The same, as a picture."""
    get_measure(name)
    last, _errors = _read_last()
    run = ask_numbers(lambda desk: _run(desk, name, last))
    return Response(run_chart(run), content_type="image/svg+xml")


def _read_last() -> tuple[date, dict[str, str]]:
    """The last day that is asked for, or today, and what was wrong with it."""
    today = local(state_of(current_app).clock.now()).date()
    asked = request.args.get("to") or today.isoformat()
    try:
        return load(MeasureQuery(), {"from": asked, "to": asked})["last"], {}
    except Invalid as refusal:
        return today, {"to": errors_by_field(refusal)["to"]}


def _run(desk: Desk, name: str, last: date) -> Run:
    """Of whole days alone: today is not over."""
    yesterday = local(state_of(current_app).clock.now()).date() - timedelta(1)
    tell = as_it_is if may_open("behind.show", g.actor) else hide_figure
    return run_measure(desk.session, desk.pack, name, min(last, yesterday), tell)
