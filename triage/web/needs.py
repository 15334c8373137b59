"""The needs on a request for early help: choosing others to look for services by, and noting one that nobody meets."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.directory.listing import domains_of
from triage.schemas.directory import UnmetNeedSchema
from triage.services.desk import Desk
from triage.services.policies import policy_for
from triage.services.reading import people_of
from triage.services.unmet_needs import SERVICE, NoteUnmetNeed, needs_seen, note_unmet_need, read_needs
from triage.store.referrals import get_referral
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import load, read_part
from triage.web.helping import PART
from triage.web.referrals import try_step

blueprint = Blueprint("needs", __name__, url_prefix="/referrals/<uuid:referral_id>")
carry_on(blueprint)
NOTED = "It is noted that nobody could meet this need."


@blueprint.get("/needs")
@may("referral.read")
def choose(referral_id: UUID) -> Any:
    """Every need there is, those chosen that are looked for now; the referral's page looks for what is chosen."""
    with open_desk() as desk:
        referral = get_referral(desk.session, referral_id)
        if referral.service != SERVICE:
            return go_back(referral_id)
        vocabulary = policy_for(desk, desk.now).vocabulary
        now = request.args.getlist("need") or sorted(needs_seen(desk, referral))
        page = render_template(
            "directory/needs.html",
            referral=referral,
            needs=read_needs(desk),
            domains={vocabulary.domains[name]: codes for name, codes in domains_of(vocabulary).items()},
            values=MultiDict([("need", code) for code in now]),
        )
        note_shown(desk, people_of([referral]), referral)
        return page


@blueprint.get("/unmet-needs")
@may("referral.read")
def go_back(referral_id: UUID) -> Any:
    """To the referral, for whoever opens the address of something that was sent."""
    return redirect(url_for("referrals.show", referral_id=referral_id))


@blueprint.post("/unmet-needs")
@may("referral.act")
def note(referral_id: UUID) -> Any:
    """Note that nobody can meet a need of this child."""

    def attempt(desk: Desk) -> None:
        said = load(UnmetNeedSchema(), read_part(request.form, PART))
        note_unmet_need(desk, NoteUnmetNeed(referral_id=referral_id, **said))
        flash(NOTED)

    return try_step(referral_id, PART, attempt)
