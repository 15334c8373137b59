"""After the password a second factor, if there is one or must be; each code once; and a way in without it."""

import re
from datetime import timedelta
from html import unescape
from secrets import token_urlsafe

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from tests.conftest import OneConnection
from triage.access.claiming import claiming
from triage.access.passwords import keep_password
from triage.app import create_app
from triage.models import Credential, SecurityKey, User

PASSWORD = "correct horse battery"


@pytest.fixture
def user(office):
    user = office.session.get(User, office.actor("mash_officer").id)
    keep_password(office.session, user.id, PASSWORD, office.clock.now())
    return user


@pytest.fixture
def browser(user, app):
    """A new browser in which the password was given."""
    app.config["WTF_CSRF_ENABLED"] = False

    def open_(app=app):
        client = app.test_client()
        client.post("/sign-in", data={"username": user.username, "password": PASSWORD})
        return client

    return open_


@pytest.fixture
def demanding(settings, clock, office):
    """The service as it is outside the demo: nobody is without a second factor."""
    strict = settings.model_copy(update={"second_factor_required": True})
    app = create_app(strict, clock, OneConnection(office.session))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return app


def secret_in(page):
    return re.search(r'class="triage-secret">([^<]+)<', page)[1].replace(" ", "")


def codes_in(page):
    return re.findall(r"<code>([a-z0-9-]+)</code>", page)


def code_of(app, office):
    return app.at(office.clock.now())


def set_up(client, office):
    """The app that now shows codes, and the recovery codes."""
    app = pyotp.TOTP(secret_in(client.get("/account/second-factor").text))
    sent = {"code": code_of(app, office), "password": PASSWORD}
    return app, codes_in(client.post("/account/second-factor/app", data=sent).text)


def is_in(client):
    return client.get("/enquiries").status_code == 200


def test_whoever_has_none_sets_one_up_before_anything_else_where_it_is_demanded(demanding, browser, office):
    client = browser(demanding)
    assert client.get("/enquiries").location.startswith("/sign-in")
    assert client.get("/sign-in").location == "/account/second-factor"
    assert client.get("/account").location == "/sign-in"
    before = client.get_cookie("triage").value
    _app, codes = set_up(client, office)
    assert len(set(codes)) == 10
    assert client.get_cookie("triage").value != before
    assert is_in(client)


def test_wrong_code_sets_nothing_up(demanding, browser):
    client = browser(demanding)
    secret = secret_in(client.get("/account/second-factor").text)
    answer = client.post("/account/second-factor/app", data={"code": "000000"})
    assert answer.status_code == 422
    assert secret_in(answer.text) == secret
    assert not is_in(client)


def test_code_is_asked_for_after_the_password_and_counts_once(browser, office):
    app, _codes = set_up(browser(), office)
    office.clock.at += timedelta(minutes=1)
    client = browser()
    assert client.get("/enquiries").location.startswith("/sign-in")
    assert client.get("/sign-in").location == "/sign-in/second-factor"
    code = code_of(app, office)
    assert client.post("/sign-in/second-factor", data={"code": "000000"}).status_code == 422
    before = client.get_cookie("triage").value
    assert client.post("/sign-in/second-factor", data={"code": f"{code[:3]} {code[3:]}"}).location == "/enquiries"
    assert client.get_cookie("triage").value != before
    assert is_in(client)
    replayed = browser()
    assert replayed.post("/sign-in/second-factor", data={"code": code}).status_code == 422
    office.clock.at += timedelta(seconds=30)
    assert replayed.post("/sign-in/second-factor", data={"code": code}).status_code == 422
    assert replayed.post("/sign-in/second-factor", data={"code": code_of(app, office)}).status_code == 302


@pytest.mark.parametrize(("seconds", "fits"), [(-70, False), (-25, True), (25, True), (70, False)])
def test_clock_of_a_telephone_may_be_half_a_minute_wrong(browser, office, seconds, fits):
    app, _codes = set_up(browser(), office)
    office.clock.at += timedelta(minutes=5)
    code = app.at(office.clock.now() + timedelta(seconds=seconds))
    assert (browser().post("/sign-in/second-factor", data={"code": code}).status_code == 302) is fits


def test_in_the_demo_codes_go_by_everybodys_clock(settings, clock, office, browser):
    there = settings.model_copy(update={"clock_offset_seconds": -86_400 * 365})
    app = create_app(there, clock, OneConnection(office.session))
    app.config.update(WTF_CSRF_ENABLED=False)
    client = browser(app)
    totp = pyotp.TOTP(secret_in(client.get("/account/second-factor").text))
    sent = {"code": totp.at(clock.now() + timedelta(days=365)), "password": PASSWORD}
    assert len(codes_in(client.post("/account/second-factor/app", data=sent).text)) == 10


def test_recovery_code_lets_in_once(browser, office):
    _app, codes = set_up(browser(), office)
    client = browser()
    assert client.post("/sign-in/second-factor", data={"recovery_code": codes[0].upper()}).status_code == 302
    assert is_in(client)
    again = browser()
    assert again.post("/sign-in/second-factor", data={"recovery_code": codes[0]}).status_code == 422
    assert again.post("/sign-in/second-factor", data={"recovery_code": codes[1].replace("-", " ")}).status_code == 302
    assert "You have 8 recovery codes left" in again.get("/account").text


