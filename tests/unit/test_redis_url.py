"""One address of Redis or Valkey, read alike by Redis's own library, by what counts requests, and by Celery."""

import pytest
from celery import Celery
from pydantic import ValidationError
from redis import Redis
from redis.sentinel import SentinelConnectionPool

from triage.redis_url import Guarded, broker_of, connect_redis, read_guarded
from triage.settings import Settings

GOOD = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
WHOLE = "sentinel://some%40one:a%2Fb%3Bc@one:26380,two,[::1]:26381/our%20hub?db=3&sentinel_password=d%40e"

SAME_FOR_BOTH = {
    "redis://h:6379/2": ("redis://h:6379/2", "redis://h:6379/2"),
    "redis://h?db=2": ("redis://h?db=2", "redis://h/2"),
    "rediss://:p%40w@h:6380/0": ("rediss://:p%40w@h:6380/0", "rediss://:p%40w@h:6380/0"),
    "rediss://h/0?ssl_cert_reqs=required": (
        "rediss://h/0?ssl_cert_reqs=required",
        "rediss://h/0?ssl_cert_reqs=required",
    ),
    "valkey://h:6379/2": ("redis://h:6379/2", "redis://h:6379/2"),
    "valkeys://h/1": ("rediss://h/1", "rediss://h/1"),
    "unix:///a/b.sock": ("unix:///a/b.sock", "redis+socket:///a/b.sock"),
    "unix:///a/b.sock?db=4": ("unix:///a/b.sock?db=4", "redis+socket:///a/b.sock?virtual_host=4"),
}

SAID = ("host", "port", "db", "username", "password", "path", "ssl_cert_reqs")
WRONG = {
    "": "write it as",
    "redis": "write it as",
    "http://h:6379": "write it as",
    "redis+socket:///a/b": "write it as",
    "redis://": "write it as",
    "redis://:6379/0": "names no server",
    "redis://h:port/0": "a port is a number",
    "redis://h:99999/0": "a port is a number",
    "redis://h/first": "a number, like /0",
    "unix://relative/path.sock": "unix:///path/to/socket",
    "unix:///": "unix:///path/to/socket",
    "sentinel://": "name each Sentinel",
    "sentinel:///service": "name each Sentinel",
    "sentinel://:26379/service": "name each Sentinel",
    "sentinel://h:26379": "by what name Sentinel knows",
    "sentinel://h:26379/": "by what name Sentinel knows",
    "sentinel://h:26379;h2:26379/service": "a port is a number",
    "sentinel://h:x/service": "a port is a number",
    "sentinel://h/service?db=first": "a number, like",
    "sentinel://h/service?password=x": "nothing else",
}


@pytest.mark.parametrize(("url", "read"), SAME_FOR_BOTH.items())
def test_an_address_of_one_server_is_the_same_to_both_libraries(url, read):
    ours, celerys = read
    wanted = Redis.from_url(ours).connection_pool.connection_kwargs
    found = connect_redis(url, 1.0).connection_pool.connection_kwargs
    assert {name: found.get(name) for name in SAID} == {name: wanted.get(name) for name in SAID}
    assert broker_of(url).url == celerys
    assert broker_of(url).options == {}
    assert parameters_of(broker_of(url))[0]["db"] == wanted.get("db", 0)


def parameters_of(broker):
    """By which Celery would connect, without doing so."""
    app = Celery(broker=broker.url, set_as_current=False)
    app.conf.broker_transport_options = broker.options
    connection = app.connection()
    transport = connection.transport
    channel = object.__new__(transport.Channel)
    channel.connection = transport
    return channel._connparams(), connection


def test_an_address_of_sentinels_says_all_that_is_asked_of_it():
    login = {"username": "some@one", "password": "a/b;c"}
    sentinels = (("one", 26380), ("two", 26379), ("::1", 26381))
    assert read_guarded(WHOLE) == Guarded(sentinels, "our hub", 3, login, {"password": "d@e"})


def test_redis_is_found_by_all_of_its_sentinels_and_its_own_password():
    pool = connect_redis(WHOLE, 1.5, decode=False).connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    told = {name: pool.connection_kwargs[name] for name in ("username", "password", "db", "socket_timeout")}
    assert told == {"username": "some@one", "password": "a/b;c", "db": 3, "socket_timeout": 1.5}
    asked = [each.connection_pool.connection_kwargs for each in pool.sentinel_manager.sentinels]
    assert [(each["host"], each["port"], each["password"]) for each in asked] == [
        ("one", 26380, "d@e"),
        ("two", 26379, "d@e"),
        ("::1", 26381, "d@e"),
    ]


def test_celery_is_told_of_every_sentinel_and_of_the_password():
    broker = broker_of(WHOLE)
    assert broker.options["master_name"] == "our hub"
    assert broker.options["sentinel_kwargs"]["password"] == "d@e"
    parameters, connection = parameters_of(broker)
    assert {"username": "some@one", "password": "a/b;c", "db": 3}.items() <= parameters.items()
    assert [each.rpartition("@")[2] for each in connection.alt] == ["one:26380/3", "two:26379/3", "[::1]:26381/3"]


@pytest.mark.parametrize(("url", "words"), WRONG.items())
def test_what_is_no_address_stops_the_start_with_what_to_write_and_is_not_repeated(url, words):
    secret = url.replace("://", "://:the-secret@", 1)
    for each in {url, secret}:
        with pytest.raises(ValidationError, match=words) as refusal:
            Settings(database_url="postgresql+psycopg://triage_app@db/triage", redis_url=each, secret_key=GOOD)
        assert "redis_url" in str(refusal.value)
        assert "the-secret" not in str(refusal.value)
