"""How often an address, or a household of IPv6, may ask for what needs no sign-in.

It is counted in Redis or, while that is away, by each process.

What needs a sign-in or a token that holds is not counted: one address is often a whole office, and nobody may keep its
people from their work by asking too much.
"""

import logging
from collections.abc import Mapping
from ipaddress import ip_address
from time import monotonic

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from triage.access.delays import HOUSEHOLD, neighbourhood
from triage.errors import Problem, TooMany
from triage.redis_url import connect_redis
from triage.settings import Settings

log = logging.getLogger("triage.limits")

BAD_TOKENS = RateLimitItemPerMinute(60)
RECOVERY_SECONDS = 10  # how long Redis is let alone once it did not answer
ANSWER_SECONDS = 0.5
LINE = {4: 32, 6: 48}  # bits: one line in this country has a /56 or a /48 of IPv6 to itself
WORDS = "Too much was asked from your network address within a minute. Wait a minute, then try again."


class Counts:
    """Who asked how often."""

    def __init__(self, settings: Settings) -> None:
        # By the connections that are given, and not by this address, which only says which kind of store it is.
        pool = connect_redis(settings.redis_url, ANSWER_SECONDS, decode=False).connection_pool
        shared = RedisStorage("redis://", connection_pool=pool)
        self.open = RateLimitItemPerMinute(settings.open_requests_a_minute)
        self.tellings = RateLimitItemPerHour(settings.tellings_an_hour)
        self.all_tellings = RateLimitItemPerHour(settings.all_tellings_an_hour)
        self._shared, self._own = FixedWindowRateLimiter(shared), FixedWindowRateLimiter(MemoryStorage())
        self._away_until = 0.0

    def note(self, limit: RateLimitItem, what: str, address: str) -> None:
        """Count one request. TooMany once there were more than the limit within a minute."""
        if not self._hit(limit, what, address):
            raise TooMany(Problem("too_many", WORDS))

    def _hit(self, *counted: RateLimitItem | str) -> bool:
        if monotonic() >= self._away_until:
            try:
                return self._shared.hit(*counted)
            except RedisError as error:
                log.warning("redis is away (%s): requests are counted by each process alone", type(error).__name__)
                self._away_until = monotonic() + RECOVERY_SECONDS
        return self._own.hit(*counted)


def register(app: Flask, settings: Settings) -> None:
    """Count what is asked of every route that is open to everybody, and of addresses where there is nothing."""
    app.extensions["triage.limits"] = Counts(settings)
    app.before_request(_note_open)


def note_bad_token() -> None:
    """Count a request that bore no token, or one that does not hold. TooMany after sixty within a minute."""
    _note(BAD_TOKENS, "bad token")


def note_begun() -> None:
    """Count a form that is begun without an account: TooMany once an address, or all together, had enough."""
    _note(_counts().tellings, "telling begun", LINE)
    _counts().note(_counts().all_tellings, "telling begun", "all")


def note_sent() -> None:
    """Count one that becomes an enquiry: TooMany once an address had enough. Nobody is kept from sending by others."""
    _note(_counts().tellings, "telling sent", LINE)


def _note_open() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint != "static" and getattr(view, "access", "public").startswith("public"):
        _note(_counts().open, "open")


def _note(limit: RateLimitItem, what: str, bits: Mapping[int, int] = HOUSEHOLD) -> None:
    address = request.remote_addr or ""
    if not _is_here(address):
        _counts().note(limit, what, neighbourhood(address, bits))


def _is_here(address: str) -> bool:
    """Whether it is this machine's own: then of a proxy that does not say for whom it asks, and nobody is counted."""
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a socket has no address
        return True


def _counts() -> Counts:
    return current_app.extensions["triage.limits"]
