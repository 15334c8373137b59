"""Immediate danger declared from the page of a referral, which may have gone to others, or been closed, meanwhile."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from triage.errors import Conflict, Invalid, NotFound
from triage.models.codes import TABLES
from triage.schemas.referral import ReferralActionSchema
from triage.services.desk import Desk
from triage.services.protecting import name_protector
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import load, naming_fields, read_part, typed_elsewhere
from triage.web.keeping import begin, was_sent
from triage.web.referrals import go_on, place_errors, show_again
from workflows.definition import IMMEDIATE_DANGER

blueprint = Blueprint("danger", __name__, url_prefix="/referrals")
carry_on(blueprint)
ASKED_ALIKE = TABLES["social_care"]  # what the danger is, in every service


@blueprint.post(f"/<uuid:referral_id>/actions/{IMMEDIATE_DANGER}")
@may("referral.danger")
def declare(referral_id: UUID) -> Any:
    """Declare it wherever the case is now, and say where that is to whoever cannot see it any more."""
    try:
        with open_desk() as desk:
            protector = _declare(desk, referral_id)
            was_sent(desk, typed_elsewhere(request.form, IMMEDIATE_DANGER))
    except (Conflict, Invalid) as refusal:
        return _ask_again(referral_id, place_errors(refusal, IMMEDIATE_DANGER)), refusal.status
    done = f"Declared. The case is with {protector}; its managers have been told."
    return go_on(referral_id, typed_elsewhere(request.form, IMMEDIATE_DANGER), done)


def _declare(desk: Desk, referral_id: UUID) -> str:
    """Who has the child's case from now on."""
    details = load(ReferralActionSchema(), read_part(request.form, IMMEDIATE_DANGER))
    with naming_fields(ASKED_ALIKE, IMMEDIATE_DANGER):
        command = ReferralAction(referral_id=referral_id, action=IMMEDIATE_DANGER, **details)
        return name_protector(desk, act_on_referral(desk, command))


def _ask_again(referral_id: UUID, errors: dict[str, str]) -> str:
    """The page of the case or, where it is not theirs to see any more, one of its own, with what was typed."""
    try:
        return show_again(referral_id, request.form, errors)
    except NotFound:
        with open_desk() as desk:
            form = begin(desk, url_for("referrals.show", referral_id=referral_id), request.form)
        return render_template(
            "locality/danger.html",
            to=request.path,
            form=form,
            values=form.values,
            unsent=list(typed_elsewhere(request.form, IMMEDIATE_DANGER).values()),
            errors=errors,
        )
