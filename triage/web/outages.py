"""When the service was down: what managers stated, and stating it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.errors import Invalid
from triage.schemas.outage import DeclareOutageSchema
from triage.services.outages import declare_outage, tell_outages
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, local_instant
from triage.web.keeping import NOTHING, begin, was_sent

blueprint = Blueprint("outages", __name__, url_prefix="/outages")
carry_on(blueprint)


@blueprint.get("")
@may("outage.read")
def show() -> Any:
    """Each of them, with how much was entered afterwards."""
    return _render(NOTHING, {})


@blueprint.post("")
@may("outage.declare")
def declare() -> Any:
    """State that it was down, or show the form again with what to put right."""
    form = request.form
    told = {name: local_instant(form, name) for name in ("began_at", "ended_at")} | {"reason": form.get("reason", "")}
    try:
        with open_desk() as desk:
            declare_outage(desk, load(DeclareOutageSchema(), told))
            was_sent(desk)
    except Invalid as refusal:
        return _render(form, errors_by_field(refusal)), 422
    flash("It is stated. Whoever else works here may now enter what was done then, with its time.")
    return redirect(url_for("outages.show"))


def _render(values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        form = begin(desk, url_for("outages.show"), values)
        return render_template(
            "outages.html",
            lines=tell_outages(desk),
            declares=has("outage.declare", desk.actor.role),
            form=form,
            values=form.values,
            errors=errors,
        )
