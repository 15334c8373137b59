"""The Flask application."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from triage import api, body_limits, compressing, headers, limits, request_ids, request_log, web
from triage.clock import Clock, SystemClock
from triage.database import WEB, Database
from triage.handlers import register_handlers
from triage.health import blueprint as health
from triage.pack import load_pack
from triage.settings import Settings
from triage.state import State
from triage.watching import requests as counted_requests


def create_app(settings: Settings | None = None, clock: Clock | None = None, database: Database | None = None) -> Flask:
    """The application, from the environment's settings and the machine's clock unless others are given.

    WrongRole where PostgreSQL's policies would not bind it.
    """
    settings = settings or Settings()
    app = Flask("triage", template_folder="web/templates", static_folder="web/static")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SESSION_COOKIE_NAME="__Host-triage" if settings.secure_cookies else "triage",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    database = database or _open_database(settings)
    state = State(settings, database, clock or SystemClock(settings.clock_offset_seconds), load_pack(settings.pack))
    app.extensions["triage"] = state
    _stand_behind(app, settings.trusted_proxies)
    body_limits.register(app)
    register_handlers(app)
    for guard in (compressing, headers, request_ids, counted_requests, request_log):
        guard.register(app)
    databases = [database, *_try_replica(state)]
    if settings.traces_endpoint:
        _trace(app, settings.traces_endpoint, databases)
    limits.register(app, settings)
    app.register_blueprint(health)
    web.register(app)
    api.register(app, CSRFProtect(app))
    return app


def _open_database(settings: Settings) -> Database:
    database = Database(settings.database_url, WEB)
    database.try_role()
    return database


def _try_replica(state: State) -> list[Database]:
    """That of which managers' numbers are read, if there is one. Its role is looked at now: a wrong one stops us."""
    if state.replica is None:
        return []
    state.replica.database.try_role()
    return [state.replica.database]


def _trace(app: Flask, endpoint: str, databases: list[Database]) -> None:
    """Imported only where traces are asked for."""
    from triage.watching import tracing

    tracer = tracing.tracer_of(endpoint, "web")
    tracing.register(app, tracer)
    for database in databases:
        tracing.watch(database.engine, tracer)


def _stand_behind(app: Flask, proxies: int) -> None:
    """Take the caller's address and scheme from that many proxies of our own: what else is said is anybody's word."""
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]
