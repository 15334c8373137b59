"""Sessions are held here: begun anew at each sign-in, ended when they should be, and listed to nobody."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import column, func, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from tests.conftest import OneConnection
from triage.access.actor import NOBODY
from triage.access.passwords import hasher, keep_password
from triage.access.signin import actor_of
from triage.app import create_app
from triage.database import act_as
from triage.models import Credential, SignInSession, User
from triage.web.sessions import expired_actor

PASSWORD = "correct horse battery"
ANOTHER = "herons drumming softly"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"session_idle_minutes": 30, "session_hours": 12})


@pytest.fixture
def enter(app, office):
    """A browser in which somebody signs in with their own password."""
    app.config["WTF_CSRF_ENABLED"] = False
    user = office.session.get(User, office.actor("mash_officer").id)
    keep_password(office.session, user.id, PASSWORD, office.clock.now())

    def go(client=None, password=PASSWORD):
        client = client or app.test_client()
        client.post("/sign-in", data={"username": user.username, "password": password})
        return client

    go.user = user
    return go


def is_in(client):
    return client.get("/enquiries").status_code == 200


def rows(office):
    office.session.expire_all()
    return list(office.session.scalars(select(SignInSession).order_by(SignInSession.created_at, SignInSession.id)))


def test_cookie_from_before_signing_in_is_worthless_after(app, enter):
    client = app.test_client()
    client.get("/sign-in")
    with client.session_transaction() as held:
        held["token"] = "planted"
    enter(client)
    with client.session_transaction() as held:
        assert held["token"] != "planted"
    planted = app.test_client()
    with planted.session_transaction() as held:
        held["token"] = "planted"
    assert is_in(client)
    assert not is_in(planted)


def test_each_sign_in_has_a_token_of_its_own_and_ends_the_one_before(app, enter, office):
    client = enter()
    old = client.get_cookie("triage").value
    enter(client)
    assert client.get_cookie("triage").value != old
    stolen = app.test_client()
    stolen.set_cookie("triage", old)
    assert not is_in(stolen)
    assert [row.ended_why for row in rows(office)] == ["replaced", None]


def test_signing_out_ends_it_on_the_server(app, enter, office):
    client = enter()
    kept = client.get_cookie("triage").value
    client.post("/sign-out")
    stolen = app.test_client()
    stolen.set_cookie("triage", kept)
    assert not is_in(stolen)
    assert rows(office)[0].ended_why == "signed_out"


def test_cookie_holds_a_token_and_nothing_of_its_person(app, enter):
    client = enter()
    with client.session_transaction() as held:
        assert set(held) <= {"token", "csrf_token"}
    assert enter.user.username not in client.get_cookie("triage").value


def test_session_ends_after_half_an_hour_without_a_sign_of_life(enter, office):
    client = enter()
    for _ in range(5):
        office.clock.at += timedelta(minutes=29)
        assert is_in(client)
    office.clock.at += timedelta(minutes=30)
    assert client.get("/enquiries").location.startswith("/sign-in")


def test_session_ends_after_half_a_day_in_any_case(enter, office):
    client, end = enter(), office.clock.at + timedelta(hours=12)
    while office.clock.at + timedelta(minutes=20) < end:
        office.clock.at += timedelta(minutes=20)
        assert is_in(client)
    office.clock.at = end
    assert not is_in(client)


def test_last_seen_is_written_no_more_than_once_a_minute(enter, office):
    client, begun = enter(), office.clock.at
    for seconds, seen in ((30, 0), (59, 0), (60, 60), (119, 60)):
        office.clock.at = begun + timedelta(seconds=seconds)
        is_in(client)
        assert rows(office)[0].last_seen_at == begun + timedelta(seconds=seen)


def test_whoever_timed_out_is_still_known_for_a_day_and_let_into_nothing(app, enter, office):
    client = enter()
    assert timed_out(app, client) is None
    office.clock.at += timedelta(hours=1)
    assert timed_out(app, client) == enter.user.id
    assert not is_in(client)
    office.clock.at += timedelta(hours=23)
    assert timed_out(app, client) is None


def timed_out(app, client):
    """Whose session has timed out, by the browser's cookie."""
    with app.test_request_context(headers={"Cookie": f"triage={client.get_cookie('triage').value}"}):
        actor = expired_actor()
        return actor and actor.id


@pytest.mark.parametrize("how", ["signed out", "closed"])
def test_whoever_signed_out_or_was_closed_is_not_known_as_timed_out(app, enter, office, how):
    client = enter()
    kept = client.get_cookie("triage").value
    if how == "signed out":
        client.post("/sign-out")
    else:
        enter.user.active = False
        office.session.flush()
    office.clock.at += timedelta(hours=1)
    with app.test_request_context(headers={"Cookie": f"triage={kept}"}):
        assert expired_actor() is None


