"""Referrals: a locality's inbox, the hub's list of what waits for a team, and the page of one."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for

from triage.errors import Conflict, Invalid, Stale
from triage.models import Referral
from triage.schemas.referral import ReferralActionSchema
from triage.services.desk import Desk
from triage.services.first_view import sees_recommendation
from triage.services.permitted import permitted_on_referral
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.store.enquiries import list_events
from triage.store.referrals import get_referral, list_inbox, list_workers
from triage.web.access import HUB, LOCALITY, open_desk, signed_in
from triage.web.again import carry_on
from triage.web.forms import load, nest
from workflows.referral import CLOSURES

blueprint = Blueprint("referrals", __name__, url_prefix="/referrals")
carry_on(blueprint)
FIELDS = tuple(ReferralActionSchema().fields)
HEADINGS = {
    "requested": "Waiting for a team",
    "returned": "Returned, waiting for a team",
    "allocated": "Waiting to be accepted",
    "accepted": "Accepted, waiting for first contact",
    "in_progress": "In progress",
}


@blueprint.get("")
@signed_in(*HUB, *LOCALITY)
def show_inbox() -> Any:
    """What waits, by what it waits for. Whoever works in a locality sees that locality's."""
    hub = g.actor.role in HUB
    first = ("requested", "returned") if hub else ("allocated", "accepted", "in_progress")
    with open_desk() as desk:
        groups = [(HEADINGS[state], *list_inbox(desk.session, (state,))) for state in first]
        return render_template("locality/inbox.html", groups=groups, hub=hub)


@blueprint.get("/<uuid:referral_id>")
@signed_in(*HUB, *LOCALITY)
def show(referral_id: UUID) -> Any:
    """One referral: the child, why, what is due, what may be done."""
    with open_desk() as desk:
        return _render(desk, get_referral(desk.session, referral_id))


@blueprint.post("/<uuid:referral_id>/actions/<action>")
@signed_in(*HUB, *LOCALITY)
def act(referral_id: UUID, action: str) -> Any:
    """Do one of the permitted actions, then show the referral again; a refusal is shown on it."""
    try:
        details = load(ReferralActionSchema(), nest(request.form, FIELDS))
        version = request.form.get("version", type=int)
        with open_desk() as desk:
            act_on_referral(desk, ReferralAction(referral_id=referral_id, action=action, version=version, **details))
    except (Conflict, Invalid, Stale) as refusal:
        with open_desk() as desk:
            return _render(desk, get_referral(desk.session, referral_id), refusal.problems), refusal.status
    return redirect(url_for("referrals.show", referral_id=referral_id))


def _render(desk: Desk, referral: Referral, problems: tuple[Any, ...] = ()) -> str:
    teams = {code: team["name"] for code, team in desk.pack.teams.items() if team.get("service") == referral.service}
    return render_template(
        "locality/referral.html",
        referral=referral,
        events=list_events(desk.session, referral.id),
        actions=permitted_on_referral(desk, referral),
        teams=teams,
        workers=list_workers(desk.session, referral.team_code) if referral.team_code else [],
        shown=referral.subject is None or sees_recommendation(desk.actor, referral.subject),
        closures=CLOSURES[referral.service],
        problems=problems,
    )
