"""The MASH's worktray, and the page of one enquiry."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from triage.errors import Conflict, Invalid, Stale
from triage.models import Enquiry
from triage.schemas.enquiry import CheckActionSchema, EnquiryActionSchema
from triage.services.checks import CheckAction, act_on_check
from triage.services.deciding import ImmediateDanger, act_on_immediate_danger
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.linking import LinkPerson, link_person
from triage.services.people import find_matches
from triage.services.permitted import permitted_on_check, permitted_on_enquiry
from triage.services.policies import policy_for
from triage.store.enquiries import get_enquiry, list_events, list_worktray
from triage.web.access import HUB, LOCALITY, open_desk, signed_in
from triage.web.forms import load, nest

blueprint = Blueprint("enquiries", __name__, url_prefix="/enquiries")
FIELDS = tuple(EnquiryActionSchema().fields)


@blueprint.get("")
@signed_in(*HUB)
def show_worktray() -> Any:
    """Open enquiries, the least time left first."""
    with open_desk() as desk:
        rows, total = list_worktray(desk.session)
        return render_template("mash/worktray.html", rows=rows, total=total)


@blueprint.get("/<uuid:enquiry_id>")
@signed_in(*HUB, *LOCALITY)
def show(enquiry_id: UUID) -> Any:
    """Who, what, how bad, what now."""
    with open_desk() as desk:
        return _render(desk, get_enquiry(desk.session, enquiry_id))


def _render(desk: Desk, enquiry: Enquiry, problems: tuple[Any, ...] = ()) -> str:
    undecided = enquiry.state not in ("decided", "closed")
    return render_template(
        "mash/enquiry.html",
        enquiry=enquiry,
        events=list_events(desk.session, enquiry.id),
        actions=permitted_on_enquiry(desk, enquiry),
        check_actions={check.id: permitted_on_check(desk, check) for check in enquiry.checks},
        matches={each.ordinal: find_matches(desk, each.person) if undecided else [] for each in enquiry.subjects},
        agencies=desk.pack.agencies,
        indicators=policy_for(desk, enquiry.received_at).vocabulary.indicators,
        problems=problems,
    )


@blueprint.post("/<uuid:enquiry_id>/actions/<action>")
@signed_in(*HUB)
def act(enquiry_id: UUID, action: str) -> Any:
    """Do one of the permitted actions, then show the enquiry again; a refusal is shown on it."""
    version = request.form.get("version", type=int)

    def attempt(desk: Desk) -> None:
        details = load(EnquiryActionSchema(), nest(request.form, FIELDS))
        if action == "immediate_danger":
            reason = details.get("reason", "")
            act_on_immediate_danger(desk, ImmediateDanger(enquiry_id=enquiry_id, reason=reason, version=version))
        else:
            act_on_enquiry(desk, EnquiryAction(enquiry_id=enquiry_id, action=action, version=version, **details))

    return _try(enquiry_id, attempt)


@blueprint.post("/<uuid:enquiry_id>/checks/<uuid:check_id>/<action>")
@signed_in(*HUB)
def act_on_one_check(enquiry_id: UUID, check_id: UUID, action: str) -> Any:
    """Record a partner's answer, or chase it."""

    def attempt(desk: Desk) -> None:
        details = load(CheckActionSchema(), nest(request.form, ("reason", "answer")))
        act_on_check(desk, CheckAction(check_id=check_id, action=action, **details))

    return _try(enquiry_id, attempt)


@blueprint.post("/<uuid:enquiry_id>/subjects/<int:ordinal>/person/<uuid:person_id>")
@signed_in(*HUB)
def recognise(enquiry_id: UUID, ordinal: int, person_id: UUID) -> Any:
    """Say that a subject is somebody known already."""
    version = request.form.get("version", type=int)
    command = LinkPerson(enquiry_id=enquiry_id, ordinal=ordinal, person_id=person_id, version=version)
    return _try(enquiry_id, lambda desk: link_person(desk, command))


def _try(enquiry_id: UUID, attempt: Any) -> Any:
    try:
        with open_desk() as desk:
            attempt(desk)
    except (Conflict, Invalid, Stale) as refusal:
        with open_desk() as desk:
            return _render(desk, get_enquiry(desk.session, enquiry_id), refusal.problems), refusal.status
    return redirect(url_for("enquiries.show", enquiry_id=enquiry_id))
