"""Going on with what one began to tell, here or elsewhere, by its reference and code; and leaving nothing behind."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from triage.access.actor import NOBODY
from triage.access.routes import public
from triage.errors import Conflict, Invalid, NotFound
from triage.limits import note_sent
from triage.schemas.disagreement import DisagreeSchema
from triage.services.disagreeing import disagree_as_visitor
from triage.services.progress import show_progress as progress_of
from triage.services.tellings import Told, belongs, find_by_code, give_code, open_telling, throw_away
from triage.state import state_of
from triage.web.forms import errors_by_field, load
from triage.web.portal.guarding import guard, show_other
from triage.web.portal.holding import (
    LINK,
    TELLING,
    desk_of,
    desk_of_visitor,
    held_key,
    hold,
    key_of_form,
    let_go,
    read_held,
)
from triage.web.portal.telling import next_page

blueprint = Blueprint("resuming", __name__, url_prefix="/tell-us")
guard(blueprint)
ELSEWHERE = "https://www.bbc.co.uk/weather"  # as GOV.UK's pages lead whoever has to leave at once
WHY = "whoever began to tell us goes on by a reference and a code that nobody guesses"


@blueprint.get("/resume")
@public(WHY)
def show() -> Any:
    """Where reference and code are typed."""
    return render_template("portal/resume.html", values={}, errors={})


@blueprint.post("/resume")
@public(WHY)
def resume() -> Any:
    """Go on where it was left, or say that reference and code do not fit together."""
    try:
        told = open_by_code()
    except NotFound as refusal:
        return render_template("portal/resume.html", values=request.form, errors=errors_by_field(refusal)), 404
    hold(told.key)
    return redirect(url_for("resuming.show_progress") if told.sent else next_page(told.pages))


@blueprint.get("/progress")
@public(WHY)
def show_progress() -> Any:
    """Where it stands, in safe words, for whoever sent it; or where reference and code are typed."""
    return _show_progress({}, {})


@blueprint.post("/disagree")
@public("a professional who told us may say that they disagree with what was decided, and needs no account")
def disagree() -> Any:
    """Keep that they disagree, and show by when it is answered."""
    key = held_key()
    if key is None or key_of_form() != str(key):
        return show_other(read_held())
    note_sent()
    try:
        said = load(DisagreeSchema(), {"words": request.form.get("words", "")})
        with desk_of_visitor(key) as desk:
            disagree_as_visitor(desk, days=state_of(current_app).settings.progress_days, **said)
    except (Invalid, Conflict) as refusal:
        return _show_progress(request.form, errors_by_field(refusal)), refusal.status
    return redirect(url_for("resuming.show_progress"))


def _show_progress(values: Mapping[str, str], errors: dict[str, str]) -> Any:
    key, state = held_key(), state_of(current_app)
    if key is None:
        return redirect(url_for("resuming.show"))
    with desk_of_visitor(key) as desk:
        progress = progress_of(desk)
    if progress is None:
        return redirect(url_for("resuming.show"))
    shown = {"progress": progress, "key": key, "pack": state.pack, "values": values, "errors": errors}
    return render_template("portal/progress.html", **shown)


def open_by_code() -> Told:
    """The telling that the reference and the code that were sent open together. NotFound where none."""
    reference, code = (request.form.get(name, "") for name in ("reference", "code"))
    with desk_of(NOBODY) as desk:
        key = find_by_code(desk.session, code)
    with desk_of_visitor(key) as desk:
        return belongs(open_telling(desk, state_of(current_app).vault), reference)


@blueprint.post("/code")
@public(WHY)
def show_code() -> Any:
    """A new code: it is shown this once."""
    key = held_key()
    if key is None or key_of_form() != str(key):
        return show_other(read_held())
    with desk_of_visitor(key) as desk:
        code, told = give_code(desk), open_telling(desk, state_of(current_app).vault)
    return render_template("portal/code.html", told=told, code=code, days=state_of(current_app).settings.telling_days)


@blueprint.post("/leave")
@public(WHY)
def leave() -> Any:
    """Leave nothing in this browser; what was typed stays, or goes too. Who says "now" is led elsewhere at once."""
    key, told = held_key(), read_held()
    if "forget" in request.form and key and key_of_form() != str(key):
        return show_other(told)
    let_go(TELLING, LINK)
    if "now" in request.form:
        return "", 200, {"Refresh": f"0; url={ELSEWHERE}"}  # a form may be sent to nobody but us, nor led on from there
    left = _forget(key, told) if "forget" in request.form else "left"
    return render_template("portal/left.html", left=left, told=told, state=state_of(current_app))


def _forget(key: UUID | None, told: Told | None) -> str:
    """Throw it away. What came of that: "deleted", "sent" already, or "kept" because nothing is before this browser."""
    if told is None or key is None:
        return "kept"
    with desk_of_visitor(key) as desk:
        return "deleted" if throw_away(desk) else "sent"
