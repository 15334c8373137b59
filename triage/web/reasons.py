"""Asking why somebody opens another team's record. What they had sent to it comes with them and may be sent again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from uuid_utils.compat import uuid7
from werkzeug.datastructures import MultiDict

from triage.errors import Invalid, NotFound, Problem
from triage.models.codes import OPENED_KINDS, OPENING_REASONS
from triage.services.desk import Desk
from triage.services.standing import ReasonNeeded, StateReason, state_reason
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.carrying import list_fields, show_carried
from triage.web.forms import errors_by_field
from triage.web.keeping import Form, begin, was_sent

blueprint = Blueprint("reasons", __name__, url_prefix="/reasons")
carry_on(blueprint)
ASKED = ("reason", "words")
SENT = "sent."  # begins the name of each field that goes on


def register(app: Flask) -> None:
    """Ask wherever a reason is needed."""
    app.register_error_handler(ReasonNeeded, ask)


def ask(needed: ReasonNeeded) -> Any:
    """The question, in place of the page."""
    fields = [(SENT + name, value) for name, value in list_fields()] if request.method == "POST" else []
    values = MultiDict([("to", request.full_path.rstrip("?")), *fields])
    form = Form(uuid7(), url_for("reasons.show", kind=needed.kind, case_id=needed.key), values)
    return _render(needed.kind, needed.key, form, {}), needed.status


@blueprint.get("/<kind>/<uuid:case_id>")
@may("reason.state")
def show(kind: str, case_id: UUID) -> Any:
    """The question again, for whoever began to answer it."""
    if kind not in OPENED_KINDS:
        raise NotFound(Problem("not_found", "Nobody is asked why they open that."))
    with open_desk() as desk:
        return _render(kind, case_id, _begin(desk, kind, case_id), {})


@blueprint.post("/<kind>/<uuid:case_id>")
@may("reason.state")
def state(kind: str, case_id: UUID) -> Any:
    """Keep the reason, then go on to the record, or to what was being sent to it."""
    to = _place_within(request.form, kind, case_id)
    said = {name: request.form.get(name, "") for name in ASKED}
    try:
        with open_desk() as desk:
            state_reason(desk, StateReason(kind=kind, key=case_id, **said))
            was_sent(desk)
    except Invalid as refusal:
        with open_desk() as desk:
            return _render(kind, case_id, _begin(desk, kind, case_id), errors_by_field(refusal)), refusal.status
    fields = _list_sent(request.form)
    if not fields:
        return redirect(to)
    words = "Your reason is kept. Send what you typed again."
    return show_carried("Send this again", words, to, [(name.removeprefix(SENT), value) for name, value in fields])


def _begin(desk: Desk, kind: str, case_id: UUID) -> Form:
    return begin(desk, url_for("reasons.show", kind=kind, case_id=case_id), request.form)


def _list_sent(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in values.items(multi=True) if name.startswith(SENT)]


def _place_within(values: MultiDict[str, str], kind: str, case_id: UUID) -> str:
    """Where it goes on to: a page here that was wanted, else the record itself."""
    to = values.get("to", "")
    if to.startswith("/") and not to.startswith(("//", "/\\")):
        return to
    return (
        url_for("enquiries.show", enquiry_id=case_id)
        if kind == "enquiry"
        else url_for("referrals.show", referral_id=case_id)
    )


def _render(kind: str, case_id: UUID, form: Form, errors: dict[str, str]) -> str:
    return render_template(
        "reason.html",
        kind=kind,
        case_id=case_id,
        to=_place_within(form.values, kind, case_id),
        fields_sent=_list_sent(form.values),
        reasons=OPENING_REASONS,
        form=form,
        values=form.values,
        errors=errors,
    )
