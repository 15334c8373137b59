"""How much may be sent at once: little, but for where a file is."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, request

from triage.state import state_of

View = Callable[..., Any]
BODY_LIMIT = 1_000_000  # bytes in one request: many times a long telling, far less than a flood
TIMES = 3  # what is somewhat too large is still read, so that the page can say so beside the field


def takes_file(view: View) -> View:
    """Declare that a view is sent a letter or a photograph, beside the rest of its form."""
    view.takes_file = True
    return view


def register(app: Flask) -> None:
    """Before anything reads what was sent."""
    app.config.update(MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_MEMORY_SIZE=BODY_LIMIT)
    app.before_request(_allow_file)


def _allow_file() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_file", False):
        request.max_content_length = BODY_LIMIT + TIMES * state_of(current_app).settings.file_limit
