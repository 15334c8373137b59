"""Signing in at the council's own identity provider (OpenID Connect, authorization code with PKCE)."""

from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Blueprint, Flask, current_app, render_template, url_for
from joserfc.errors import JoseError
from requests import RequestException

from triage.access.account_log import note
from triage.access.actor import NOBODY
from triage.access.identities import recognise_identity
from triage.access.routes import public
from triage.access.signin import actor_of
from triage.errors import NotFound, Problem
from triage.state import state_of
from triage.web.sessions import origin
from triage.web.signin import let_in

blueprint = Blueprint("oidc", __name__, url_prefix="/sign-in/council")
PATIENCE = 5  # seconds that the provider has for an answer
SIGNATURES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
AWAY_TITLE = "The council's sign-in does not answer"
AWAY = "Try again in a few minutes."
AWAY_LOCAL = "If you have a username and password of this service, sign in with those."
REFUSED_TITLE = "You were not signed in"
REFUSED = "What came back from the council's sign-in could not be trusted, or is too old. Begin again."
UNKNOWN_TITLE = "You have no account here"
UNKNOWN = (
    "The council's sign-in knows you, and this service does not. Ask an administrator of this service to add you, by"
    " the name before the @ of your council address."
)


class Untrusted(Exception):
    """The provider is not the one that was configured, or said too little."""


def register(app: Flask) -> None:
    """Tell Authlib of the provider. It is asked for its addresses and keys when somebody first signs in there."""
    settings = state_of(app).settings
    if settings.oidc_issuer:
        OAuth(app).register(
            "council",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "default_timeout": PATIENCE,
            },
        )


@blueprint.get("")
@public("nobody is signed in yet")
def begin() -> Any:
    """Off to the provider, with a state, a nonce and a challenge that only this browser's session can answer."""
    try:
        return _provider().authorize_redirect(f"{origin()}{url_for('oidc.come_back')}")
    except RequestException as error:
        return _say_away(error)
    except Untrusted as error:
        return _refuse(str(error))


@blueprint.get("/back")
@public("nobody is signed in yet")
def come_back() -> Any:
    """Let in whoever the provider vouches for and an administrator has added."""
    settings = state_of(current_app).settings
    must = {"essential": True}
    expected = {
        "iss": must | {"value": settings.oidc_issuer},
        "aud": must | {"value": settings.oidc_client_id},
        "sub": must,
        "exp": must,
    }
    try:
        claims = _provider().authorize_access_token(claims_options=expected).get("userinfo")
    except RequestException as error:
        return _say_away(error)
    except (AuthlibBaseError, JoseError, Untrusted, ValueError) as error:
        return _refuse(type(error).__name__)
    return _let_in(claims) if claims else _refuse("no_id_token")


def _let_in(claims: Any) -> Any:
    state = state_of(current_app)
    domain = state.settings.smtp_from.partition("@")[2]
    with state.database.transaction(NOBODY) as transaction:
        user = recognise_identity(transaction, claims, state.settings.oidc_claim, domain, state.clock.now())
        if user is not None:
            actor, username = actor_of(user), user.username
    if user is None:
        note("identity_unknown")
        return _page(UNKNOWN_TITLE, UNKNOWN), 403
    return let_in(actor, username, "oidc")


@blueprint.get("/signed-out")
@public("nobody is signed in any more")
def show_signed_out() -> Any:
    """Signed out here; and the way to sign out at the provider, where it has one."""
    try:
        way = _provider().create_logout_url(
            post_logout_redirect_uri=f"{origin()}{url_for('signin.show')}",
            client_id=state_of(current_app).settings.oidc_client_id,
        )["url"]
    except (RequestException, RuntimeError, Untrusted):
        way = None
    return render_template("account/signed_out.html", way=way, name=state_of(current_app).settings.oidc_name)


def _provider() -> FlaskOAuth2App:
    """The provider, which is who it was said to be, and signs so that nobody else can."""
    settings = state_of(current_app).settings
    if not settings.oidc_issuer:
        raise NotFound(Problem("no_provider", "Nobody signs in here at another service."))
    provider: Any = current_app.extensions["authlib.integrations.flask_client"].create_client("council")
    said = provider.load_server_metadata()
    if said.get("issuer") != settings.oidc_issuer:
        raise Untrusted("issuer")
    said["id_token_signing_alg_values_supported"] = sorted(
        SIGNATURES.intersection(said.get("id_token_signing_alg_values_supported", ()))
    )
    return provider


def _say_away(error: Exception) -> Any:
    note("provider_away", error=type(error).__name__)
    words = [AWAY, AWAY_LOCAL] if state_of(current_app).settings.local_accounts else [AWAY]
    return _page(AWAY_TITLE, *words), 503, {"Retry-After": "60"}


def _refuse(why: str) -> Any:
    note("identity_refused", why=why)
    return _page(REFUSED_TITLE, REFUSED), 400


def _page(title: str, *messages: str) -> str:
    return render_template("error.html", title=title, messages=messages)