def test_closed_account_is_out_at_once_and_another_role_counts_at_once(enter, office):
    client = enter()
    enter.user.role = "analyst"
    office.session.flush()
    assert client.get("/enquiries").status_code == 403
    enter.user.active = False
    office.session.flush()
    assert client.get("/enquiries").status_code == 302


def test_another_password_signs_out_every_other_browser(enter, office):
    here, there = enter(), enter()
    page = here.post("/account/password", data={"password": PASSWORD, "new_password": ANOTHER})
    assert page.status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert not is_in(enter())
    assert is_in(enter(password=ANOTHER))


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"password": "wrong", "new_password": ANOTHER}, "This is not your password."),
        ({"password": PASSWORD, "new_password": "password1234"}, "tried first"),
        ({"password": PASSWORD, "new_password": PASSWORD}, "the password that you have now"),
        ({"password": PASSWORD, "new_password": "short"}, "12 characters or more"),
    ],
)
def test_another_password_is_refused_in_words(enter, sent, says):
    here, there = enter(), enter()
    page = here.post("/account/password", data=sent)
    assert page.status_code == 422
    assert says in page.text
    assert is_in(there)


def test_everybody_sees_where_they_are_signed_in_and_ends_one_or_all(enter, office):
    here, there = enter(), enter()
    page = here.get("/account").text
    assert page.count("Another program") == 3
    other = next(row for row in rows(office) if f"/account/sessions/{row.id}/end" in page)
    here.post(f"/account/sessions/{other.id}/end")
    assert (is_in(here), is_in(there)) == (True, False)
    third = enter()
    here.post("/account/sign-out-everywhere")
    assert (is_in(here), is_in(third)) == (False, False)


def test_nobody_ends_the_session_of_another(enter, office, sign_in):
    client = enter()
    (row,) = rows(office)
    sign_in("mash_manager").post(f"/account/sessions/{row.id}/end")
    assert is_in(client)


def test_first_password_from_an_administrator_is_changed_before_anything_else(enter, office):
    keep_password(office.session, enter.user.id, PASSWORD, office.clock.now(), must_change=True)
    client = enter()
    assert client.get("/enquiries").location.startswith("/sign-in")
    assert client.get("/sign-in").location == "/sign-in/new-password"
    assert client.get("/account").location == "/sign-in"
    assert client.post("/sign-in/new-password", data={"new_password": PASSWORD}).status_code == 422
    before = client.get_cookie("triage").value
    assert client.post("/sign-in/new-password", data={"new_password": ANOTHER}).location == "/enquiries"
    assert client.get_cookie("triage").value != before
    assert is_in(client)


@pytest.mark.usefixtures("passwords_as_they_are")
def test_password_is_kept_anew_when_the_parameters_change(app, enter, office, monkeypatch):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    act_as(office.session, actor_of(enter.user))
    with_hash = "UPDATE credentials SET password_hash = :hash WHERE user_id = :id"
    office.session.execute(text("SELECT set_config('triage.role', 'signing_in', true)"))
    office.session.execute(text(with_hash), {"hash": weak.hash(PASSWORD), "id": enter.user.id})
    assert is_in(enter())
    act_as(office.session, actor_of(enter.user))
    office.session.execute(text("SELECT set_config('triage.role', 'signing_in', true)"))
    kept = office.session.scalar(select(Credential.password_hash))
    assert not hasher().check_needs_rehash(kept)


ROLES = ("mash_officer 2", "mash_manager", "locality_worker:west", "analyst", "partner_system", None)


@pytest.mark.parametrize("who", ROLES)
def test_raw_sql_as_any_role_finds_no_secret_and_no_session_of_another(enter, office, who):
    enter()
    act_as(office.session, office.actor(who) if who else NOBODY)
    for table in ("credentials", "security_keys", "recovery_codes", "identities"):
        assert count(office, table) == 0
    assert count(office, "sessions") == count(office, "account_events") == 0
    assert who is None or count(office, "sign_in_delays") == 0


def count(office, table):
    return office.session.scalar(select(func.count()).select_from(text(table)))


@pytest.mark.parametrize("table", ["sessions", "access_tokens"])
def test_hash_of_a_token_is_in_nobodys_grant(office, table):
    with pytest.raises(ProgrammingError, match="permission denied"), office.session.begin_nested():
        office.session.execute(select(column("token_hash")).select_from(text(table)))


