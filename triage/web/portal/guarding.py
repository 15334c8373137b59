"""No page here loses what was typed: too much asked, a page from long ago, and a database that is away are said with
every field of it, to be sent again, and with the number to ring instead.
"""

import logging
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask_wtf.csrf import CSRFError

from triage.database import UNREACHABLE
from triage.errors import NotFound, TooMany
from triage.problems import RETRY_SECONDS
from triage.services.tellings import Told
from triage.state import state_of
from triage.web.carrying import list_fields
from triage.web.forms import is_typed
from triage.web.portal.holding import LINK, TELLING

log = logging.getLogger("triage")

RING = "If it cannot wait, ring us on {phone}. If a child is in danger now, ring 999."
BUSY_TITLE = "Ring us instead, or try again later"
BUSY = "More was sent from your network address, or from everybody, than this page takes in an hour."
AWAY_TITLE = "This page does not work just now"
AWAY = "This page cannot reach what it needs. Try again in a few seconds."
OUTDATED_TITLE = "Send this once more"
OUTDATED = "This page was opened too long ago."
LOST = "This did not come from a page of ours, and nothing was done."
KEPT = "What you typed is not lost: press Send again."
AGAIN = "again"  # what such a page adds, by which one that is refused once more is known
COOKIES_TITLE = "Your browser keeps no cookies"
COOKIES = (
    "This form needs one cookie, which says only which form is yours. Nothing was sent or kept. Allow cookies for this"
    " site and open the first page again, or ring us and read out what you typed."
)
OTHER_TITLE = "This page is of something else that you told us"
OTHER = (
    "Since you opened this page you began to tell us of somebody else in this browser. So that two children are not"
    " mixed up, nothing was done with this page, and what you typed on it stands below. Go to the first page, and"
    " finish or leave the other one before you write this."
)
LEFT_TITLE = "This page was left, or its form was sent"
LEFT = (
    "This form was sent or left already, or nobody did anything here for {minutes} minutes. It is not open in this"
    " browser any more, so that nobody after you reads it. What was kept of it opens by its reference and code."
)
ANEW = "If you have no code, press Send again: you then begin anew, with what you typed on this page."
UNTYPED = (TELLING, LINK, "letter", AGAIN)  # what a page sends of itself


def guard(blueprint: Blueprint) -> None:
    """Answer these refusals so on every page of this blueprint."""
    blueprint.register_error_handler(TooMany, show_busy)
    blueprint.register_error_handler(NotFound, show_gone)
    blueprint.register_error_handler(CSRFError, show_outdated)
    for away in UNREACHABLE:
        blueprint.register_error_handler(away, show_away)


def show_busy(refusal: TooMany) -> Any:
    """Say whom to ring, and let the same be sent again later."""
    return _say(BUSY_TITLE, BUSY), refusal.status, {"Retry-After": "3600"}


def show_gone(refusal: NotFound) -> Any:
    """Say so, and give back what was typed, for them to ring and read it out."""
    return show_given_back("There is nothing here now", str(refusal)), 404


def show_away(error: Exception) -> Any:
    """The same where the database is away or let others go first."""
    log.error("%s: %s", AWAY_TITLE, type(getattr(error, "orig", None) or error).__name__)
    return _say(AWAY_TITLE, AWAY), 503, {"Retry-After": str(RETRY_SECONDS)}


def show_outdated(_error: CSRFError) -> Any:
    """The same where the page is from before this browser's session, unless another site sent it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return show_instead(OUTDATED_TITLE, LOST), 400
    if AGAIN in request.form and not request.cookies:
        return show_given_back(COOKIES_TITLE, COOKIES), 400
    return _say(OUTDATED_TITLE, OUTDATED), 400


def _say(title: str, words: str) -> str:
    ring = RING.format(phone=state_of(current_app).pack.emergency_phone)
    if request.method == "POST":
        return show_instead(title, f"{words} {KEPT} {ring}", carried=list({**dict(list_fields()), AGAIN: "1"}.items()))
    return show_instead(title, words)


def show_other(told: Told | None) -> Any:
    """Do nothing with what the page of another telling sent: say so, and lose no word of it."""
    if told and not told.sent:
        return show_given_back(OTHER_TITLE, OTHER), 409
    minutes = state_of(current_app).settings.session_idle_minutes
    if request.endpoint != "tell_us.keep":
        return show_given_back(LEFT_TITLE, LEFT.format(minutes=minutes)), 409
    words = f"{LEFT.format(minutes=minutes)} {ANEW}"
    fresh = [(name, said) for name, said in list_fields() if name != TELLING]
    return show_instead(LEFT_TITLE, words, carried=fresh), 409


def show_given_back(title: str, words: str) -> str:
    """A page that says these words, with all that was typed, to be copied or read out."""
    typed = [said for name, said in list_fields() if name not in UNTYPED and is_typed(name, said)]
    return show_instead(title, words, typed)


def show_instead(title: str, words: str, typed: Sequence[str] = (), carried: Sequence[tuple[str, str]] = ()) -> str:
    """A page that says these words, whom to ring, and what was typed, to be read or to be sent again."""
    pack = state_of(current_app).pack
    return render_template("portal/instead.html", title=title, words=words, pack=pack, typed=typed, carried=carried)
