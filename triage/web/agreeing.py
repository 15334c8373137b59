"""Accounts that wait until information governance or a MASH manager agrees: what was asked for, by whom and why."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from triage.access.accounts import list_unagreed
from triage.errors import DomainError
from triage.services.agreeing import agree, refuse
from triage.state import state_of
from triage.store.staff import list_names
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field

blueprint = Blueprint("agreeing", __name__, url_prefix="/agreements")
carry_on(blueprint)


@blueprint.get("")
@may("accounts.agree")
def show_all() -> Any:
    """Each account that waits."""
    return _page({})


@blueprint.post("/<uuid:user_id>/agree")
@may("accounts.agree")
def agree_to(user_id: UUID) -> Any:
    """Open it, and show its first password this once, if it has none."""
    with_password = state_of(current_app).settings.local_accounts
    try:
        with open_desk() as desk:
            user, password = agree(desk, user_id, with_password=with_password)
            if password:
                back = url_for("agreeing.show_all")
                return render_template("admin/first_password.html", account=user, password=password, back=back)
    except DomainError as refusal:
        return _page(errors_by_field(refusal)), refusal.status
    return _done("The account is open.")


@blueprint.post("/<uuid:user_id>/refuse")
@may("accounts.agree")
def refuse_one(user_id: UUID) -> Any:
    """Leave it closed."""
    try:
        with open_desk() as desk:
            refuse(desk, user_id, request.form.get("reason", ""))
    except DomainError as refusal:
        errors = {f"{user_id}.reason" if field else "": words for field, words in errors_by_field(refusal).items()}
        return _page(errors), refusal.status
    return _done("The account stays closed.")


def _done(words: str) -> Any:
    flash(words)
    return redirect(url_for("agreeing.show_all"))


def _page(errors: dict[str, str]) -> str:
    with open_desk() as desk:
        waiting = list_unagreed(desk.session)
        names = list_names(desk.session, (event.actor_id for _user, events in waiting for event in events))
        pack = state_of(current_app).pack
        places = {code: team["name"] for code, team in pack.teams.items()} | dict(pack.localities)
        values = request.form
        return render_template(
            "admin/agreements.html", waiting=waiting, names=names, places_by_code=places, values=values, errors=errors
        )