@pytest.mark.parametrize("who", ["mash_manager", "locality_worker:west", "analyst", None])
def test_nobody_gives_themselves_another_role_or_a_token(office, who):
    actor = office.actor(who) if who else NOBODY
    office.session.flush()
    act_as(office.session, actor)
    changed = office.session.execute(text("UPDATE users SET role = 'system'"))
    assert changed.rowcount == 0
    grab = text(
        "INSERT INTO access_tokens (id, user_id, name, prefix, token_hash, scopes, created_at, expires_at)"
        " VALUES (gen_random_uuid(), :me, '', '', '', '{}', now(), now())"
    )
    with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
        office.session.execute(grab, {"me": actor.id})


def test_cookies_are_of_this_host_alone_and_out_of_reach_of_scripts(settings, clock, office):
    app = create_app(settings.model_copy(update={"secure_cookies": True}), clock, OneConnection(office.session))
    app.config["WTF_CSRF_ENABLED"] = False
    user = office.session.get(User, office.actor("mash_officer").id)
    keep_password(office.session, user.id, PASSWORD, office.clock.now())
    sent = {"username": user.username, "password": PASSWORD}
    set_ = (
        app.test_client().post("/sign-in", data=sent, base_url="https://triage.example").headers.getlist("Set-Cookie")
    )
    assert sorted(each.partition("=")[0] for each in set_) == ["__Host-triage", "__Host-triage-device"]
    for each in set_:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; "))
        assert "Domain" not in each


ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/enquiries\r\nSet-Cookie: a=b",
    "/enquiries\n",
    "https://evil.example/",
    "javascript:alert(1)",
    "evil.example",
    "/@evil.example\x00",
    "/enquiries#//evil.example",
    "\t//evil.example",
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_nowhere_else(app, enter, wanted):
    enter()
    sent = {"username": enter.user.username, "password": PASSWORD, "next": wanted}
    answer = app.test_client().post("/sign-in", data=sent)
    assert (answer.status_code, answer.location) == (302, "/enquiries")
    client = app.test_client()
    client.get("/sign-in", query_string={"next": wanted})
    assert client.post("/sign-in", data=sent).location == "/enquiries"


@pytest.mark.parametrize("wanted", ["/duty", "/enquiries?state=received&page=2", "/thresholds/a_b/V5", "/"])
def test_signing_in_leads_back_to_the_page_that_was_wanted(app, enter, wanted):
    sent = {"username": enter.user.username, "password": PASSWORD, "next": wanted}
    assert app.test_client().post("/sign-in", data=sent).location == wanted


def test_too_many_wrong_tries_are_answered_in_words_and_by_when_to_come_again(app, enter, office):
    client = app.test_client()
    known, unknown = ({"username": name, "password": "wrong"} for name in (enter.user.username, "nobody-known"))
    for data in (known, unknown):
        answers = [client.post("/sign-in", data=data) for _ in range(6)]
        assert [each.status_code for each in answers] == [422] * 5 + [429]
        assert answers[-1].headers["Retry-After"] == "2"
        assert "Wait 2 seconds" in answers[-1].text
    assert not is_in(enter(client))
    office.clock.at += timedelta(seconds=2)
    assert is_in(enter(client))


def test_browser_that_signed_in_before_is_not_kept_out_by_others(app, enter, office):
    hers = enter()
    hers.post("/sign-out")
    for _ in range(8):
        app.test_client().post("/sign-in", data={"username": enter.user.username, "password": "wrong"})
    assert not is_in(enter())
    assert is_in(enter(hers))


def test_log_of_signing_in_has_ids_and_no_names(app, enter, office, caplog):
    caplog.set_level("INFO", "triage.accounts")
    client = enter(password="wrong-hunter2")
    enter(client)
    client.post("/sign-out")
    assert [record.message for record in caplog.records] == ["sign_in_failed", "signed_in", "signed_out"]
    assert caplog.records[1].user_id == str(enter.user.id)
    told = repr([record.__dict__ for record in caplog.records])
    assert [word for word in (enter.user.username, enter.user.name, "hunter2", PASSWORD) if word in told] == []


def test_page_of_the_session_says_so_in_words_when_the_database_is_away(app, enter, monkeypatch):
    client = enter()

    def away(_actor):
        raise OperationalError("SELECT 1", {}, ConnectionError("gone"))

    monkeypatch.setattr(app.extensions["triage"].database, "transaction", away)
    for path in ("/enquiries", "/account", "/sign-in", "/"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "cannot reach its database" in answer.text
