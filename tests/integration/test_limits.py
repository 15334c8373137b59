"""Whoever is not known may ask so often and no more; whoever is known is never kept out by it."""

from collections import Counter

import pytest

from tests.calling import Caller
from tests.conftest import OneConnection
from triage.app import create_app
from triage.limits import BAD_TOKENS
from triage.serving import free_port

LIMIT = 10


@pytest.fixture
def limited(settings, clock, session):
    """An application behind one proxy that lets each address ask ten times a minute, counted from nothing."""
    return make(settings, clock, session)


def make(settings, clock, session, **changes):
    changed = settings.model_copy(update={"open_requests_a_minute": LIMIT, "trusted_proxies": 1} | changes)
    app = create_app(changed, clock, OneConnection(session))
    app.extensions["triage.limits"]._shared.storage.reset() if not changes else None
    return app


def ask(app, path, address, times=1, **headers):
    """How the last of so many requests from that address is answered."""
    return [app.test_client().get(path, headers={"X-Forwarded-For": address, **headers}) for _ in range(times)][-1]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/thresholds", "/api/docs", "/api/v1/openapi.json", "/nothing", "/health/live"]
)
def test_open_page_may_be_asked_for_so_often_and_then_later(limited, path):
    assert ask(limited, path, "192.0.2.1", LIMIT).status_code in (200, 404)
    answer = ask(limited, path, "192.0.2.1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Wait a minute, then try again." in answer.text
    assert answer.content_type == (
        "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
    )
    assert ask(limited, path, "192.0.2.2").status_code in (200, 404)


def test_household_of_ipv6_is_counted_as_one_however_many_addresses_it_has(limited):
    for number in range(LIMIT + 1):
        answer = ask(limited, "/sign-in", f"2001:db8:1:1::{number + 1:x}")
    assert answer.status_code == 429
    assert ask(limited, "/sign-in", "2001:db8:1:2::1").status_code == 200


def test_address_is_the_one_that_our_own_proxy_saw(limited):
    for number in range(LIMIT + 1):
        answer = ask(limited, "/sign-in", f"198.51.100.{number}, 192.0.2.1")
    assert answer.status_code == 429


def test_claimed_address_is_not_believed_without_a_proxy_of_ours(settings, clock, session):
    app = make(settings, clock, session, trusted_proxies=0)
    app.extensions["triage.limits"]._shared.storage.reset()
    for number in range(LIMIT + 1):
        sent = {"X-Forwarded-For": f"198.51.100.{number}"}
        answer = app.test_client().get("/sign-in", headers=sent, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.status_code == 429


def test_signed_in_person_and_token_that_holds_are_not_counted(limited, app, caller):
    known = caller("mash_manager")
    ask(limited, "/sign-in", "192.0.2.1", LIMIT + 1)
    ask(limited, "/api/v1/enquiries", "192.0.2.1", BAD_TOKENS.amount, Authorization="Bearer made-up")
    refused = ask(limited, "/api/v1/enquiries", "192.0.2.1", Authorization="Bearer made-up")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert ask(limited, "/api/v1/enquiries", "192.0.2.1").status_code == 429
    assert ask(limited, "/api/v1/enquiries", "192.0.2.1", Authorization=f"Bearer {known.token}").status_code == 200


def test_this_machine_itself_is_not_counted(limited):
    client = limited.test_client()
    assert Counter(client.get("/sign-in").status_code for _ in range(LIMIT * 2)) == {200: LIMIT * 2}


def test_without_redis_requests_are_still_answered_and_counted(settings, clock, session):
    app = make(settings, clock, session, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert ask(app, "/sign-in", "192.0.2.1", LIMIT).status_code == 200
    assert ask(app, "/sign-in", "192.0.2.1").status_code == 429
    assert ask(app, "/sign-in", "192.0.2.2").status_code == 200
    assert Caller(app.test_client(), "made-up").get("/enquiries").status_code == 401
