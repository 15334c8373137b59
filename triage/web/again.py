"""What was sent and could not be taken just now is carried on: a page with every field of it, to be sent again."""

import logging
from typing import Any

from flask import Blueprint, Flask, g, render_template, request
from flask_wtf.csrf import CSRFError

from triage.database import UNREACHABLE, gave_way
from triage.problems import PERHAPS, RETRY_SECONDS, say_gave_way
from triage.web.access import current_actor, keep_and_sign_in
from triage.web.carrying import list_fields, show_carried

log = logging.getLogger("triage")

AWAY_TITLE = "The service is not available just now"
AWAY = "The service cannot reach its database. Try again in a few seconds."
AWAY_SENT = "The service cannot reach its database. What you typed is not lost: press Send again in a few seconds."
UNDONE = "Nothing was done, and what you typed is not lost: press Send again."
UNSEEN = "Open this page again in a few seconds."
SIGNED_OUT = (
    "You are signed out, and nothing was done. Sign in in another window, then load this page again"
    " and let it send what you typed once more."
)
OUTDATED = "This page was opened too long ago, or did not come from this service. Nothing was done. Open it again."


def register(app: Flask) -> None:
    """A form may lie open as long as its reader is signed in; one from before they signed in again is carried on."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.register_error_handler(CSRFError, show_outdated)


def carry_on(blueprint: Blueprint) -> None:
    """Let no page of this blueprint lose what was typed while the database is away."""
    for away in UNREACHABLE:
        blueprint.register_error_handler(away, show_away)


def show_away(error: Exception) -> Any:
    """Say that the database is away or let others go first, with a button that sends the same to the same address."""
    title, words, unseen = AWAY_TITLE, AWAY_SENT, AWAY
    if gave_way(error):
        title, why = say_gave_way(error)
        words, unseen = f"{why} {PERHAPS if g.get('kept') else UNDONE}", f"{why} {UNSEEN}"
    log.error("%s: %s", title, type(getattr(error, "orig", None) or error).__name__)
    page = _carry(title, words) if request.method == "POST" else _say(title, unseen)
    return page, 503, {"Retry-After": str(RETRY_SECONDS)}


def show_outdated(_error: CSRFError) -> Any:
    """Say that the page is from before this session. Its fields go on, with this session's token, if they are ours."""
    actor = current_actor()
    if request.blueprint == "signin" or not _is_ours():
        return _say("This page is out of date", OUTDATED), 400
    if actor is None:
        return _keep_signed_out()
    words = (
        f"This page was opened before you signed in as {actor.name}. Nothing was done, and what was typed is not lost."
    )
    return _carry("Send this again", words), 400


def _keep_signed_out() -> Any:
    try:
        return keep_and_sign_in() or (_say("You are signed out", SIGNED_OUT), 400)
    except UNREACHABLE as error:
        return show_away(error)


def _is_ours() -> bool:
    """Whether a page of this service sent it, as far as the browser says: what others made up is not carried on."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _carry(title: str, message: str) -> str:
    return show_carried(title, message, request.path, list_fields())


def _say(title: str, message: str) -> str:
    return render_template("error.html", title=title, messages=[message])
