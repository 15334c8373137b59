"""The pages of those outside: a partner's checks with their answers, and what became of what one sent."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, Stale
from triage.schemas.agency_check import CheckActionSchema
from triage.schemas.disagreement import DisagreeSchema
from triage.services.checks import CheckAction, act_on_check
from triage.services.desk import Desk
from triage.services.disagreeing import disagree_as_sender
from triage.services.partners import show_asked, show_one_sent, show_sent
from triage.services.permitted import permitted_on_check
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load
from triage.web.keeping import NOTHING, begin, was_sent

blueprint = Blueprint("partners", __name__, url_prefix="/partners")
carry_on(blueprint)
NOT_ASKED = "You typed something here, and this button does not send it. Choose another button, or empty this first."


@blueprint.get("/checks")
@may("check.read")
def show_checks() -> Any:
    """What this agency is asked."""
    return _render({})


@blueprint.post("/checks/<uuid:check_id>/<action>")
@may("check.read")
def answer(check_id: UUID, action: str) -> Any:
    """Acknowledge or answer it, decline to, or say that a child is in danger now."""
    version = request.form.get("version", type=int)
    said = {name: request.form[name] for name in ("answer", "reason") if request.form.get(name)}

    def attempt(desk: Desk) -> None:
        details = load(CheckActionSchema(), said)
        act_on_check(desk, CheckAction(check_id=check_id, action=action, version=version, **details))

    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk)
    except (Conflict, Invalid, Stale) as refusal:
        told = {each.field for each in refusal.problems if each.code == "not_asked"}
        errors = {
            f"{check_id}.{field or 'answer'}": NOT_ASKED if field in told else words
            for field, words in errors_by_field(refusal).items()
        }
        return _render(errors), refusal.status
    flash("Thank you. The hub has it.")
    return redirect(url_for("partners.show_checks"))


@blueprint.get("/sent")
@may("sent.read")
def show_own() -> Any:
    """What became of what this person sent."""
    with open_desk() as desk:
        return render_template("partners/sent.html", sent=show_sent(desk))


@blueprint.get("/sent/<reference>")
@may("sent.read")
def show_one(reference: str) -> Any:
    """Where one of them stands, and where to say that one disagrees."""
    return _render_sent(reference, NOTHING, {})


@blueprint.post("/sent/<reference>")
@may("sent.disagree")
def disagree(reference: str) -> Any:
    """Keep that they disagree, and show by when it is answered."""
    try:
        said = load(DisagreeSchema(), {"words": request.form.get("words", "")})
        with open_desk() as desk:
            disagree_as_sender(desk, reference, **said)
            was_sent(desk)
    except (Invalid, Conflict) as refusal:
        return _render_sent(reference, request.form, errors_by_field(refusal)), refusal.status
    return redirect(url_for("partners.show_one", reference=reference))


def _render_sent(reference: str, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        sent = show_one_sent(desk, reference)
        form = begin(desk, url_for("partners.show_one", reference=reference), values)
        return render_template("partners/sent_one.html", sent=sent, form=form, values=form.values, errors=errors)


def _render(errors: dict[str, str]) -> str:
    with open_desk() as desk:
        asked = show_asked(desk)
        actions = {each.check.id: {one.action for one in permitted_on_check(desk, each.check)} for each in asked}
        form = begin(desk, url_for("partners.show_checks"), request.form)
        page = render_template("partners/checks.html", asked=asked, actions=actions, form=form, errors=errors)
        note_shown(desk, (person for each in asked for person in each.people))
        return page
