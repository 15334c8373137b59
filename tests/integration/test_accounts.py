"""Administrators open, change and close accounts: with a reason, on record, told, and without a case in sight."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.making import an_enquiry
from triage.access.actor import SYSTEM
from triage.access.second_factor import list_factors, new_recovery_codes
from triage.access.security_keys import remove_key
from triage.database import act_as
from triage.errors import Forbidden
from triage.models import AccountEvent, Enquiry, OutboxMessage, User
from triage.services.account_letters import DONE, tell_account
from triage.services.accounts import AccountChange, close_account

ROLE_CODES = {"role": "mash_officer"}


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


def add(admin, **details):
    sent = {"username": f"new.{uuid4().hex[:6]}", "name": "Nell Made-Up", "role": "analyst"} | details
    return sent["username"], admin.post("/admin/users/new", data=sent)


def password_in(page):
    return unescape(re.search(r'class="triage-secret">([^<]+)<', page)[1])


def account_of(office, username):
    office.session.expire_all()
    return office.session.scalar(select(User).where(User.username == username))


def events_of(office, user):
    found = office.session.scalars(
        select(AccountEvent).where(AccountEvent.user_id == user.id).order_by(AccountEvent.id)
    )
    return [event.type for event in found]


def letters_of(office, user):
    found = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "tell_account"))
    return [message.payload["what"] for message in found if message.payload["user_id"] == str(user.id)]


def change(admin, user, what, **sent):
    return admin.post(f"/admin/users/{user.id}/{what}", data={"reason": "Made up"} | sent)


def test_account_is_opened_with_a_first_password_that_is_changed(app, admin, office):
    username, page = add(admin)
    sent = {"username": username, "password": password_in(page.text)}
    client = app.test_client()
    assert client.post("/sign-in", data=sent).location == "/sign-in/new-password"
    client.post("/sign-in/new-password", data={"new_password": "herons drumming softly"})
    assert client.get("/measures").status_code == 200
    user = account_of(office, username)
    assert events_of(office, user) == ["account_opened", "password_changed"]
    assert "Nell Made-Up" in admin.get("/admin/users").text


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"username": ""}, "by what name they sign in"),
        ({"name": " "}, "what they are called"),
        ({"role": "system"}, "Choose what they do here"),
        ({"role": ""}, "Choose what they do here"),
        ({"role": "locality_worker"}, "Give a locality"),
        ({"team_code": "nowhere"}, "There is no such team"),
    ],
)
def test_account_that_could_not_be_is_refused_in_words(admin, details, says):
    _username, page = add(admin, **details)
    assert page.status_code == 422
    assert says in page.text


def test_username_is_one_persons(admin):
    username, _page = add(admin)
    assert "an account of that username already" in add(admin, username=username.upper())[1].text


def test_closing_ends_what_was_begun_and_opening_lets_in_again(app, admin, office, sign_in):
    client = sign_in("mash_officer")
    user = office.session.get(User, office.actor("mash_officer").id)
    assert change(admin, user, "close").status_code == 302
    assert client.get("/enquiries").status_code == 302
    assert app.test_client().post("/sign-in", data={"username": user.username, "password": "right"}).status_code == 422
    change(admin, user, "reopen")
    sign_in("mash_manager").post(f"/agreements/{user.id}/agree")
    assert client.get("/enquiries").status_code == 302
    assert sign_in("mash_officer").get("/enquiries").status_code == 200
    done = ["account_closed", "account_reopened", "change_agreed"]
    assert events_of(office, user) == letters_of(office, user) == done


def test_another_role_counts_from_the_next_sign_in(admin, office, sign_in):
    client = sign_in("mash_officer")
    user = office.session.get(User, office.actor("mash_officer").id)
    assert change(admin, user, "post", role="analyst").status_code == 302
    assert client.get("/enquiries").status_code == 302
    assert sign_in("mash_officer").get("/enquiries").status_code == 403
    (event,) = office.session.scalars(select(AccountEvent).where(AccountEvent.user_id == user.id))
    assert (event.reason, event.data["before"]["role"]) == ("Made up", "mash_officer")


def test_second_factor_is_taken_away_with_a_reason_and_told(admin, office):
    user = office.session.get(User, office.actor("mash_officer").id)
    new_recovery_codes(office.session, user.id)
    assert change(admin, user, "second-factor", reason=" ").status_code == 422
    assert list_factors(office.session, user.id).recovery_codes == 10
    assert change(admin, user, "second-factor").status_code == 302
    assert list_factors(office.session, user.id).recovery_codes == 0
    assert letters_of(office, user) == ["second_factor_reset"]
    letter = tell_account(
        office.desk("mash_officer"), {"user_id": str(user.id), "what": "second_factor_reset"}, "x.example"
    )
    assert str(letter.to[0]) == f'"{user.username}"@x.example' or str(letter.to[0]) == f"{user.username}@x.example"
    assert "If you did not ask for this" in letter.text
    assert not remove_key(office.session, user.id, uuid4())


def test_forgotten_password_is_replaced_by_a_first_one(app, admin, office, sign_in):
    client = sign_in("analyst")
    user = office.session.get(User, office.actor("analyst").id)
    password = password_in(change(admin, user, "password").text)
    assert client.get("/measures").status_code == 302
    sent = {"username": user.username, "password": password}
    assert app.test_client().post("/sign-in", data=sent).location == "/sign-in/new-password"


def test_every_change_has_words_for_its_letter():
    closing = {"account_closed", "account_reopened"}
    changing = {"post_changed", "password_reset", "second_factor_reset"}
    assert set(DONE) == closing | changing | {"change_agreed", "change_refused"}


@pytest.mark.parametrize("what", ["post", "close", "second-factor", "password"])
def test_nobody_changes_their_own_account(admin, office, what):
    me = office.session.get(User, office.actor("administrator").id)
    assert change(admin, me, what, **ROLE_CODES).status_code == 409


def test_account_that_is_not_there_is_not_found(admin):
    assert admin.get(f"/admin/users/{uuid4()}").status_code == 404
    assert admin.post(f"/admin/users/{SYSTEM.id}/close", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["mash_manager", "locality_manager:west", "analyst"])
def test_nobody_else_gets_there(sign_in, office, who):
    client = sign_in(who)
    for path in ("/admin/users", "/admin/users/new", "/admin/tokens"):
        assert client.get(path).status_code == 403
    with pytest.raises(Forbidden):
        close_account(office.desk(who), AccountChange(office.actor("mash_officer").id, "x"))


def test_administrator_sees_no_case(admin, office):
    an_enquiry(office)
    office.session.flush()
    assert admin.get("/enquiries").status_code == 403
    act_as(office.session, office.actor("administrator"))
    assert office.session.scalars(select(Enquiry)).all() == []


def test_last_sign_in_is_seen(admin, office, sign_in):
    sign_in("mash_manager")
    office.clock.at += timedelta(minutes=1)
    page = admin.get("/admin/users").text
    assert page.count("today") >= 2


def test_token_is_listed_by_how_it_begins_and_revoked(admin, caller):
    system = caller("partner_system")
    assert system.get("/indicators").status_code == 200
    page = admin.get("/admin/tokens").text
    assert system.token[:15] in page
    assert system.token[:16] not in page
    assert "today" in page
    assert admin.post(f"/admin/tokens/{system.token[:15]}/revoke").status_code == 302
    assert system.get("/indicators").status_code == 401
    assert "Revoked" in admin.get("/admin/tokens").text
    assert admin.post(f"/admin/tokens/{system.token[:15]}/revoke").status_code == 409
