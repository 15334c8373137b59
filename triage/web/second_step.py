"""What is asked after the password: a second factor, or a password of one's own."""

from typing import Any

from flask import Blueprint, current_app, render_template, request

from triage.access.account_log import note, record_account
from triage.access.passwords import keep_own_password
from triage.access.second_factor import check_code, list_factors, use_recovery_code
from triage.access.security_keys import ask_to_sign, check_signature
from triage.access.sessions import Entered, end_all, keep_challenge
from triage.errors import Invalid
from triage.state import state_of
from triage.web.attempts import attempt_succeeded, count_attempt
from triage.web.owing import own_account
from triage.web.sessions import current_session, origin, real_now
from triage.web.signin import step_done

blueprint = Blueprint("second_step", __name__, url_prefix="/sign-in")
WRONG = {
    "code": "This code does not fit, or was used before. Type the one that the app shows now.",
    "recovery_code": "This is none of your recovery codes, or was used before.",
    "answer": "This key did not fit. Try again.",
}


@blueprint.get("/second-factor")
@own_account("second_factor")
def show() -> Any:
    """Ask for the second factor."""
    return _ask()


def _ask(errors: dict[str, str] | None = None) -> Any:
    entered, state = current_session(), state_of(current_app)
    with state.database.transaction(entered.actor) as transaction:
        factors = list_factors(transaction, entered.actor.id)
        asked = ask_to_sign(transaction, entered.actor.id, origin()) if factors.keys else None
        keep_challenge(transaction, entered, asked.challenge if asked else None)
    page = render_template("account/second_factor.html", factors=factors, asked=asked, errors=errors or {})
    return page, 422 if errors else 200


@blueprint.post("/second-factor")
@own_account("second_factor")
def check() -> Any:
    """Go on where it fits."""
    entered = current_session()
    keys = count_attempt(entered.username, "second factor")
    way = next((each for each in ("answer", "recovery_code") if request.form.get(each)), "code")
    if not _fits(entered, way, request.form.get(way, "")):
        note("second_factor_failed", user_id=entered.actor.id, way=way)
        return _ask({way: WRONG[way]})
    attempt_succeeded(keys)
    return step_done(second_factor=True)


def _fits(entered: Entered, way: str, shown: str) -> bool:
    state, mine = state_of(current_app), entered.actor.id
    now = real_now(state)
    with state.database.transaction(entered.actor) as transaction:
        keep_challenge(transaction, entered, None)
        if way == "answer":
            return check_signature(transaction, mine, origin(), entered.challenge, shown, state.clock.now())
        if way == "code":
            return check_code(transaction, mine, state.vault, shown, now)
        used = use_recovery_code(transaction, mine, shown, state.clock.now())
        if used:
            record_account(transaction, entered.actor, mine, "recovery_code_used", state.clock.now())
        return used


@blueprint.get("/new-password")
@own_account("new_password")
def show_new_password() -> Any:
    """Ask for a password that nobody else knows."""
    return render_template("account/new_password.html", errors={})


@blueprint.post("/new-password")
@own_account("new_password")
def keep_new_password() -> Any:
    """Keep it, and end whatever was begun with the old one."""
    entered = current_session()
    try:
        change_password(entered, request.form.get("new_password", ""))
    except Invalid as refusal:
        return render_template(
            "account/new_password.html", errors={each.field: each.message for each in refusal.problems}
        ), 422
    return step_done(second_factor=entered.second_factor)


def change_password(entered: Entered, password: str) -> None:
    """Another password for this person, whose other sessions end. Invalid where it is not to be had."""
    state = state_of(current_app)
    now = state.clock.now()
    with state.database.transaction(entered.actor) as transaction:
        keep_own_password(transaction, entered.actor.id, password, state.pack, now)
        end_all(transaction, entered.actor.id, "password", now, but=entered.id)
        record_account(transaction, entered.actor, entered.actor.id, "password_changed", now)
