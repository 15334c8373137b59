"""What Prometheus asks: a listener of its own, apart from the pages, at TRIAGE_METRICS_ADDRESS.

It is another process than those that answer people, so it tells also when they are all busy. The proxy that the public
comes through does not lead here; were it to, whoever came through it would be refused.
"""

import logging
import logging.config
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector

from triage.clock import SystemClock
from triage.database import WEB, Database
from triage.heard import connect
from triage.logs import LOGGING
from triage.replica import open_replica
from triage.settings import Settings
from triage.watching.gauges import Gauges, ReplicaGauge

PATH = "/metrics"
BY_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
Start = Callable[[str, list[tuple[str, str]]], Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """As its parents do, without asking a name server what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Who asks for numbers, and how often, is nothing to note."""


def make_app(registry: CollectorRegistry) -> App:
    """Answers with the numbers at /metrics, and to nobody who comes through a proxy."""
    tell = make_wsgi_app(registry)

    def answer(asked: dict[str, Any], start: Start) -> Iterable[bytes]:
        if any(asked.get(name) for name in BY_PROXY):
            return _refuse(start, "403 Forbidden")
        if asked["PATH_INFO"] != PATH or asked["REQUEST_METHOD"] != "GET":
            return _refuse(start, "404 Not Found")
        return tell(asked, start)

    return answer


def registry_of(settings: Settings, database: Database, counted: Path | None) -> CollectorRegistry:
    """All that is told: what the web processes counted in that folder, and what the database and Redis say now."""
    registry = CollectorRegistry()
    if counted:
        MultiProcessCollector(registry, str(counted))
    clock = SystemClock(settings.clock_offset_seconds)
    registry.register(Gauges(database, connect(settings.redis_url), clock))
    if replica := open_replica(settings.insight_database_url, database):
        registry.register(ReplicaGauge(replica))
    return registry


def serve(settings: Settings, counted: Path | None) -> None:
    """Answer until ended. OSError where something else listens there."""
    host, _, port = settings.metrics_address.rpartition(":")
    kind = _Server6 if ":" in host else _Server
    database = Database(settings.database_url, WEB, pool_size=1)
    app = make_app(registry_of(settings, database, counted))
    with make_server(host.strip("[]"), int(port), app, server_class=kind, handler_class=_Quiet) as server:
        server.serve_forever()


def _refuse(start: Start, status: str) -> list[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")])
    return [b""]


if __name__ == "__main__":
    logging.config.dictConfig(LOGGING)
    serve(Settings(), Path(sys.argv[1]) if len(sys.argv) > 1 else None)
