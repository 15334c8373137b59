"""Nobody comes to see cases by an administrator's hand alone: somebody else agrees, and is given the first password."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tests.integration.test_accounts import account_of, add, change, events_of, password_in
from triage.access.accounts import GIVEN_ROLES, Post, list_tokens
from triage.access.actor import SYSTEM
from triage.access.passwords import has_password, keep_password
from triage.access.permissions import sees_cases
from triage.access.second_factor import list_factors, new_recovery_codes
from triage.access.signin import recognise_person
from triage.database import act_as
from triage.errors import Conflict, Forbidden
from triage.models import Draft, OutboxMessage, User
from triage.models.codes import ROLES
from triage.services.accounts import AccountChange, change_post, reset_password
from triage.services.agreeing import agree, ask_for_agreement, refuse
from triage.services.letters import NoLongerNeeded
from triage.store.drafts import write_draft

SEE_NO_CASES = {"administrator", "analyst", "referrer", "partner_contributor", "partner_system"}
MAY_AGREE = ("information_governance", "mash_manager")


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


def user_of(office, who):
    return office.session.get(User, office.actor(who).id)


def as_(office, who):
    act_as(office.session, SYSTEM)
    desk = office.desk(who)
    act_as(office.session, desk.actor)
    return desk


def asked(office):
    """Of whose accounts information governance and the managers are written to."""
    found = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "ask_for_agreement"))
    return [message.payload["user_id"] for message in found]


def test_roles_that_see_cases_are_those_of_the_table_and_of_the_database(session):
    assert {role for role in GIVEN_ROLES if not sees_cases(role)} == SEE_NO_CASES
    for role in ROLES:
        seen = session.scalar(text("SELECT sees_cases(:role)"), {"role": role})
        assert seen == (role == "system" or sees_cases(role))


@pytest.mark.parametrize("who", MAY_AGREE)
def test_account_is_closed_until_somebody_else_agrees_who_is_given_the_first_password(app, admin, office, sign_in, who):
    username, page = add(admin, role="mash_officer")
    user = account_of(office, username)
    assert page.location == f"/admin/users/{user.id}"
    assert "closed until information governance" in admin.get(page.location).text
    assert not user.active
    assert asked(office) == [str(user.id)]
    other = sign_in(who)
    assert "Nell Made-Up" in other.get("/agreements").text
    password = password_in(other.post(f"/agreements/{user.id}/agree").text)
    client = app.test_client()
    sent = {"username": username, "password": password}
    assert client.post("/sign-in", data=sent).location == "/sign-in/new-password"
    client.post("/sign-in/new-password", data={"new_password": "herons drumming softly"})
    assert client.get("/enquiries").status_code == 200
    assert events_of(office, user) == ["account_opened", "change_agreed", "password_changed"]
    assert "No account waits" in other.get("/agreements").text


def test_administrator_neither_agrees_nor_sees_what_waits(admin, office):
    username, _page = add(admin, role="mash_manager")
    user = account_of(office, username)
    assert admin.get("/agreements").status_code == 403
    assert admin.post(f"/agreements/{user.id}/agree").status_code == 403
    with pytest.raises(Forbidden):
        agree(as_(office, "administrator"), user.id, with_password=True)
    with pytest.raises(Forbidden):
        refuse(as_(office, "administrator"), user.id, "x")
    change(admin, user, "reopen")
    assert "triage-secret" not in change(admin, user, "password").text
    assert not account_of(office, username).active


def test_whoever_comes_to_see_cases_keeps_nothing_that_the_administrator_may_know(app, admin, office, sign_in):
    """A first password given to an analyst must not open what a manager sees."""
    username, page = add(admin)
    user, known = account_of(office, username), password_in(page.text)
    new_recovery_codes(office.session, user.id)
    assert change(admin, user, "post", role="mash_manager").status_code == 302
    page = sign_in("information_governance").post(f"/agreements/{user.id}/agree").text
    assert app.test_client().post("/sign-in", data={"username": username, "password": known}).status_code == 422
    assert list_factors(office.session, user.id).recovery_codes == 0
    sent = {"username": username, "password": password_in(page)}
    assert app.test_client().post("/sign-in", data=sent).status_code == 302


@pytest.mark.parametrize("what", ["password", "second-factor", "post"])
def test_manager_whose_account_is_changed_is_out_until_somebody_agrees(app, admin, office, sign_in, what):
    client, user = sign_in("mash_manager"), user_of(office, "mash_manager")
    sent = {"role": "mash_officer", "team_code": "mash"} if what == "post" else {}
    assert change(admin, user, what, **sent).status_code in (200, 302)
    assert client.get("/enquiries").status_code == 302
    right = {"username": user.username, "password": "right"}
    assert app.test_client().post("/sign-in", data=right).status_code == 422
    assert asked(office) == [str(user.id)]
    page = sign_in("information_governance").post(f"/agreements/{user.id}/agree")
    if what == "password":
        right["password"] = password_in(page.text)
    assert app.test_client().post("/sign-in", data=right).status_code == 302


def test_what_is_refused_stays_closed_with_a_reason(admin, office, sign_in):
    user, other = user_of(office, "mash_manager"), sign_in("information_governance")
    change(admin, user, "second-factor")
    assert other.post(f"/agreements/{user.id}/refuse", data={"reason": " "}).status_code == 422
    assert other.post(f"/agreements/{user.id}/refuse", data={"reason": "Nobody asked for it"}).status_code == 302
    assert (user_of(office, "mash_manager").active, user.unagreed_by_id) == (False, None)
    assert events_of(office, user)[-1] == "change_refused"
    assert other.post(f"/agreements/{user.id}/agree").status_code == 409
    change(admin, user, "second-factor")
    assert other.post(f"/agreements/{user.id}/agree").status_code == 409  # what is closed is not opened by a reset
    change(admin, user, "reopen")
    assert other.post(f"/agreements/{user.id}/agree").status_code == 302 or has_password(office.session, user.id)
    assert user_of(office, "mash_manager").active


def test_nobody_agrees_to_what_they_asked_for_or_to_their_own(office, admin):
    user = user_of(office, "mash_manager")
    change(admin, user, "second-factor")
    with pytest.raises(Conflict):
        agree(as_(office, "mash_manager"), user.id, with_password=True)
    office.actors["administrator"] = replace(office.actor("administrator"), role="mash_manager")  # as they became since
    with pytest.raises(Conflict):
        agree(as_(office, "administrator"), user.id, with_password=True)


def test_token_counts_no_more_once_its_account_does_something_else(admin, caller, office):
    system = caller("partner_system")
    user = user_of(office, "partner_system")
    assert change(admin, user, "post", role="partner_system", agency_code="health").status_code == 302
    assert system.get("/indicators").status_code == 401
    assert all(token.revoked_at for token, _user in list_tokens(office.session, user.id))


@pytest.mark.parametrize(("who", "role"), [("partner_system", "mash_manager"), ("mash_officer", "partner_system")])
def test_system_and_person_never_become_each_other(admin, office, who, role):
    user = user_of(office, who)
    page = change(admin, user, "post", role=role, agency_code="police")
    assert page.status_code == 409
    assert "neither becomes the other" in page.text
    assert user_of(office, who).role == who.split(" ")[0]


def test_draft_of_whoever_sees_cases_no_more_is_gone(admin, office):
    actor, now = office.actor("mash_officer"), office.clock.now()
    as_(office, "mash_officer")
    times = {"saved_at": now, "expires_at": now}
    write_draft(office.session, actor.id, uuid4(), page="/enquiries/new", content=b"x", **times)
    change(admin, user_of(office, "mash_officer"), "post", role="mash_manager", team_code="mash")
    act_as(office.session, actor)
    assert office.session.scalars(select(Draft.id)).all()
    act_as(office.session, SYSTEM)
    change(admin, user_of(office, "mash_officer"), "post", role="analyst")
    act_as(office.session, actor)
    assert office.session.scalars(select(Draft.id)).all() == []


def test_letter_asks_those_who_may_agree_and_goes_only_while_it_waits(office):
    user = user_of(office, "social_worker")
    change_post(as_(office, "administrator"), AccountChange(user.id, "x"), Post("mash_officer"))
    letter = ask_for_agreement(as_(office, "mash_manager"), {"user_id": str(user.id)}, "x.example")
    assert letter.to == ("information_governance@x.example", "mash_manager@x.example")
    assert user.name in letter.text
    agree(as_(office, "mash_manager"), user.id, with_password=True)
    with pytest.raises(NoLongerNeeded):
        ask_for_agreement(as_(office, "mash_manager"), {"user_id": str(user.id)}, "x.example")


def test_password_of_one_who_sees_no_case_is_still_shown_to_the_administrator(office):
    desk = as_(office, "administrator")
    user = user_of(office, "referrer")
    password = reset_password(desk, AccountChange(user.id, "x"))
    assert recognise_person(office.session, user.username, password).id == user.id


FORBIDDEN = {
    "opens an account that sees cases": "INSERT INTO users (id, username, name, role, active)"
    " VALUES (gen_random_uuid(), 'x.y', 'X', 'mash_officer', true)",
    "gives an open account such a role": "UPDATE users SET role = 'mash_manager' WHERE id = :analyst",
    "moves one": "UPDATE users SET locality_code = 'west' WHERE id = :manager",
    "takes another's name to sign in by": "UPDATE users SET username = 'abe' WHERE id = :manager",
    "opens a closed one": "UPDATE users SET active = true WHERE id = :closed",
    "agrees to what waits": "UPDATE users SET active = true, unagreed_by_id = NULL WHERE id = :waits",
}


@pytest.fixture
def accounts(office, session):
    keys = {name: office.actor(f"mash_manager {name}").id for name in ("manager", "closed", "waits")}
    keys["analyst"] = office.actor("analyst").id
    admin = office.actor("administrator").id
    session.execute(text("UPDATE users SET active = false WHERE id = :closed"), keys)
    waits = "UPDATE users SET active = false, unagreed_by_id = :admin WHERE id = :waits"
    session.execute(text(waits), keys | {"admin": admin})
    return keys


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_database_lets_no_administrator_do_it_alone(office, session, accounts, statement):
    act_as(session, office.actor("administrator"))
    with pytest.raises(DBAPIError, match="agreed to by two"), session.begin_nested():
        session.execute(text(statement), accounts)


@pytest.mark.parametrize("who", MAY_AGREE)
def test_database_lets_whoever_agrees_change_nothing_else(office, session, accounts, who):
    act_as(session, office.actor(who))
    for name in ("manager", "closed", "analyst"):
        done = session.execute(text("UPDATE users SET active = true WHERE id = :it"), {"it": accounts[name]})
        assert done.rowcount == 0
    for column in ("role", "name", "username"):
        statement = update(User).where(User.id == accounts["waits"]).values({column: "analyst", "unagreed_by_id": None})
        with pytest.raises(DBAPIError, match="changes nothing else"), session.begin_nested():
            session.execute(statement)
    agreed = text("UPDATE users SET active = true, unagreed_by_id = NULL WHERE id = :waits")
    assert session.execute(agreed, accounts).rowcount == 1


@pytest.mark.parametrize("who", ["mash_officer", "locality_manager:west", "analyst"])
def test_database_lets_nobody_else_agree(office, session, accounts, who):
    act_as(session, office.actor(who))
    agreed = text("UPDATE users SET active = true, unagreed_by_id = NULL WHERE id = :waits")
    assert session.execute(agreed, accounts).rowcount == 0


def test_password_is_not_kept_from_before(office):
    user = user_of(office, "mash_officer")
    keep_password(office.session, user.id, "right", office.clock.now())
    assert reset_password(as_(office, "administrator"), AccountChange(user.id, "x")) is None
    assert not has_password(office.session, user.id)
