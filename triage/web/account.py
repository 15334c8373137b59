"""One's own account: where one is signed in, the password, the second factor; one's home, and families one knows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from triage.access.account_log import record_account
from triage.access.second_factor import list_factors
from triage.access.sessions import end_all, end_session, list_sessions
from triage.errors import Invalid
from triage.models.codes import INTERESTS
from triage.schemas.interest import DeclareSchema
from triage.services.desk import Desk
from triage.services.interests import declare_interest, keep_home
from triage.state import state_of
from triage.store.nearness import find_interests
from triage.web.access import open_desk
from triage.web.attempts import confirm_password
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import begin, was_sent
from triage.web.owing import own_account
from triage.web.second_step import change_password
from triage.web.sessions import current_session, limits_of

blueprint = Blueprint("account", __name__, url_prefix="/account")
DECLARED = tuple(DeclareSchema().fields)


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
        given = find_interests(transaction, entered.actor.id)
        form = begin(Desk(transaction, entered.actor, state.clock, state.pack), url_for("account.show"), request.form)
        page = render_template(
            "account/show.html",
            sessions=sessions,
            here=entered,
            factors=factors,
            given=given,
            relations=INTERESTS,
            form=form,
            values=request.form or {"postcode": given.postcode or ""},
            errors=errors or {},
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
        return _page(errors_by_field(refusal))
    return redirect(url_for("account.show"))


@blueprint.post("/home")
@own_account(None)
def keep_own_home() -> Any:
    """Where one lives, so that a record of that address is not opened unseen."""
    return _keep(lambda desk: keep_home(desk, desk.actor.id, request.form.get("postcode", "")))


@blueprint.post("/interests")
@own_account(None)
def declare() -> Any:
    """That a case is about one's own family, or about people whom one knows."""
    return _keep(lambda desk: declare_interest(desk, load(DeclareSchema(), nest(request.form, DECLARED))))


def _keep(do: Callable[[Desk], Any]) -> Any:
    try:
        with open_desk() as desk:
            do(desk)
            was_sent(desk)
    except Invalid as refusal:
        return _page(errors_by_field(refusal))
    return redirect(url_for("account.show"))
