"""Setting up a second factor: while signing in, where nobody may be without, or on one's own account page."""

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for

from triage.access.account_log import record_account
from triage.access.second_factor import (
    add_app,
    list_factors,
    new_recovery_codes,
    offered_app,
    remove_app,
)
from triage.access.security_keys import ask_to_register, register, remove_key
from triage.access.sessions import Entered, end_all, keep_challenge
from triage.errors import Invalid, invalid
from triage.models import User
from triage.state import state_of
from triage.web.attempts import confirm_password
from triage.web.owing import own_account
from triage.web.sessions import current_session, origin, real_now
from triage.web.signin import step_done

blueprint = Blueprint("factors", __name__, url_prefix="/account/second-factor")
WRONG_CODE = "This code does not fit. Type the one that the app shows now."
WRONG_KEY = "The key did not answer what it was asked. Try again."


@blueprint.get("")
@own_account("setting_up", None)
def show() -> Any:
    """Offer an app and a security key."""
    return _offer()


def _offer(errors: dict[str, str] | None = None) -> Any:
    entered, state = current_session(), state_of(current_app)
    with state.database.transaction(entered.actor) as transaction:
        factors = list_factors(transaction, entered.actor.id)
        user = transaction.get_one(User, entered.actor.id)
        app = None if factors.app_since else offered_app(transaction, user, state.vault)
        asked = ask_to_register(transaction, user, origin())
        keep_challenge(transaction, entered, asked.challenge)
    page = render_template(
        "account/set_up.html",
        factors=factors,
        asked=asked,
        app=app and _as_picture(app),
        confirms=entered.owes is None,
        errors=errors or {},
    )
    return page, 422 if errors else 200


def _as_picture(address: str) -> dict[str, str]:
    """The address as a QR code, and its secret to be typed."""
    secret = address.partition("secret=")[2].partition("&")[0]
    typed = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"picture": segno.make(address, micro=False).svg_data_uri(scale=5, border=4, light="white"), "typed": typed}


@blueprint.post("/app")
@own_account("setting_up", None)
def keep_app() -> Any:
    """The app counts from now, if it shows what it should."""
    return _add("app_added", _add_app)


@blueprint.post("/key")
@own_account("setting_up", None)
def keep_key() -> Any:
    """The key counts from now, if it answers what it was asked."""
    return _add("security_key_added", _add_key)


def _add_app(transaction: Any, entered: Entered) -> None:
    state = state_of(current_app)
    code, since = request.form.get("code", ""), state.clock.now()
    if not add_app(transaction, entered.actor.id, state.vault, code, real_now(state), since=since):
        raise invalid("code", WRONG_CODE)


def _add_key(transaction: Any, entered: Entered) -> None:
    answer, name = request.form.get("answer", ""), request.form.get("name", "")
    now = state_of(current_app).clock.now()
    if not register(transaction, entered.actor.id, origin(), entered.challenge, answer, name, now):
        raise invalid("answer", WRONG_KEY)


def _add(event: str, add: Any) -> Any:
    """Add one, on record. With the first come the codes for whoever loses it, shown this once."""
    entered, state = current_session(), state_of(current_app)
    try:
        _confirm(entered)
        with state.database.transaction(entered.actor) as transaction:
            first = not list_factors(transaction, entered.actor.id)
            add(transaction, entered)
            codes = new_recovery_codes(transaction, entered.actor.id) if first else []
            _note(transaction, entered, event)
    except Invalid as refusal:
        return _offer({each.field or "code": each.message for each in refusal.problems})
    return _show_codes(step_done(second_factor=True), codes) if codes else step_done(second_factor=True)


def _show_codes(onward: Response, codes: list[str]) -> Response:
    """The codes, before whoever has them goes on."""
    page = make_response(render_template("account/recovery_codes.html", codes=codes, onward=onward.location))
    for cookie in onward.headers.getlist("Set-Cookie"):
        page.headers.add("Set-Cookie", cookie)
    return page


@blueprint.post("/remove")
@own_account(None)
def remove() -> Any:
    """Take the app or a key away."""
    return _change("second_factor_removed", _remove)


@blueprint.post("/codes")
@own_account(None)
def renew_codes() -> Any:
    """New recovery codes in place of the old."""
    entered = current_session()
    codes: list[str] = []
    refused = _change(
        "recovery_codes_renewed", lambda transaction: codes.extend(new_recovery_codes(transaction, entered.actor.id))
    )
    return (
        render_template("account/recovery_codes.html", codes=codes, onward=url_for("account.show"))
        if codes
        else refused
    )


def _change(event: str, change: Any) -> Any:
    entered, state = current_session(), state_of(current_app)
    try:
        _confirm(entered)
        with state.database.transaction(entered.actor) as transaction:
            change(transaction)
            _note(transaction, entered, event)
    except Invalid as refusal:
        return _offer({each.field or "code": each.message for each in refusal.problems})
    return redirect(url_for("account.show"))


def _remove(transaction: Any) -> None:
    entered, which = current_session(), request.form.get("which", "")
    if which == "app":
        remove_app(transaction, entered.actor.id)
        return
    try:
        remove_key(transaction, entered.actor.id, UUID(which))
    except ValueError:
        raise invalid("password", "Say which to remove.") from None


def _confirm(entered: Entered) -> None:
    """Whoever is signed in already shows their password once more."""
    if entered.owes is None:
        confirm_password(entered, request.form.get("password", ""))


def _note(transaction: Any, entered: Entered, event: str) -> None:
    now = state_of(current_app).clock.now()
    record_account(transaction, entered.actor, entered.actor.id, event, now)
    end_all(transaction, entered.actor.id, "factor", now, but=entered.id)
