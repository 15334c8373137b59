"""Each request as one line of the log: which route, whose, how it ended and how long it took."""

import logging
from time import perf_counter

from flask import Flask, Response, g, request

log = logging.getLogger("triage.requests")

METHODS = ("GET", "HEAD", "OPTIONS", "POST")


def register(app: Flask) -> None:
    """Log each request once it is answered. Its address and what it sent are not told: they may name somebody."""
    app.before_request(_begin)
    app.after_request(_note)


def _begin() -> None:
    g.begun = perf_counter()


def _note(response: Response) -> Response:
    actor = g.get("actor")
    line = {
        "route": request.endpoint or "none",
        "method": request.method if request.method in METHODS else "other",
        "status": response.status_code,
        "milliseconds": round((perf_counter() - g.begun) * 1000, 1) if "begun" in g else None,
        "user_id": str(actor.id) if actor else None,
        "role": actor.role if actor else None,
    }
    log.info("answered", extra=line)
    return response
