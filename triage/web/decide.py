"""Deciding on a page: nothing pre-selected, the recommendation and its reasons beside each choice."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from triage.errors import Conflict, Invalid, Stale
from triage.models import Enquiry
from triage.models.codes import CONSENTS, ROUTES
from triage.schemas.enquiry import DecideSchema
from triage.services.deciding import Decide, decide
from triage.store.enquiries import get_enquiry
from triage.web.access import open_desk, signed_in
from triage.web.forms import errors_by_field, load, nest
from workflows.enquiry import EXPLAINED

blueprint = Blueprint("decide", __name__, url_prefix="/enquiries/<uuid:enquiry_id>/decide")
DECIDERS = ("social_worker", "mash_manager")


@blueprint.get("")
@signed_in(*DECIDERS)
def show(enquiry_id: UUID) -> Any:
    """The choices for each subject."""
    with open_desk() as desk:
        return _render(get_enquiry(desk.session, enquiry_id), {})


@blueprint.post("")
@signed_in(*DECIDERS)
def post(enquiry_id: UUID) -> Any:
    """Keep the decisions, or show them again with what to put right."""
    try:
        details = load(DecideSchema(), nest(request.form, ("decisions",)))
        version = request.form.get("version", type=int)
        with open_desk() as desk:
            decide(desk, Decide(enquiry_id=enquiry_id, decisions=tuple(details["decisions"]), version=version))
    except (Conflict, Invalid, Stale) as refusal:
        with open_desk() as desk:
            return _render(get_enquiry(desk.session, enquiry_id), errors_by_field(refusal)), refusal.status
    return redirect(url_for("enquiries.show", enquiry_id=enquiry_id))


def _render(enquiry: Enquiry, errors: dict[str, str]) -> str:
    return render_template(
        "mash/decide.html",
        enquiry=enquiry,
        values=request.form,
        errors=errors,
        routes=ROUTES,
        consents=CONSENTS,
        rungs=EXPLAINED,
    )
