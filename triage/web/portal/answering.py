"""A partner without an account answers the one question that a link in a letter opens.

The secret stands in an address once, for as long as it takes to lead on: from then on this browser's signed cookie
says which link it came by, so that no history, no page and no Referer holds what opens it.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from triage.access.actor import NOBODY, Actor, visitor
from triage.access.routes import public
from triage.errors import Conflict, Invalid, NotFound, Problem, Stale
from triage.limits import note_bad_token
from triage.schemas.agency_check import LinkAnswerSchema
from triage.services.check_links import OVER, find_key, follow_link
from triage.services.checks import CheckAction, act_on_check
from triage.services.partners import find_asked
from triage.services.permitted import permitted_on_check
from triage.services.reading import note_reading
from triage.state import state_of
from triage.web.forms import errors_by_field, load
from triage.web.partners import NOT_ASKED
from triage.web.portal.guarding import guard, show_given_back
from triage.web.portal.holding import LINK, desk_of, held_key, hold, key_of_form, let_go

blueprint = Blueprint("answering", __name__, url_prefix="/answer")
guard(blueprint)
WHY = "whoever has the letter that holds the link answers one question, for their agency"
ENDS = ("answer", "nothing_known", "decline", "immediate_danger")
ACTIONS = ("acknowledge", *ENDS)
ASKED_OF_SOMEBODY = ENDS[:3]  # that a child is in danger now is taken without a name
AGAIN = "Open the link in the letter again: as long as there is no answer, it opens the question."
OTHER = (
    "Another letter's link was opened in this browser since, and nothing of this page was sent. Open again the link in"
)
OTHERS = f"{OTHER} the letter about {{letter}}, and send this there."


@blueprint.get("/<token>")
@public(WHY)
def open_link(token: str) -> Any:
    """From the letter to the question, under an address that says nothing; and from where an answer was sent."""
    if token in ACTIONS:
        return redirect(url_for("answering.show"))
    with desk_of(NOBODY) as desk:
        key = find_key(desk.session, token)
    if key is None:
        note_bad_token()
        raise NotFound(Problem("link_over", OVER))
    hold(key, LINK)
    return redirect(url_for("answering.show"))


@blueprint.get("")
@public(WHY)
def show() -> Any:
    """The question, as the agency's own page shows it."""
    return _render({})


@blueprint.post("/<action>")
@public(WHY)
def answer(action: str) -> Any:
    """Answer, by the same service as whoever has an account."""
    if action not in ACTIONS:
        raise NotFound(Problem("no_action", "There is no such button on this page."))
    key = held_key(LINK)
    if key and key_of_form(LINK) != str(key):
        return show_given_back(
            "This is another question's page", OTHERS.format(letter=request.form.get("letter", ""))
        ), 409
    actor, check_id = _follow(key)
    said = {name: request.form[name] for name in ("answer", "reason", "answered_by") if request.form.get(name)}
    if action in ASKED_OF_SOMEBODY and not said.get("answered_by", "").strip():
        return _render({"answered_by": "Enter your name and your job."}), 422
    try:
        with desk_of(actor) as desk:
            version = request.form.get("version", type=int)
            details = load(LinkAnswerSchema(), said)
            act_on_check(desk, CheckAction(check_id=check_id, action=action, version=version, **details))
    except (Conflict, Invalid, Stale) as refusal:
        told = {each.field for each in refusal.problems if each.code == "not_asked"}
        by_field = errors_by_field(refusal).items()
        return _render(
            {field or "answer": NOT_ASKED if field in told else words for field, words in by_field}
        ), refusal.status
    if action not in ENDS:
        flash("Thank you. We know that you have seen it.")
        return redirect(url_for("answering.show"))
    let_go(LINK)
    return render_template("portal/answered.html")


def _follow(key: UUID | None) -> tuple[Actor, UUID]:
    """Who answers, and which question. NotFound where this browser came by no link that opens anything now."""
    if key is None:
        raise NotFound(Problem("link_left", AGAIN))
    with desk_of(visitor(key)) as desk:
        return follow_link(desk)


def _render(errors: dict[str, str]) -> str:
    key = held_key(LINK)
    actor, check_id = _follow(key)
    with desk_of(actor) as desk:
        asked = find_asked(desk, check_id)
        may = {each.action for each in permitted_on_check(desk, asked.check)}
        idle = state_of(current_app).settings.session_idle_minutes
        shown = {"asked": asked, "may": may, "key": key, "idle": idle}
        page = render_template("portal/question.html", **shown, errors=errors, values=request.form)
        note_reading(desk, "answering.show", asked.people)
        return page
