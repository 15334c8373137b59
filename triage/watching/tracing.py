"""Traces, for OpenTelemetry's collector: from a request, through what it asks of the database, to the task it promised.

Off unless TRIAGE_TRACES_ENDPOINT says where they go. What is told is listed here and is nothing else: a route and a
task by their names in the code, a table of ours, a status, how long it took, the request's id. No address, no query, no
statement with its values, nobody's name. What a caller says of a trace of theirs is not gone by: anybody can say that.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from flask import Flask, Response, g, request
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event

from triage.models import Base, OutboxMessage
from triage.origin import coming_from, say_origin
from triage.request_ids import request_id
from triage.request_log import METHODS

TRACEPARENT = "traceparent"
WORDS = TraceContextTextMapPropagator()
OF_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)")
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
FAULT = 500
SECONDS = 5  # for the collector to take what it is sent; who ends does not wait longer


@cache
def tracer_of(endpoint: str, part: str) -> Tracer:
    """Sends what `part` ("web", "worker") does to the collector, some seconds later and from a thread of its own."""
    provider = TracerProvider(resource=Resource({"service.name": f"triage-{part}"}), shutdown_on_exit=True)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=SECONDS)))
    return provider.get_tracer("triage")


def register(app: Flask, tracer: Tracer) -> None:
    """Trace each request, and tell the database so."""

    def begin() -> None:
        method = request.method if request.method in METHODS else "other"
        route = request.endpoint or "none"
        told = {"http.request.method": method, "http.route": route, "triage.request_id": request_id()}
        g.span = tracer.start_span(f"{method} {route}", Context(), SpanKind.SERVER, told)
        g.traced = contexts.attach(set_span_in_context(g.span, Context()))
        say_origin(request_id(), write_parent(g.span))

    app.before_request(begin)
    app.after_request(_note)
    app.teardown_request(_end)


def _note(response: Response) -> Response:
    if "span" in g:
        g.span.set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= FAULT:
            g.span.set_status(Status(StatusCode.ERROR))
    return response


def _end(_error: BaseException | None) -> None:
    if "traced" in g:
        contexts.detach(g.pop("traced"))
        g.pop("span").end()


@contextmanager
def continued(tracer: Tracer | None, message: OutboxMessage) -> Iterator[None]:
    """What is done in the block comes from the request that promised the message, and is part of its trace."""
    with coming_from(message.request_id or "", message.traceparent or ""):
        if tracer is None:
            yield
            return
        told = {"triage.task": message.task, "triage.attempt": message.attempts + 1}
        if message.request_id:
            told["triage.request_id"] = message.request_id
        parent = WORDS.extract({TRACEPARENT: message.traceparent or ""}, Context())
        options = {"record_exception": False, "set_status_on_exception": False}
        with tracer.start_as_current_span(f"task {message.task}", parent, SpanKind.CONSUMER, told, **options) as span:
            try:
                yield
            except BaseException as error:
                note_fault(span, error)
                raise


def note_fault(span: Span, error: BaseException) -> None:
    """The fault's type, and none of its words: they may repeat what somebody typed."""
    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(Status(StatusCode.ERROR))


def write_parent(span: Span) -> str:
    """As W3C Trace Context has it: "00-<trace>-<span>-01"."""
    carrier: dict[str, str] = {}
    WORDS.inject(carrier, set_span_in_context(span, Context()))
    return carrier.get(TRACEPARENT, "")


def watch(engine: Engine, tracer: Tracer) -> None:
    """Trace what is asked of the database within a request or a task."""

    def begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None and get_current_span().is_recording():
            context.triage_span = tracer.start_span(name_statement(statement), kind=SpanKind.CLIENT)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", lambda *asked: _end_asking(asked[4]))
    event.listen(engine, "handle_error", _fail_asking)


def name_statement(statement: str) -> str:
    """Its first word and the first table of ours that it names: nothing that could have been put in."""
    verb = statement.lstrip().partition(" ")[0].partition("\n")[0].upper()
    tables = (name for name in OF_TABLE.findall(statement) if name in Base.metadata.tables)
    return " ".join((verb if verb in VERBS else "other", next(tables, ""))).rstrip()


def _end_asking(context: Any, error: BaseException | None = None) -> None:
    span = getattr(context, "triage_span", None)
    if span is not None:
        if error is not None:
            note_fault(span, error)
        span.end()
        context.triage_span = None


def _fail_asking(told: Any) -> None:
    _end_asking(told.execution_context, told.original_exception)
