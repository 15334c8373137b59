"""Whose session a request belongs to: its token stands in the signed cookie, and all else in the database."""

from datetime import datetime, timedelta

from flask import current_app, g, request, session

from triage.access.actor import NOBODY, Actor
from triage.access.sessions import (
    Beginning,
    Entered,
    Limits,
    begin_session,
    end_session,
    find_session,
    renew_session,
)
from triage.state import State, state_of
from triage.web.devices import describe

TOKEN = "token"  # noqa: S105 - where it stands, not what it is


def limits_of(state: State) -> Limits:
    """How long sessions last here."""
    settings = state.settings
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def real_now(state: State) -> datetime:
    """The time that everybody's clocks tell, in the demo too: an app's codes go by it."""
    return state.clock.now() - timedelta(seconds=state.settings.clock_offset_seconds)


def origin() -> str:
    """Where people find the service, as their browsers say it: what a security key signs for."""
    return (state_of(current_app).settings.public_url or request.host_url).rstrip("/")


def current_session() -> Entered | None:
    """This request's session, read once: timed out or not, whatever is still owed."""
    if "entered" not in g:
        g.entered = None  # where the database is away it is asked once
        if TOKEN in session:
            state = state_of(current_app)
            with state.database.transaction(NOBODY) as transaction:
                g.entered = find_session(transaction, session[TOKEN], state.clock.now(), limits_of(state))
    return g.entered


def current_actor() -> Actor | None:
    """Who is signed in, and has shown all that was asked of them."""
    entered = current_session()
    return entered.actor if entered and not entered.timed_out and entered.owes is None else None


def expired_actor() -> Actor | None:
    """Who was signed in until this session timed out or was ended: what they sent is theirs, and not done."""
    entered = current_session()
    return entered.actor if entered and entered.timed_out else None


def start_session(actor: Actor, how: str, *, owes: str | None, second_factor: bool = False) -> None:
    """Begin a session for this person, with nothing left of the one before."""
    state, before = state_of(current_app), current_session()
    if before:
        finish_session(before, "replaced")
    beginning = Beginning(how, owes, second_factor, describe(request.user_agent.string))
    with state.database.transaction(actor) as transaction:
        token = begin_session(transaction, actor, state.clock.now(), limits_of(state), beginning)
    _hold(token)


def go_on(entered: Entered, *, owes: str | None, second_factor: bool) -> None:
    """The same session under another token: its person has shown more."""
    state = state_of(current_app)
    with state.database.transaction(entered.actor) as transaction:
        token = renew_session(transaction, entered, state.clock.now(), owes=owes, second_factor=second_factor)
    _hold(token)


def finish_session(entered: Entered, why: str) -> None:
    """End it, here and in the browser."""
    state = state_of(current_app)
    with state.database.transaction(entered.actor) as transaction:
        end_session(transaction, entered.actor.id, entered.id, why, state.clock.now())
    session.clear()
    g.entered = None


def _hold(token: str) -> None:
    session.clear()
    session[TOKEN] = token
    g.pop("entered", None)
