"""Signing in and out."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from triage.access.actor import NOBODY
from triage.access.routes import public
from triage.access.signin import recognise_person
from triage.state import state_of
from triage.web.access import current_actor, home_url, remember

blueprint = Blueprint("signin", __name__)


@blueprint.get("/")
@public("leads to the sign-in page or to one's own")
def go_home() -> Any:
    """To the page that this person's day begins with."""
    actor = current_actor()
    return redirect(home_url(actor) if actor else url_for("signin.show"))


@blueprint.get("/sign-in")
@public("nobody is signed in yet")
def show() -> Any:
    """The sign-in page."""
    return render_template("sign_in.html", wrong=False, next=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public("nobody is signed in yet")
def sign_in() -> Any:
    """Recognise the person, or say that username and password do not fit, never which."""
    username, password = request.form.get("username", ""), request.form.get("password", "")
    with state_of(current_app).database.transaction(NOBODY) as transaction:
        actor = recognise_person(transaction, username, password[:200])
    if actor is None:
        return render_template("sign_in.html", wrong=True, username=username, next=request.form.get("next", "")), 422
    remember(actor)
    wanted = request.form.get("next", "")
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return redirect(wanted if own else home_url(actor))


@blueprint.post("/sign-out")
@public("signs out whoever is signed in")
def sign_out() -> Any:
    """Forget the session."""
    session.clear()
    return redirect(url_for("signin.show"))
