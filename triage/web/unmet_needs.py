"""The register of unmet needs: how many, by district, need and month, and none of whose they are."""

from calendar import monthrange
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, render_template

from triage.access.permissions import sees_cases
from triage.exchange.unmet_needs import write_unmet
from triage.insight.unmet import Register, tabulate_unmet
from triage.services.desk import Desk
from triage.services.unmet_needs import read_needs
from triage.store.unmet_needs import count_unmet
from triage.web.access import may, open_desk
from triage.web.insight import read_period
from triage.web.numbers import ask_numbers

blueprint = Blueprint("unmet_needs", __name__, url_prefix="/unmet-needs")


@blueprint.get("")
@may("unmet.read")
def show() -> Any:
    """From April, or the days that are asked for; of a locality's own cases, for its manager."""
    (first, last), errors = _read_period()
    register, needs = ask_numbers(lambda desk: (_tabulate(desk, first, last), read_needs(desk)))
    return render_template("directory/unmet.html", register=register, needs=needs, period=(first, last), errors=errors)


@blueprint.get("/unmet-needs.csv")
@may("unmet.read")
def download() -> Response:
    """The same as a file, which cannot say how old it is: so it is of the records themselves."""
    (first, last), _errors = _read_period()
    with open_desk() as desk:
        districts = {code: row["name"] for code, row in desk.pack.districts.items()}
        text = write_unmet(_tabulate(desk, first, last), districts, read_needs(desk))
    attachment = {"Content-Disposition": 'attachment; filename="unmet-needs.csv"'}
    return Response(text, content_type="text/csv", headers=attachment)


def _read_period() -> tuple[tuple[date, date], dict[str, str]]:
    """Whoever is told no small number is told of whole months: two periods that differ by a day would tell it."""
    (first, last), errors = read_period()
    if not sees_cases(g.actor.role):
        first, last = first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])
    return (first, last), errors


def _tabulate(desk: Desk, first: date, last: date) -> Register:
    """Whoever sees no cases is told no small number."""
    counts = count_unmet(desk.session, first, last)
    return tabulate_unmet(counts, first, last, hide_small=not sees_cases(desk.actor.role))
