"""Signing in at the council's own provider: a real one, which the tests start, and which can be made to lie."""

import secrets
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from sqlalchemy import func, select

from tests.conftest import OneConnection
from triage.app import create_app
from triage.database import act_as
from triage.models import User
from triage.serving import free_port

HERE = "http://localhost"
OURS, SECRET = "triage", "made-up"


@pytest.fixture(scope="module")
def issuer():
    """A provider in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://localhost:{port}"
        while process.poll() is None:
            try:
                requests.get(address, timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield address
        process.terminate()


@pytest.fixture
def council(issuer, settings, clock, office):
    def app_with(**update):
        ours = {"oidc_issuer": issuer, "oidc_client_id": OURS, "oidc_client_secret": SECRET}
        changed = settings.model_copy(update=ours | {"smtp_from": "mash@council.example"})
        app = create_app(changed.model_validate(changed.model_dump() | update), clock, OneConnection(office.session))
        app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
        return app

    return app_with


@pytest.fixture
def officer(office):
    return office.session.get(User, office.actor("mash_officer").id)


def set_off(client):
    """The address at the provider to which a browser is sent."""
    sent = client.get("/sign-in/council")
    assert sent.status_code == 302
    return sent.location


def asked_of(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def vouch(issuer, address, subject, **claims):
    """The way back from the provider, where somebody signs in as `subject`, of whom it says this."""
    requests.put(f"{issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()
    back = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
    assert back.status_code == 302, back.text
    return back.headers["Location"].removeprefix(HERE)


def claims_of(user, **more):
    return {"email": f"{user.username}@council.example", "email_verified": True} | more


def sign_in(client, issuer, user, subject=None, **claims):
    subject = subject or secrets.token_hex(8)
    return client.get(vouch(issuer, set_off(client), subject, **claims_of(user, **claims)))


def is_in(client):
    return client.get("/enquiries").status_code == 200


def test_whole_way_in_and_out(council, issuer, officer, office):
    client = council().test_client()
    assert "Sign in with your council account" in client.get("/sign-in").text
    asked = asked_of(set_off(client))
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", OURS, "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert asked["redirect_uri"] == f"{HERE}/sign-in/council/back"
    assert sign_in(client, issuer, officer).location == "/enquiries"
    with client.session_transaction() as held:
        assert set(held) <= {"token", "csrf_token"}
    assert is_in(client)
    out = client.post("/sign-out")
    page = client.get(out.location).text
    assert f"{issuer}/oauth2/end_session?post_logout_redirect_uri=" in page
    assert not is_in(client)


def test_name_at_the_provider_is_bound_at_first_and_counts_alone_afterwards(council, issuer, officer, office):
    app = council()
    other = office.session.get(User, office.actor("mash_manager").id)
    assert sign_in(app.test_client(), issuer, officer, "subject-1").status_code == 302
    moved = app.test_client()
    assert sign_in(moved, issuer, other, "subject-1").location == "/enquiries"
    assert officer.name in moved.get("/enquiries").text
    assert sign_in(app.test_client(), issuer, officer, "subject-2").status_code == 403


def test_nobody_gains_a_role_or_a_team_by_a_claim(council, issuer, officer):
    client = council().test_client()
    sign_in(client, issuer, officer, role="administrator", groups=["mash_manager"], team_code="x")
    assert client.get("/insight/why-nots").status_code == 403
    assert "MASH officer" in client.get("/enquiries").text


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody-known@council.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "{username}@elsewhere.example"},
        {"email": ""},
    ],
)
def test_whoever_is_not_known_or_not_vouched_for_is_refused_in_words(council, issuer, officer, claims):
    client = council().test_client()
    filled = {
        name: value.format(username=officer.username) if isinstance(value, str) else value
        for name, value in claims.items()
    }
    answer = sign_in(client, issuer, officer, **filled)
    assert answer.status_code == 403
    assert "Ask an administrator of this service to add you" in answer.text
    assert not is_in(client)


def test_closed_account_is_refused(council, issuer, officer, office):
    app = council()
    sign_in(app.test_client(), issuer, officer, "subject-closed")
    officer.active = False
    office.session.flush()
    assert sign_in(app.test_client(), issuer, officer, "subject-closed").status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another-client"},
        {"aud": ["another-client", "a-third"], "azp": "another-client"},
        {"iss": "http://localhost:1"},
        {"exp": 1},
        {"nonce": "of another"},
    ],
    ids=str,
)
def test_id_token_that_lies_is_refused(council, issuer, officer, lie):
    client = council().test_client()
    answer = sign_in(client, issuer, officer, **lie)
    assert answer.status_code == 400
    assert "You were not signed in" in answer.text
    assert not is_in(client)


def test_state_of_another_browser_is_refused(council, issuer, officer):
    app = council()
    attacker, victim = app.test_client(), app.test_client()
    back = vouch(issuer, set_off(attacker), "attacker", **claims_of(officer))
    set_off(victim)
    assert victim.get(back).status_code == 400
    assert not is_in(victim)


def test_nonce_that_was_changed_on_the_way_is_refused(council, issuer, officer):
    client = council().test_client()
    address = set_off(client)
    changed = asked_of(address) | {"nonce": "changed-on-the-way"}
    back = vouch(issuer, f"{address.partition('?')[0]}?{urlencode(changed)}", "changed", **claims_of(officer))
    assert client.get(back).status_code == 400


def test_code_of_another_client_is_refused(council, issuer, officer):
    client = council().test_client()
    address = set_off(client)
    changed = asked_of(address) | {"client_id": "another-client"}
    back = vouch(issuer, f"{address.partition('?')[0]}?{urlencode(changed)}", "other", **claims_of(officer))
    assert client.get(back).status_code == 400


def test_code_counts_once(council, issuer, officer):
    client = council().test_client()
    back = vouch(issuer, set_off(client), "once", **claims_of(officer))
    before = client.get_cookie("triage").value
    assert client.get(back).status_code == 302
    thief = council().test_client()
    thief.set_cookie("triage", before)
    assert thief.get(back).status_code == 400
    assert client.get(back).status_code == 400


def test_refusal_at_the_provider_is_told(council):
    client = council().test_client()
    asked = asked_of(set_off(client))
    answer = client.get("/sign-in/council/back", query_string={"error": "access_denied", "state": asked["state"]})
    assert answer.status_code == 400


@pytest.mark.parametrize(("local", "status"), [(True, 422), (False, 404)])
def test_provider_that_is_away_is_told_and_local_accounts_go_on_if_there_are_any(council, local, status):
    client = council(oidc_issuer=f"http://localhost:{free_port()}", local_accounts=local).test_client()
    answer = client.get("/sign-in/council")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert ("sign in with those" in answer.text) is local
    assert ('name="password"' in client.get("/sign-in").text) is local
    assert client.post("/sign-in", data={"username": "x", "password": "y"}).status_code == status


def test_provider_that_calls_itself_otherwise_is_not_trusted(council, issuer):
    answer = council(oidc_issuer=f"{issuer}/").test_client().get("/sign-in/council")
    assert answer.status_code == 400


def test_raw_sql_tells_no_role_who_is_who_at_the_provider(council, issuer, officer, office):
    sign_in(council().test_client(), issuer, officer)
    act_as(office.session, office.actor("mash_manager"))
    assert office.session.scalar(select(func.count()).select_from(User)) > 0
    assert office.session.scalar(select(func.user_of_identity(issuer, "nobody"))) is None
