"""Attempts to show who one is: each is counted before it is made, and one that came too soon is answered in words."""

import math
from datetime import timedelta

from flask import Response, abort, current_app, make_response, render_template, request

from triage.access.account_log import note
from triage.access.actor import NOBODY
from triage.access.attempts import begin_attempt, end_attempt
from triage.access.delays import Keys, keys_for
from triage.access.passwords import MOST
from triage.access.sessions import Entered
from triage.access.signin import recognise_person
from triage.errors import invalid
from triage.state import state_of
from triage.web.devices import known_device

WAIT_TITLE = "Wait before you try again"
WAIT = "There were too many wrong tries. Wait {wait}, then try again. If you cannot remember it, ask an administrator."
WRONG_PASSWORD = "This is not your password."  # noqa: S105


def count_attempt(username: str, what: str = "password") -> Keys:
    """Count an attempt to show `what` for this account from here, or end the request where it came too soon."""
    keys = keys_for(username.strip().casefold(), request.remote_addr or "", known_device(username), what)
    state = state_of(current_app)
    with state.database.transaction(NOBODY) as transaction:
        wait, counted = begin_attempt(transaction, keys, state.clock.now())
    if wait > timedelta(0):
        abort(_say_wait(wait))
    return counted


def attempt_succeeded(keys: Keys) -> None:
    """It was no failure."""
    state = state_of(current_app)
    with state.database.transaction(NOBODY) as transaction:
        end_attempt(transaction, keys, state.clock.now())


def confirm_password(entered: Entered, password: str) -> None:
    """Whoever changes how they are recognised shows once more who they are. Invalid where it is not their password."""
    keys = count_attempt(entered.username)
    with state_of(current_app).database.transaction(NOBODY) as transaction:
        recognised = recognise_person(transaction, entered.username, password[: 2 * MOST])
    if recognised is None:
        note("confirmation_failed", user_id=entered.actor.id)
        raise invalid("password", WRONG_PASSWORD)
    attempt_succeeded(keys)


def _say_wait(wait: timedelta) -> Response:
    """For a name that nobody has as for any other."""
    seconds = math.ceil(wait.total_seconds())
    note("attempt_delayed", wait_seconds=seconds)
    words = f"{seconds} seconds" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
    page = render_template("error.html", title=WAIT_TITLE, messages=[WAIT.format(wait=words)])
    return make_response(page, 429, {"Retry-After": str(seconds)})
