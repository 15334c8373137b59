"""What is for the demo and the tests alone: a service that people rely on does not start with it."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from triage.settings import Settings

ONLY_DEMO = "that is for the demo alone (TRIAGE_DEMO)"


def find_unsafe(settings: "Settings") -> Iterator[str]:
    """Each setting with which nobody should rely on the service, in words and without its value."""
    if not settings.secure_cookies:
        yield f"TRIAGE_SECURE_COOKIES is off: {ONLY_DEMO}"
    if settings.local_accounts and not settings.second_factor_required:
        yield f"TRIAGE_SECOND_FACTOR_REQUIRED is off: {ONLY_DEMO}"
    if settings.clock_offset_seconds:
        yield f"TRIAGE_CLOCK_OFFSET_SECONDS moves the clock: {ONLY_DEMO}"
    if not (settings.local_accounts or settings.oidc_issuer):
        yield "nobody could sign in: set TRIAGE_OIDC_ISSUER or TRIAGE_LOCAL_ACCOUNTS"
    if settings.oidc_issuer:
        yield from _find_unsafe_provider(settings)


def _find_unsafe_provider(settings: "Settings") -> Iterator[str]:
    if not is_private(settings.oidc_issuer or ""):
        yield "TRIAGE_OIDC_ISSUER does not begin with https://, so anybody on the way could say who signs in"
    if not (settings.oidc_client_id and settings.oidc_client_secret.get_secret_value()):
        yield "TRIAGE_OIDC_ISSUER needs TRIAGE_OIDC_CLIENT_ID and TRIAGE_OIDC_CLIENT_SECRET"


def is_private(url: str) -> bool:
    """Whether nobody on the way reads or changes what comes from there: it comes by TLS, or from this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname)))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
