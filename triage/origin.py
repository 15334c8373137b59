"""What this work comes from: the request that somebody made, and the trace that it is part of.

A transaction says both to the database (triage.database), which writes them beside whatever is promised for later. So
a task knows the request that asked for it, though a row of the outbox and a broker are between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request: ContextVar[str] = ContextVar("request", default="")
_trace: ContextVar[str] = ContextVar("trace", default="")


def origin() -> dict[str, str]:
    """As the database is told: the request's id and its traceparent, or nothing."""
    return {"request_id": _request.get(), "traceparent": _trace.get()}


def say_origin(request_id: str = "", traceparent: str = "") -> None:
    """From here on what is done comes from that request, or from none."""
    _request.set(request_id)
    _trace.set(traceparent)


@contextmanager
def coming_from(request_id: str, traceparent: str) -> Iterator[None]:
    """What is done in the block comes from that request."""
    before = origin()
    say_origin(request_id, traceparent)
    try:
        yield
    finally:
        say_origin(**before)
