"""Administrators' pages: who has an account and what they do here, and the tokens of systems. No case is on them."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.accounts import GIVEN_ROLES, Post, find_account, list_accounts, list_tokens, revoke_token
from triage.errors import DomainError, Invalid, NotFound, Problem
from triage.models import User
from triage.services.accounts import (
    AccountChange,
    change_home,
    change_post,
    close_account,
    open_account,
    reopen_account,
    reset_password,
    reset_second_factor,
)
from triage.services.desk import Desk
from triage.services.failing import list_letters
from triage.state import state_of
from triage.store.nearness import find_home
from triage.store.webhooks import count_failed
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field
from triage.web.keeping import begin, was_sent

blueprint = Blueprint("accounts", __name__, url_prefix="/admin")
carry_on(blueprint)
POST = tuple(field.name for field in fields(Post))
CHANGES: dict[str, Callable[[Desk, AccountChange], Any]] = {
    "post": lambda desk, change: change_post(desk, change, _read_post()),
    "home": lambda desk, change: change_home(desk, change, request.form.get("postcode", "")),
    "close": close_account,
    "reopen": reopen_account,
    "second-factor": reset_second_factor,
    "password": reset_password,
}


@blueprint.get("/users")
@may("accounts.read")
def show_all() -> Any:
    """Everybody who has an account."""
    choices = _choices()
    named = dict(choices["teams"] + choices["localities"])
    with open_desk() as desk:
        accounts, given_up = list_accounts(desk.session), sum(count_failed(desk.session).values())
        told = {"accounts": accounts, "given_up": given_up, "not_sent": list_letters(desk, 0)[1]}
        return render_template("admin/accounts.html", places_by_code=named, **told)


@blueprint.get("/users/new")
@may("accounts.write")
def show_new() -> Any:
    """The form for a new account."""
    return _form({})


@blueprint.post("/users/new")
@may("accounts.write")
def add() -> Any:
    """Open the account, and show its first password this once."""
    with_password = state_of(current_app).settings.local_accounts
    try:
        with open_desk() as desk:
            username, name = request.form.get("username", ""), request.form.get("name", "")
            user, password = open_account(desk, username, name, _read_post(), with_password=with_password)
            was_sent(desk)
            return _show_password(user, password) if password else redirect(url_for("accounts.show", user_id=user.id))
    except Invalid as refusal:
        return _form(errors_by_field(refusal)), 422


@blueprint.get("/users/<uuid:user_id>")
@may("accounts.read")
def show(user_id: UUID) -> Any:
    """One account, and what can be done to it."""
    return _page(user_id, {})


@blueprint.post("/users/<uuid:user_id>/<what>")
@may("accounts.write")
def change(user_id: UUID, what: str) -> Any:
    """Do it, with the reason that was given."""
    if what not in CHANGES:
        raise NotFound(Problem("no_such_change", "There is nothing of that name to be done to an account."))
    try:
        with open_desk() as desk:
            done = CHANGES[what](desk, AccountChange(user_id, request.form.get("reason", "")))
            was_sent(desk)
            if what == "password" and done:
                return _show_password(find_account(desk.session, user_id), done)
    except DomainError as refusal:
        return _page(user_id, errors_by_field(refusal)), refusal.status
    return redirect(url_for("accounts.show", user_id=user_id))


@blueprint.get("/tokens")
@may("accounts.read")
def show_tokens() -> Any:
    """Every token of a system: how it begins, and when it was last used."""
    with open_desk() as desk:
        return render_template("admin/tokens.html", tokens=list_tokens(desk.session))


@blueprint.post("/tokens/<prefix>/revoke")
@may("accounts.write")
def revoke(prefix: str) -> Any:
    """It counts no more."""
    with open_desk() as desk:
        revoke_token(desk.session, desk.actor, prefix, desk.now)
    return redirect(url_for("accounts.show_tokens"))


def _read_post() -> Post:
    return Post(*(request.form.get(name) or None for name in POST))


def _choices() -> dict[str, list[tuple[str, str]]]:
    pack = state_of(current_app).pack
    teams = [(code, team["name"]) for code, team in pack.teams.items()]
    agencies = list(pack.agencies.items())
    return {
        "agencies": agencies,
        "roles": list(GIVEN_ROLES.items()),
        "teams": teams,
        "localities": list(pack.localities.items()),
    }


def _form(errors: dict[str, str]) -> str:
    with open_desk() as desk:
        form = begin(desk, url_for("accounts.show_new"), request.form)
    return render_template("admin/new_account.html", form=form, values=form.values, errors=errors, **_choices())


def _page(user_id: UUID, errors: dict[str, str]) -> str:
    with open_desk() as desk:
        user = find_account(desk.session, user_id)
        values = request.form or {name: getattr(user, name) or "" for name in POST} | {
            "postcode": find_home(desk.session, user_id) or ""
        }
        form = begin(desk, url_for("accounts.show", user_id=user_id), MultiDict(values))
        shown = {"form": form, "values": form.values, "errors": errors}
        return render_template("admin/account.html", account=user, **shown, **_choices())


def _show_password(user: User, password: str) -> str:
    return render_template(
        "admin/first_password.html",
        account=user,
        password=password,
        back=url_for("accounts.show", user_id=user.id),
    )