def test_wrong_codes_are_slowed_like_wrong_passwords(browser, office):
    app, _codes = set_up(browser(), office)
    office.clock.at += timedelta(minutes=5)
    client = browser()
    answers = [client.post("/sign-in/second-factor", data={"code": "000000"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert client.post("/sign-in/second-factor", data={"code": code_of(app, office)}).status_code == 429


def test_second_factor_is_not_slowed_by_what_is_typed_for_a_username(app, browser, office, user):
    browser()
    for _ in range(8):
        app.test_client().post("/sign-in", data={"username": f"second factor of {user.username}", "password": "x"})
    codes, _ = set_up(browser(), office)
    office.clock.at += timedelta(minutes=5)
    client = app.test_client()
    client.post("/sign-in", data={"username": user.username, "password": PASSWORD})
    assert client.post("/sign-in/second-factor", data={"code": code_of(codes, office)}).status_code == 302


def test_half_signed_in_is_not_signed_in_and_soon_over(settings, clock, office, browser):
    brief = settings.model_copy(update={"session_idle_minutes": 30})
    app = create_app(brief, clock, OneConnection(office.session))
    app.config.update(WTF_CSRF_ENABLED=False)
    set_up(browser(), office)
    client = browser(app)
    for path in ("/account", "/account/second-factor", "/enquiries", "/sign-in/new-password"):
        assert client.get(path).status_code == 302
    office.clock.at += timedelta(minutes=10)
    assert client.get("/sign-in").status_code == 200


def test_password_alone_neither_adds_nor_removes_a_second_factor_without_being_shown_again(browser, office):
    client = browser()
    app, _codes = set_up(client, office)
    for sent in ({"which": "app"}, {"which": "app", "password": "wrong"}):
        assert client.post("/account/second-factor/remove", data=sent).status_code == 422
    assert client.get("/account").text.count("recovery codes left") == 1
    assert client.post("/account/second-factor/remove", data={"which": "app", "password": PASSWORD}).status_code == 302
    assert "You have none" in client.get("/account").text
    assert is_in(browser())
    assert app


def test_new_recovery_codes_replace_the_old(browser, office):
    client = browser()
    _app, codes = set_up(client, office)
    fresh = codes_in(client.post("/account/second-factor/codes", data={"password": PASSWORD}).text)
    assert len(fresh) == 10
    assert browser().post("/sign-in/second-factor", data={"recovery_code": codes[0]}).status_code == 422
    assert browser().post("/sign-in/second-factor", data={"recovery_code": fresh[0]}).status_code == 302


def test_setting_one_up_signs_out_every_other_browser(browser, office):
    here, there = browser(), browser()
    set_up(here, office)
    assert (is_in(here), is_in(there)) == (True, False)


def test_secret_lies_encrypted_and_no_code_in_the_clear(browser, office, user):
    app, codes = set_up(browser(), office)
    with claiming(office.session, user.id):
        sealed = office.session.scalar(select(Credential.totp_secret))
        kept = office.session.scalars(text("SELECT code_hash FROM recovery_codes")).all()
    assert app.secret.encode() not in sealed
    assert {codes[0].encode(), codes[0].replace("-", "").encode()}.isdisjoint(kept)


def test_app_that_is_merely_offered_lets_nobody_in(browser, office):
    client = browser()
    set_up(client, office)
    client.post("/account/second-factor/remove", data={"which": "app", "password": PASSWORD})
    offered = pyotp.TOTP(secret_in(client.get("/account/second-factor").text))
    with claiming(office.session, office.actor("mash_officer").id):
        office.session.add(a_key(office))
    stranger = browser()
    assert stranger.get("/sign-in").location == "/sign-in/second-factor"
    assert stranger.post("/sign-in/second-factor", data={"code": code_of(offered, office)}).status_code == 422


def test_secret_that_no_key_opens_any_more_lets_nobody_in_and_breaks_nothing(browser, office, settings, clock):
    app, _codes = set_up(browser(), office)
    office.clock.at += timedelta(minutes=1)
    lost = settings.model_validate(settings.model_dump() | {"secret_key": SecretStr(token_urlsafe(48))})
    other = create_app(lost, clock, OneConnection(office.session))
    other.config.update(WTF_CSRF_ENABLED=False)
    answer = browser(other).post("/sign-in/second-factor", data={"code": code_of(app, office)})
    assert answer.status_code == 422


def a_key(office):
    mine = office.actor("mash_officer").id
    return SecurityKey(
        user_id=mine, credential_id=b"x", public_key=b"", sign_count=0, name="x", added_at=office.clock.now()
    )


@pytest.mark.parametrize("answer", ["", "x", "{}", '{"id": "AAAA"}', '{"id": 7}', "[]", "null"])
def test_malformed_answer_of_a_security_key_is_refused(browser, office, answer):
    client = browser()
    refused = client.post("/account/second-factor/key", data={"answer": answer, "password": PASSWORD})
    assert refused.status_code == 422
    set_up(client, office)
    assert browser().post("/sign-in/second-factor", data={"answer": answer}).status_code == 422


def test_picture_and_written_secret_are_the_same_and_need_nothing_from_elsewhere(browser):
    page = browser().get("/account/second-factor").text
    assert unescape(re.search(r'class="triage-qr" src="([^"]+)"', page)[1]).startswith("data:image/svg+xml")
    assert re.search(r"<script(?![^>]*src=)", page) is None
