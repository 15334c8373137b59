"""Where Redis is, or Valkey, by one address; and the one way by which everybody here connects to it.

| address | what |
|---|---|
| redis://[:password@]host:6379/0 | one server; rediss:// by TLS |
| valkey://, valkeys:// | the same, of Valkey: it speaks as Redis does |
| unix:///path/to/socket?db=0 | one server on this machine |
| sentinel://[:password@]host:26379,host2:26379/service?db=0 | whichever of several is the first, as Sentinel says |

A password is the servers'; Sentinel's own, where it has one, follows as `sentinel_password`. Letters that mean
something in an address are written with %: a password "a/b" is "a%2Fb".
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

SAME = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss", "unix": "unix"}
SENTINEL = "sentinel"
SENTINEL_PORT = 26379
SENTINEL_SECONDS = 1.0  # after which a worker asks the next
FORMS = (
    "write it as redis://host:6379/0, rediss://…, valkey://…, valkeys://…, unix:///path/to/socket, or"
    " sentinel://host:26379,host2:26379/service"
)
TELLS = {"db", "sentinel_password"}  # what may follow an address of Sentinel's


@dataclass(frozen=True, slots=True)
class Guarded:
    """Several servers of which Sentinel says who is the first: where it is asked, and by what name it knows them."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    db: int
    login: dict[str, str]
    login_there: dict[str, str]


@dataclass(frozen=True, slots=True)
class Broker:
    """An address as Celery reads it, and what it must be told beside."""

    url: str
    options: dict[str, Any]


def connect_redis(url: str, seconds: float, *, decode: bool = True) -> Redis:
    """A connection that is made when it is first used, and made anew where it was lost.

    Each answer must come within that time. ValueError, saying what to write, for what is no such address.
    """
    told = _within(seconds) | {"decode_responses": decode}
    if not is_guarded(url):
        return Redis.from_url(as_redis(url), **told)
    guarded = read_guarded(url)
    sentinel = Sentinel(guarded.sentinels, sentinel_kwargs=_within(seconds) | guarded.login_there)
    return sentinel.master_for(guarded.service, db=guarded.db, **guarded.login, **told)


def _within(seconds: float) -> dict[str, Any]:
    """Whoever is away is asked once more at most, and at once: the library itself would wait for seconds in between."""
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": Retry(NoBackoff(), 1)}


def broker_of(url: str) -> Broker:
    """The same for Celery. ValueError as above."""
    if is_guarded(url):
        return _guarded_broker(read_guarded(url))
    parts = urlsplit(as_redis(url))
    query = dict(parse_qsl(parts.query))
    db = query.pop("db", "")
    if parts.scheme == "unix":
        query |= {"virtual_host": db} if db else {}
        return Broker(_write("redis+socket", parts.netloc, parts.path, query), {})
    return Broker(_write(parts.scheme, parts.netloc, f"/{db}" if db else parts.path, query), {})


def check_redis_url(url: str) -> str:
    """The address, if it is one. ValueError says what to write, and repeats nothing of it."""
    if is_guarded(url):
        read_guarded(url)
    else:
        as_redis(url)
    return url


def is_guarded(url: str) -> bool:
    """Whether Sentinel is to be asked."""
    return url.startswith(f"{SENTINEL}://")


def as_redis(url: str) -> str:
    """The address of one server, by the names that Redis's own library knows."""
    scheme, _, rest = url.partition("://")
    if scheme not in SAME or not rest:
        raise ValueError(FORMS)
    parts = urlsplit(f"{SAME[scheme]}://{rest}")
    db = parse_qs(parts.query).get("db", [parts.path.strip("/") if scheme != "unix" else ""])[0]
    _read_port(parts.netloc)
    if scheme == "unix":
        _insist(bool(parts.path.strip("/")) and not parts.hostname, "a socket is written unix:///path/to/socket")
    else:
        _insist(bool(parts.hostname), f"it names no server: {FORMS}")
    _insist(not db or db.isdecimal(), "the database at its end is a number, like /0")
    return f"{SAME[scheme]}://{rest}"


def read_guarded(url: str) -> Guarded:
    """What an address of Sentinel's says. ValueError, saying what to write, where something is missing."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    query = dict(parse_qsl(parts.query))
    service, sentinels = unquote(parts.path.strip("/")), tuple(_read_host(each) for each in hosts.split(",") if each)
    _insist(bool(sentinels), "name each Sentinel: sentinel://host:26379,host2:26379/service")
    _insist(bool(service), "say by what name Sentinel knows the servers: sentinel://host:26379/service")
    _insist(set(query) <= TELLS, "after ? may follow db=0 and sentinel_password=…, and nothing else")
    db = query.get("db", "0")
    _insist(db.isdecimal(), "the database at its end is a number, like ?db=0")
    there = {"password": query["sentinel_password"]} if "sentinel_password" in query else {}
    return Guarded(sentinels, service, int(db), _read_login(login), there)


def _read_login(login: str) -> dict[str, str]:
    username, _, password = (unquote(each) for each in login.partition(":"))
    return {name: value for name, value in (("username", username), ("password", password)) if value}


def _read_host(host: str) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    _insist(bool(parts.hostname), "name each Sentinel: sentinel://host:26379,host2:26379/service")
    return parts.hostname or "", _read_port(host) or SENTINEL_PORT


def _read_port(host: str) -> int | None:
    try:
        return urlsplit(f"//{host}").port
    except ValueError:
        raise ValueError("a port is a number from 1 to 65535") from None


def _write(scheme: str, host: str, path: str, query: dict[str, str]) -> str:
    return f"{scheme}://{host}{path}" + (f"?{urlencode(query)}" if query else "")


def _insist(so: bool, words: str) -> None:
    if not so:
        raise ValueError(words)


def _guarded_broker(guarded: Guarded) -> Broker:
    """Every Sentinel in an address of its own, between semicolons. The first says who asks, and for which database."""
    login = ":".join(quote(guarded.login.get(each, ""), safe="") for each in ("username", "password"))
    whom = f"{login}@" if guarded.login else ""
    hosts = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in guarded.sentinels]
    urls = (f"{SENTINEL}://{whom}{host}/{guarded.db}" for host in hosts)
    asked = _within(SENTINEL_SECONDS) | guarded.login_there
    return Broker(";".join(urls), {"master_name": guarded.service, "sentinel_kwargs": asked})
