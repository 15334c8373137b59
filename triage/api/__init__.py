"""The API for systems: JSON in and out under /api/v1, described by OpenAPI."""

from typing import Any

from flask import Flask, render_template
from flask_smorest import Api
from flask_wtf import CSRFProtect

from triage.access.routes import public
from triage.api import directory, enquiries, files, measures, partners, people, policies, queues, referrals
from triage.api.describing import Alike

OPENAPI = {
    "API_TITLE": "Triage",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "v1/openapi.json",
}


class ProblemApi(Api):
    """flask-smorest with our own error answers (triage/handlers.py) instead of its, described in describing.py."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Nothing: the application has handlers for every error."""


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the API and its description. A bearer token is not sent by a browser, so no form token is asked for."""
    app.config.update(OPENAPI)
    api = ProblemApi(app, spec_kwargs={"extra_plugins": [Alike()]})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    for module in (enquiries, people, referrals, partners, files, queues, policies, measures, directory):
        api.register_blueprint(module.blueprint)
        csrf.exempt(module.blueprint)
    open_view = public("the description of the API names no person")
    send_description = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = open_view(lambda: send_description())

    @app.get("/api/docs")
    @open_view
    def read_docs() -> Any:
        """The API's description, to be read by people."""
        return render_template("api_docs.html", spec=api.spec.to_dict())
