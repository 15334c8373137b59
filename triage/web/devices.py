"""The browsers that people sign in with: what to call one, and which have signed in to an account before."""

import secrets
from hashlib import sha256

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from triage.state import state_of

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac", "Mac"),
    ("Linux", "Linux"),
)
LASTS = 180 * 86_400  # seconds for which a browser is known
MOST = 12  # accounts for which one browser is known: it may be shared


def describe(user_agent: str) -> str:
    """ "Firefox on Windows": enough to know one's own by."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    return " on ".join(each for each in (browser, system) if each) or "Another program"


def known_device(username: str) -> str | None:
    """What this browser is called, if somebody signed in to that account with it before."""
    return _read().get(_account(username))


def remember_device(response: Response, username: str) -> Response:
    """Let this browser be known for that account from now on."""
    known = _read()
    known[_account(username)] = known.pop(_account(username), None) or secrets.token_urlsafe(9)
    settings = state_of(current_app).settings
    response.set_cookie(
        _name(),
        _signer().dumps(dict(list(known.items())[-MOST:])),
        max_age=LASTS,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read() -> dict[str, str]:
    try:
        return dict(_signer().loads(request.cookies.get(_name(), "")))
    except BadSignature:
        return {}


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _signer() -> URLSafeSerializer:
    """Signs with the newest of the secret keys, and knows what any of them signed."""
    return URLSafeSerializer(list(reversed(state_of(current_app).settings.secret_keys)), salt="device")


def _account(username: str) -> str:
    return sha256(username.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _first(names: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in names if mark in text), None)
