"""Which request this is: the caller's own X-Request-ID where it is one, else a new one."""

import re
from typing import Any
from uuid import uuid4

from flask import Flask, g, has_request_context, request

from triage.origin import say_origin

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


def request_id() -> str:
    """The id of the request that is being answered; nothing where none is."""
    if not has_request_context():
        return ""
    if "request_id" not in g:
        given = request.headers.get(HEADER, "")
        g.request_id = given if GIVEN.fullmatch(given) else str(uuid4())
    return g.request_id  # type: ignore[no-any-return]


def register(app: Flask) -> None:
    """Tell every caller the id of their request, and the database what is done for it."""
    app.before_request(_begin)
    app.teardown_request(_end)
    app.after_request(_tell)


def _begin() -> None:
    say_origin(request_id())


def _end(_error: BaseException | None) -> None:
    say_origin()


def _tell(response: Any) -> Any:
    response.headers[HEADER] = request_id()
    return response
