"""Asking why somebody opens another team's record. What they had sent to it comes with them and may be sent again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request

from triage.errors import Invalid
from triage.models.codes import OPENING_REASONS
from triage.services.standing import ReasonNeeded, StateReason, state_reason
from triage.web.access import may, open_desk
from triage.web.again import carry_on, list_fields, show_carried
from triage.web.forms import errors_by_field

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
    return _render(needed.kind, needed.key, request.full_path.rstrip("?"), fields, {}), needed.status


@blueprint.post("/<kind>/<uuid:case_id>")
@may("reason.state")
def state(kind: str, case_id: UUID) -> Any:
    """Keep the reason, then go on to the record, or to what was being sent to it."""
    to = request.form.get("to", "/")
    to = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
    fields = [(name, value) for name, value in list_fields() if name.startswith(SENT)]
    said = {name: request.form.get(name, "") for name in ASKED}
    try:
        with open_desk() as desk:
            state_reason(desk, StateReason(kind=kind, key=case_id, **said))
    except Invalid as refusal:
        return _render(kind, case_id, to, fields, errors_by_field(refusal)), refusal.status
    if not fields:
        return redirect(to)
    words = "Your reason is kept. Send what you typed again."
    return show_carried("Send this again", words, to, [(name.removeprefix(SENT), value) for name, value in fields])


def _render(kind: str, case_id: UUID, to: str, fields: list[tuple[str, str]], errors: dict[str, str]) -> str:
    return render_template(
        "reason.html",
        kind=kind,
        case_id=case_id,
        to=to,
        fields_sent=fields,
        reasons=OPENING_REASONS,
        values=request.form,
        errors=errors,
    )
