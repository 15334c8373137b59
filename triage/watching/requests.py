"""Requests, counted by route: how many, how they ended and how long they took.

Each web process counts for itself in a file of its own, beside those of the others, where PROMETHEUS_MULTIPROC_DIR says
(triage.gunicorn_config does); the files are added up by whoever is asked (triage.watching.exporter). A route is its
name in the code: no address, and so nobody, is told.
"""

from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from triage.request_log import METHODS

# Seconds. A page is to take less than 0.1.
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ANSWERED = Counter("triage_requests", "Requests answered, by route, method and status.", ("route", "method", "status"))
TOOK = Histogram("triage_request_seconds", "How long requests took.", ("route", "method"), buckets=BUCKETS)


def register(app: Flask) -> None:
    """Count each request once it is answered. The log began to measure it."""
    app.after_request(_count)


def _count(response: Response) -> Response:
    route = request.endpoint or "none"
    method = request.method if request.method in METHODS else "other"
    ANSWERED.labels(route, method, str(response.status_code)).inc()
    if "begun" in g:
        TOOK.labels(route, method).observe(perf_counter() - g.begun)
    return response
