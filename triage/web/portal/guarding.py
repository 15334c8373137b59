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
from triage.state import state_of
from triage.web.carrying import list_fields, show_carried
from triage.web.forms import is_typed

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
    typed = [said for name, said in list_fields() if is_typed(name, said)]
    return show_instead("There is nothing here now", str(refusal), typed), 404


def show_away(error: Exception) -> Any:
    """The same where the database is away or let others go first."""
    log.error("%s: %s", AWAY_TITLE, type(getattr(error, "orig", None) or error).__name__)
    return _say(AWAY_TITLE, AWAY), 503, {"Retry-After": str(RETRY_SECONDS)}


def show_outdated(_error: CSRFError) -> Any:
    """The same where the page is from before this browser's session, unless another site sent it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return show_instead(OUTDATED_TITLE, LOST), 400
    return _say(OUTDATED_TITLE, OUTDATED), 400


def _say(title: str, words: str) -> str:
    ring = RING.format(phone=state_of(current_app).pack.emergency_phone)
    if request.method == "POST":
        return show_carried(title, f"{words} {KEPT} {ring}", request.path, list_fields())
    return show_instead(title, words)


def show_instead(title: str, words: str, typed: Sequence[str] = ()) -> str:
    """A page that says these words, whom to ring, and what was typed."""
    pack = state_of(current_app).pack
    return render_template("portal/instead.html", title=title, words=words, pack=pack, typed=typed)
