"""Errors as answers: problem details for systems, a page that says what to do for people. Never a stack trace."""

import logging
from contextlib import suppress
from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from triage.database import UNREACHABLE, gave_way
from triage.errors import DomainError, Problem, Stale, flatten_messages
from triage.problems import PERHAPS, RETRY_SECONDS, domain_problem, problem_response, say_gave_way
from triage.services.files import say_size
from triage.state import state_of

log = logging.getLogger("triage")

UNDONE = "Nothing you sent was done: send it again."
PLAIN = {
    405: ("This cannot be sent there", "Nothing was done. Open the page again, and use the buttons on it."),
    413: ("This is too much at once", ""),
}
AWAY_TITLE = "The service cannot reach its database"
AWAY = "The service cannot reach its database. Nothing you sent was lost or half-saved: try again in a few seconds."


def register_handlers(app: Flask) -> None:
    """Give every error its answer."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(HTTPException, _http)
    for away in UNREACHABLE:
        app.register_error_handler(away, _away)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(DBAPIError, _unexpected)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: DomainError) -> Any:
    if _is_api():
        return domain_problem(error)
    if error.status in (403, 404) and "draft" in request.args:  # what they typed is theirs, though the page is not
        return redirect(url_for("drafts.show_all", lost=request.args["draft"]))
    page, status = _page(error.status, error.title, [problem.message for problem in error.problems])
    return page, status, {"Retry-After": str(error.retry_seconds)} if error.retry_seconds else {}


def _stale(_error: StaleDataError) -> Any:
    return _domain(Stale(Problem("stale", "Somebody changed this at the same moment. Read it again, then act.")))


def _http(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if not _is_api():
        return _http_page(error)
    messages = getattr(error, "data", {}).get("messages", {})
    problems = tuple(flatten_messages({} if not messages else _without_location(messages)))
    return problem_response(
        error.code, "Check what you sent" if problems else error.name, problems, detail=_detail(error, problems)
    )


def _http_page(error: HTTPException) -> Any:
    """To the page that an address belongs to which is only sent to; else what went wrong, and the way back."""
    if error.code == 405 and request.method in ("GET", "HEAD"):
        return redirect(find_page(request.path.rpartition("/")[0]))
    title, words = PLAIN.get(error.code, (error.name, ""))
    back = find_page(request.path) if error.code == 413 else None
    return _page(error.code, title, [words or _detail(error, ())], back)


def find_page(path: str) -> str:
    """The page of that path or, where it is none that can be opened, the nearest above it."""
    adapter = current_app.url_map.bind_to_environ(request.environ)
    while path:
        with suppress(HTTPException):
            adapter.match(path, method="GET")
            return path
        path = path.rpartition("/")[0]
    return "/"


def _detail(error: HTTPException, problems: tuple[Problem, ...]) -> str:
    if problems:
        return ""
    if error.code == 413:
        return _say_less()
    return error.description or error.name


def _say_less() -> str:
    """What to do where too much was sent."""
    if request.max_content_length == current_app.config["MAX_CONTENT_LENGTH"]:
        return f"This is too much at once: the most is {say_size(request.max_content_length)}. Shorten it."
    most = say_size(state_of(current_app).settings.file_limit)
    return f"This file is too large: the most is {most}. Scan it with less detail, or in parts."


def _without_location(messages: dict[str, Any]) -> Any:
    """webargs puts the place ("json", "query") above the fields."""
    return next(iter(messages.values())) if set(messages) <= {"json", "query", "headers", "files"} else messages


def _away(error: Exception) -> Any:
    title, detail, seen = AWAY_TITLE, AWAY, "The service is not available just now"
    if gave_way(error):
        title, why = say_gave_way(error)
        detail, seen = f"{why} {_say_undone()}", title
    log.error("%s: %s", title, type(getattr(error, "orig", None) or error).__name__)
    if _is_api():
        return problem_response(503, title, detail=detail, retry=RETRY_SECONDS)
    page, status = _page(503, seen, [detail])
    return page, status, {"Retry-After": str(RETRY_SECONDS)}


def _say_undone() -> str:
    """What to do with what was sent; of a page that was only to be shown, nothing was."""
    if request.method in ("GET", "HEAD"):
        return "Try again in a few seconds."
    return PERHAPS if g.get("kept") else UNDONE


def _too_deep(_error: RecursionError) -> Any:
    """Thousands of brackets within brackets. The log keeps where, in case that it was our own doing."""
    log.exception("too deep")
    title, detail = "The request was not understood", "It is nested too deeply. Send it as the description says."
    if _is_api():
        return problem_response(400, title, detail=detail)
    return _page(400, title, [detail])


def _unexpected(error: Exception) -> Any:
    log.exception("unexpected %s", type(error).__name__)
    title, detail = (
        "Something went wrong here",
        "It is not your doing. Nothing was half-saved. Try again, or ring the MASH.",
    )
    if _is_api():
        return problem_response(500, title, detail=detail)
    return _page(500, title, [detail])


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _page(status: int, title: str, messages: list[str], back: str | None = None) -> tuple[str, int]:
    return render_template("error.html", title=title, messages=messages, back=back), status
