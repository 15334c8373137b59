"""Drafts: kept by the page's script at every pause, brought back by the page itself, and listed for their owner."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from triage.errors import Invalid
from triage.services.drafts import MOST, forget, list_kept, name_cases
from triage.state import state_of
from triage.web.access import may, open_desk
from triage.web.keeping import keep_sent
from triage.web.words import local, say_time

blueprint = Blueprint("drafts", __name__, url_prefix="/drafts")


@blueprint.get("")
@may("draft.own")
def show_all() -> Any:
    """All that this person has begun and not sent, even where the page that it was typed on is theirs no more."""
    with open_desk() as desk:
        state = state_of(current_app)
        drafts = list_kept(desk, state.vault)
        cases = name_cases(desk, drafts)
        lost = {str(key) for key, reference in cases.items() if reference is None} | {request.args.get("lost")}
        days = state.settings.draft_days
        return render_template("drafts/list.html", drafts=drafts, cases=cases, lost=lost, days=days)


@blueprint.post("")
@may("draft.own")
def keep() -> Any:
    """Keep what is typed so far. Says so, or why not, in words for the page to show."""
    try:
        with open_desk() as desk:
            dropped = keep_sent(desk)
            saved = f"Saved on the server at {local(desk.now):%H:%M}"
    except Invalid as refusal:
        return {"says": f"Not saved: {refusal.problems[0].message}"}, refusal.status
    gone = [f"What you began at {say_time(at)} is kept no more: the most is {MOST} pages." for at in dropped or ()]
    return {"says": " ".join([f"{saved}." if gone else saved, *gone])}


@blueprint.post("/<uuid:draft_id>/forget")
@may("draft.own")
def throw_away(draft_id: UUID) -> Any:
    """Throw a draft away, then show where it was seen again: its own page, or the list."""
    with open_desk() as desk:
        page = forget(desk, draft_id)
    return redirect(page if page and "here" in request.form else url_for("drafts.show_all"))
