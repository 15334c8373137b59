"""Signing in and out."""

import re
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for

from triage.access.account_log import note
from triage.access.actor import NOBODY, Actor
from triage.access.passwords import MOST
from triage.access.routes import public
from triage.access.second_factor import owed
from triage.access.signin import recognise_person
from triage.errors import NotFound, Problem
from triage.services.drafts import PAGE
from triage.state import state_of
from triage.web.access import home_url
from triage.web.attempts import attempt_succeeded, count_attempt
from triage.web.devices import remember_device
from triage.web.sessions import current_actor, current_session, finish_session, go_on, start_session

blueprint = Blueprint("signin", __name__)
OURS = re.compile(PAGE.pattern + r"(\?[A-Za-z0-9_~./&=%+:,-]*)?")  # such a page, and what may be asked of it
STEPS = {
    "second_factor": "second_step.show",
    "new_password": "second_step.show_new_password",
    "setting_up": "factors.show",
}


@blueprint.get("/")
@public("leads to the sign-in page or to one's own")
def go_home() -> Any:
    """To the page that this person's day begins with."""
    actor = current_actor()
    return redirect(home_url(actor) if actor else url_for("signin.show"))


@blueprint.get("/sign-in")
@public("nobody is signed in yet")
def show() -> Any:
    """The sign-in page or, where somebody is half signed in, what they still owe."""
    entered = current_session()
    if entered and entered.owes:
        return redirect(url_for(STEPS[entered.owes]))
    return show_form(next=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public("nobody is signed in yet")
def sign_in() -> Any:
    """Recognise the person, or say that username and password do not fit, never which."""
    if not state_of(current_app).settings.local_accounts:
        raise NotFound(Problem("no_local_accounts", "Nobody signs in here by username and password."))
    username, wanted = request.form.get("username", ""), request.form.get("next", "")
    keys = count_attempt(username)
    with state_of(current_app).database.transaction(NOBODY) as transaction:
        actor = recognise_person(transaction, username, request.form.get("password", "")[: 2 * MOST])
    if actor is None:
        note("sign_in_failed")
        return show_form(wrong=True, username=username, next=wanted), 422
    attempt_succeeded(keys)
    return let_in(actor, username, "local", wanted)


def show_form(**values: Any) -> str:
    """The form, with what was typed before."""
    settings = state_of(current_app).settings
    ways = {"local": settings.local_accounts, "provider": settings.oidc_name if settings.oidc_issuer else None}
    return render_template("sign_in.html", **({"wrong": False, "next": ""} | ways | values))


def let_in(actor: Actor, username: str, how: str, wanted: str = "") -> Response:
    """Begin the session of whoever was recognised. A provider asks for a second factor itself."""
    owes = _what_is_owed(actor, second_factor=False) if how == "local" else None
    start_session(actor, how, owes=owes, second_factor=how != "local")
    note("password_accepted" if owes else "signed_in", user_id=actor.id, how=how)
    return _lead_on(actor, username, owes, wanted)


def step_done(*, second_factor: bool) -> Response:
    """One step of signing in is done: on to the next, under another token."""
    entered, wanted = current_session(), session.get("next", "")
    owes = _what_is_owed(entered.actor, second_factor=second_factor)
    go_on(entered, owes=owes, second_factor=second_factor)
    if entered.owes and not owes:
        note("signed_in", user_id=entered.actor.id, how=entered.how)
    return _lead_on(entered.actor, entered.username, owes, wanted)


def _what_is_owed(actor: Actor, *, second_factor: bool) -> str | None:
    state = state_of(current_app)
    demanded = state.settings.second_factor_required
    with state.database.transaction(actor) as transaction:
        return owed(transaction, actor.id, second_factor=second_factor, demanded=demanded)


def _lead_on(actor: Actor, username: str, owes: str | None, wanted: str) -> Response:
    """To the step that is owed, else to where they wanted to go in a browser that is known from now on."""
    wanted = wanted if OURS.fullmatch(wanted) else ""
    if owes:
        session["next"] = wanted
        return redirect(url_for(STEPS[owes]))
    return remember_device(redirect(wanted or home_url(actor)), username)


@blueprint.post("/sign-out")
@public("signs out whoever is signed in")
def sign_out() -> Any:
    """End the session."""
    entered = current_session()
    session.clear()
    if entered is None:
        return redirect(url_for("signin.show"))
    finish_session(entered, "signed_out")
    note("signed_out", user_id=entered.actor.id)
    return redirect(url_for("oidc.show_signed_out" if entered.how == "oidc" else "signin.show"))
