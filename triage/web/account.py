"""One's own account: where one is signed in, the password, the second factor."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from triage.access.account_log import record_account
from triage.access.second_factor import list_factors
from triage.access.sessions import end_all, end_session, list_sessions
from triage.errors import Invalid
from triage.state import state_of
from triage.web.attempts import confirm_password
from triage.web.owing import own_account
from triage.web.second_step import change_password
from triage.web.sessions import current_session, limits_of

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@own_account(None)
def show() -> Any:
    """Where one is signed in, and how."""
    return _page()


def _page(errors: dict[str, str] | None = None) -> Any:
    entered, state = current_session(), state_of(current_app)
    with state.database.transaction(entered.actor) as transaction:
        sessions = list_sessions(transaction, entered.actor.id, state.clock.now(), limits_of(state))
        factors = list_factors(transaction, entered.actor.id)
        page = render_template(
            "account/show.html", sessions=sessions, here=entered, factors=factors, errors=errors or {}
        )
    return page, 422 if errors else 200


@blueprint.post("/sessions/<uuid:session_id>/end")
@own_account(None)
def end_one(session_id: UUID) -> Any:
    """Sign out one browser."""
    entered, state = current_session(), state_of(current_app)
    with state.database.transaction(entered.actor) as transaction:
        end_session(transaction, entered.actor.id, session_id, "by_hand", state.clock.now())
    return redirect(url_for("account.show"))


@blueprint.post("/sign-out-everywhere")
@own_account(None)
def sign_out_everywhere() -> Any:
    """Sign out every browser, this one too."""
    entered, state = current_session(), state_of(current_app)
    now = state.clock.now()
    with state.database.transaction(entered.actor) as transaction:
        end_all(transaction, entered.actor.id, "everywhere", now)
        record_account(transaction, entered.actor, entered.actor.id, "signed_out_everywhere", now)
    session.clear()
    return redirect(url_for("signin.show"))


@blueprint.post("/password")
@own_account(None)
def keep_password() -> Any:
    """Another password, for whoever knows the one before."""
    entered = current_session()
    try:
        confirm_password(entered, request.form.get("password", ""))
        change_password(entered, request.form.get("new_password", ""))
    except Invalid as refusal:
        return _page({each.field: each.message for each in refusal.problems})
    return redirect(url_for("account.show"))
