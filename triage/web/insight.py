"""The managers' page: every measure over a period beside a year before and England, and one of them by group."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request

from triage.errors import Invalid
from triage.insight.charts import bar_chart
from triage.insight.comparing import Compared, compare_all
from triage.insight.definition import KINDS, get_measure, read_measures
from triage.insight.measures import Answer, measure, split_by
from triage.insight.small import hide_small
from triage.schemas.measure import MeasureQuery
from triage.services.desk import Desk
from triage.state import state_of
from triage.web.access import may
from triage.web.forms import errors_by_field, load
from triage.web.leading import lead_to
from triage.web.numbers import ask_numbers
from triage.web.places import may_open
from triage.web.words import local

blueprint = Blueprint("insight", __name__, url_prefix="/measures")
CHARTED, GROUPED = "enquiries", "district"


@blueprint.get("")
@may("measures.read")
def show() -> Any:
    """The measures, from April of this year unless a period is asked for."""
    period, errors = read_period()
    by = _grouped()
    compared, charted = ask_numbers(lambda desk: _compare(desk, period, by))
    return render_template(
        "insight/measures.html",
        compared=compared,
        charted=charted,
        period=period,
        errors=errors,
        names=read_measures(),
        kinds=KINDS,
        by=by,
        groups=charted.measure.by,
        leads=lead_to("behind.show"),
        over_time=lead_to("runs.show"),
    )


def _compare(desk: Desk, period: tuple[date, date], by: str) -> tuple[list[Compared], Answer]:
    """All of them, and the one that is charted with its groups."""
    compared = compare_all(desk.session, desk.pack, *period, told)
    whole = next(each.now for each in compared if each.now.measure.name == _charted())
    return compared, told(split_by(desk.session, desk.pack, whole, by))


@blueprint.get("/chart.svg")
@may("measures.read")
def show_chart() -> Response:
    """The charted measure by group, as a picture."""
    period, _errors = read_period()
    by = _grouped()
    answer = ask_numbers(lambda desk: measure(desk.session, desk.pack, _charted(), *period, by))
    return Response(bar_chart(told(answer), by), content_type="image/svg+xml")


def _charted() -> str:
    wanted = request.args.get("measure", CHARTED)
    return wanted if wanted in read_measures() else CHARTED


def _grouped() -> str:
    by = get_measure(_charted()).by
    wanted = request.args.get("by", GROUPED)
    return wanted if wanted in by else GROUPED if GROUPED in by else by[0]


def told(answer: Answer) -> Answer:
    """As it is told to whoever asks: small numbers to those alone who see cases."""
    return answer if may_open("behind.show", g.actor) else hide_small(answer)


def read_period(days: int | None = None) -> tuple[tuple[date, date], dict[str, str]]:
    """The days asked for, both among them, and what was wrong with them: else the last so many, or from April."""
    today = local(state_of(current_app).clock.now()).date()
    april = date(today.year - (today.month < 4), 4, 1)
    usual = today - timedelta(days) if days else april, today
    asked = {key: request.args[key] for key in ("from", "to") if request.args.get(key)}
    if not asked:
        return usual, {}
    try:
        query = load(MeasureQuery(), {"from": usual[0].isoformat(), "to": usual[1].isoformat()} | asked)
    except Invalid as refusal:
        return usual, errors_by_field(refusal)
    if query["last"] < query["first"]:
        return usual, {"to": "The period must not end before it begins."}
    return (query["first"], query["last"]), {}
