"""A refusal as the API says it: problem details (RFC 9457) that name the field and what to do."""

import json
from typing import Any

from flask import Response

from triage.database import waited
from triage.errors import DomainError, Problem
from triage.request_ids import request_id

RETRY_SECONDS = 5
BUSY_TITLE = "Somebody else was at the same case"
BUSY = "Somebody else changed it at the same moment, and this gave way."
HELD_TITLE = "Somebody else has this just now"
HELD = "Somebody else is at this case, or a new version of the service is coming in, and this waited as long as it may."
PERHAPS = "Some of what you sent may be done already: look before you send it again."


def say_gave_way(error: Exception) -> tuple[str, str]:
    """The title and the words for what gave way to somebody else: at once, or after it had waited for them."""
    return (HELD_TITLE, HELD) if waited(error) else (BUSY_TITLE, BUSY)


def problem_response(
    status: int, title: str, problems: tuple[Problem, ...] = (), *, detail: str = "", retry: int | None = None
) -> Response:
    """An application/problem+json answer; `errors` lists each fault with its field, `retry` is in seconds."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    body["detail"] = detail or " ".join(problem.message for problem in problems) or title
    if request_id():
        body["request_id"] = request_id()
    if problems:
        body["errors"] = [
            {"code": each.code, "detail": each.message} | ({"field": each.field} if each.field else {})
            for each in problems
        ]
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")
    if retry:
        response.headers["Retry-After"] = str(retry)
    return response


def domain_problem(error: DomainError) -> Response:
    """The answer that a domain error becomes."""
    response = problem_response(error.status, error.title, error.problems, retry=error.retry_seconds)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
