"""Nobody enters undeclared, and the database itself keeps a locality to its own."""

import re

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from tests.making import an_enquiry, decide_as, screen
from triage.access.actor import NOBODY
from triage.access.passwords import keep_password
from triage.database import act_as
from triage.models import Clock, Decision, Enquiry, Event, Person, Recommendation, Referral, Subject, User
from workflows.people import keys_of_name

CASE_ROWS = (Person, Enquiry, Subject, Recommendation, Decision, Referral, Clock, Event)


def routes_of(app):
    return [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_declares_who_may_enter(app):
    undeclared = [str(rule) for rule, view in routes_of(app) if not hasattr(view, "access")]
    assert undeclared == []


def test_every_route_that_is_not_public_turns_a_stranger_away(app):
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for rule, view in routes_of(app):
        if view.access.startswith("public"):
            continue
        values = {name: "1" for name in rule.arguments}
        values |= {name: "00000000-0000-7000-8000-000000000009" for name in rule.arguments if name.endswith("_id")}
        for method in rule.methods & {"GET", "POST"}:
            response = client.open(rule.build(values)[1], method=method)
            assert response.status_code in (302, 401), (method, str(rule))
            assert response.status_code == 401 or response.location.startswith("/sign-in")


def test_form_without_its_token_is_refused(app):
    response = app.test_client().post("/sign-in", data={"username": "x", "password": "y"})
    assert response.status_code == 400


def test_wrong_password_and_unknown_name_get_the_same_page(app, office):
    app.config["WTF_CSRF_ENABLED"] = False
    user = office.session.get(User, office.actor("mash_officer").id)
    keep_password(office.session, user.id, "right", office.clock.now())
    client = app.test_client()
    wrong = client.post("/sign-in", data={"username": user.username, "password": "wrong"})
    unknown = client.post("/sign-in", data={"username": "nobody-known", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    assert without_token(wrong.text.replace(user.username, "")) == without_token(
        unknown.text.replace("nobody-known", "")
    )
    assert client.post("/sign-in", data={"username": user.username, "password": "right"}).location == "/enquiries"


def without_token(page):
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


@pytest.mark.parametrize("next_page", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_sign_in_leads_nowhere_else(app, office, next_page):
    app.config["WTF_CSRF_ENABLED"] = False
    user = office.session.get(User, office.actor("mash_officer").id)
    keep_password(office.session, user.id, "right", office.clock.now())
    data = {"username": user.username, "password": "right", "next": next_page}
    assert app.test_client().post("/sign-in", data=data).location == "/enquiries"


@pytest.fixture
def two_localities(office):
    """A social care referral in the west and one in the north."""
    referrals = {}
    for place, postcode in (("west", "NG15 7AA"), ("north", "S80 1AA")):
        enquiry = an_enquiry(office, postcode=postcode, given_name=place.title(), indicators=("P4_UNSAFE",))
        screen(office, enquiry)
        decide_as(office, "social_worker", enquiry, route="social_care", level=4)
        (referrals[place],) = enquiry.referrals
        assert referrals[place].locality_code == place
    office.actor("locality_worker:west")
    office.session.flush()
    return referrals


def visible(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_locality_sees_its_own_and_nothing_of_another(office, two_localities):
    session = office.session
    act_as(session, office.actor("locality_worker:west"))
    session.expunge_all()
    assert [row.id for row in session.scalars(select(Referral))] == [two_localities["west"].id]
    assert [row.given_name for row in session.scalars(select(Person))] == ["West"]
    for model in (Enquiry, Subject, Decision):
        assert visible(session, model) == 1
    assert {row.case_id for row in session.scalars(select(Event)) if row.case_kind == "referral"} == {
        two_localities["west"].id
    }


@pytest.mark.parametrize("model", CASE_ROWS)
@pytest.mark.parametrize("who", ["analyst", None])
def test_who_works_no_case_sees_no_case(office, two_localities, model, who):
    act_as(office.session, office.actor(who) if who else NOBODY)
    office.session.expunge_all()
    assert visible(office.session, model) == 0


def test_locality_cannot_look_through_the_search_for_people(office, two_localities):
    act_as(office.session, office.actor("locality_worker:west"))
    look = "SELECT * FROM candidate_people('north testley', :keys, '{}', '{}', 'NG157AA', NULL, NULL, 9)"
    keys = keys_of_name("north", "testley")
    assert office.session.scalars(text(look), {"keys": keys}).all() == []
    act_as(office.session, office.actor("social_worker"))
    assert office.session.scalars(text(look), {"keys": keys}).all() != []  # it is there to be found


@pytest.mark.parametrize("statement", ["UPDATE events SET type = 'x'", "DELETE FROM events", "DELETE FROM people"])
def test_service_may_not_rewrite_what_happened(office, two_localities, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        office.session.execute(text(statement))


def test_service_owns_nothing(office):
    owned = text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
    assert office.session.scalar(owned) == 0
