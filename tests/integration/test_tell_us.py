"""Anybody tells us of a child without an account: each page is kept, all of it is sent once, and it is an enquiry."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.reading import main_of, plain
from tests.telling import CODE, PROFESSIONAL, PUBLIC, a_visitor, fill_in, send, telling_of
from triage.access.actor import VISITOR
from triage.models import Enquiry, OutboxMessage


@pytest.fixture
def client(app):
    return a_visitor(app)


def the_enquiry(office):
    office.session.expire_all()
    return office.session.scalars(select(Enquiry)).one()


def test_first_page_says_at_once_whom_to_ring_and_what_happens(client, office):
    page = main_of(client.get("/tell-us").text)
    assert page.index("If a child is in danger now, ring 999.") < page.index(office.pack.emergency_phone) < 500
    for words in ("What happens with what you tell us", "you need not say who you are", "Your privacy"):
        assert words in page


def test_member_of_the_public_tells_us_and_it_is_an_enquiry(client, office):
    reference, _code = send(client)
    enquiry = the_enquiry(office)
    assert (enquiry.reference, enquiry.channel, enquiry.source) == (reference, "public_form", "1B")
    assert (enquiry.logged_by_id, enquiry.received_at) == (VISITOR.id, office.clock.now())
    assert (enquiry.referrer_name, enquiry.referrer_may_be_named, enquiry.consent) == ("", False, "not_asked")
    assert enquiry.subjects[0].name_as_given == "Ava Testley"
    assert {clock.kind for clock in enquiry.clocks} == {"screening", "decision"}
    assert {clock.started_at for clock in enquiry.clocks} == {office.clock.now()}
    page = main_of(client.get("/tell-us").text)
    assert f"Its reference is {reference}. We aim to decide what should happen by" in page


def test_professional_is_named_and_acknowledged_by_email(client, office):
    send(client, PROFESSIONAL)
    enquiry = the_enquiry(office)
    assert (enquiry.channel, enquiry.source, enquiry.consent) == ("portal", "2A", "given")
    assert (enquiry.referrer_name, enquiry.referrer_role) == ("Nell Made-Up", "Teacher, Made-Up School")
    assert (enquiry.referrer_phone, enquiry.referrer_may_be_named) == ("01632 960001", True)
    sent = office.session.scalars(select(OutboxMessage)).one()
    assert (sent.task, sent.payload) == ("acknowledge_referrer", {"enquiry_id": str(enquiry.id)})


def test_child_tells_of_themselves(client, office):
    own = {"seen": {"child_voice": "Made up: I am scared at home."}, "who": {"who": "child"}, "you": {}}
    send(client, PUBLIC | own)
    enquiry = the_enquiry(office)
    assert (enquiry.source, enquiry.child_voice, enquiry.referrer_may_be_named) == (
        *("1C", "Made up: I am scared at home."),
        False,
    )


def test_child_without_a_name_is_told_of_and_what_is_known_stands_in_the_telling(client, office, sign_in):
    known = {
        "children.0.about": "Made up: about six",
        "children.0.address": "1 High Street",
        "children.1.given_name": "Bo",
    }
    send(client, PUBLIC | {"children": known})
    enquiry = the_enquiry(office)
    assert [each.name_as_given for each in enquiry.subjects] == ["", "Bo"]
    assert enquiry.witnessed.endswith("About the child: Made up: about six\n\nMade up: she was alone at night.")
    assert "Name not known" in sign_in("mash_officer").get(f"/enquiries/{enquiry.id}").text


def test_danger_leads_to_999_and_then_on_and_the_hub_is_told(client, office):
    answer = client.post("/tell-us/now", data={"danger": "yes"})
    assert answer.location == "/tell-us/ring-999"
    page = client.get(answer.location).text
    assert "Ring 999 now" in page
    assert 'href="/tell-us/who"' in page
    fill_in(client, {page: PUBLIC[page] for page in list(PUBLIC)[1:]})
    client.post("/tell-us/send")
    (subject,) = the_enquiry(office).subjects
    assert subject.needs_immediate_protection is True
    assert subject.recommendation.rag == "red"


@pytest.mark.parametrize(("danger", "said"), [("yes", "Yes"), ("no", "No"), ("unsure", "I am not sure")])
def test_whoever_reads_it_sees_what_was_answered_of_danger(client, office, sign_in, danger, said):
    send(client, PUBLIC | {"now": {"danger": danger}})
    page = main_of(sign_in("mash_officer").get(f"/enquiries/{the_enquiry(office).id}").text)
    assert f"Asked whether a child is in danger now: “{said}”." in page


def test_day_of_the_decision_is_said_only_while_it_is_to_come(client, office):
    send(client)
    assert "We aim to decide" in client.get("/tell-us").text
    office.clock.at += timedelta(days=60)
    page = client.get("/tell-us").text
    assert ("We have what you sent" in page, "We aim to decide" in page) == (True, False)


def test_sent_twice_is_one_enquiry_and_tells_its_code_once(client, office):
    reference, code = send(client)
    again = client.post("/tell-us/send").text
    assert reference in again
    assert CODE.search(again) is None
    assert the_enquiry(office).reference == reference
    assert code not in client.get("/tell-us").text


def test_what_was_typed_is_the_enquirys_alone_once_it_is_sent(client, office):
    send(client)
    assert client.get("/tell-us/seen").location == client.get("/tell-us/check").location == "/tell-us"
    enquiry = the_enquiry(office)
    client.post("/tell-us/now", data={"danger": "no"})  # another begins, and the first stays as it is
    assert the_enquiry(office).id == enquiry.id


@pytest.mark.parametrize(
    ("page", "fields", "words", "anchor"),
    [
        ("now", {}, "Choose yes, no or not sure.", "danger"),
        ("who", {}, "Choose which of these you are.", "who"),
        ("children", {}, "Write at least one thing by which we can find the child", "children.0.given_name"),
        ("children", {"children.0.postcode": "X"}, "Enter a full UK postcode", "children.0.postcode"),
        (
            "children",
            {"children.0.birth_date-day": "31"},
            "Date of birth: enter a real date",
            "children.0.birth_date-day",
        ),
        (
            "children",
            {"children.0.birth_date-day": "", "children.0.birth_date-year": "2010"},
            "Date of birth",
            "children",
        ),
        ("seen", {}, "Write what worries you, in your own words.", "witnessed"),
        ("you", {"relation": "1B", "email": "nobody"}, "Email: enter an email address", "email"),
        ("you", {}, "Choose how you know the child", "relation"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client, page, fields, words, anchor):
    fill_in(client, {"who": PUBLIC["who"]})
    answer = client.post(f"/tell-us/{page}", data=fields)
    assert answer.status_code == 422
    assert words in plain(answer.text)
    assert f'href="#{anchor}' in answer.text
    shown = client.get(f"/tell-us/{page}").text
    assert all(f'value="{said}"' in shown for said in fields.values() if said)
    if page != "who":
        assert words in plain(client.get("/tell-us/check").text)
        assert client.post("/tell-us/send").location == "/tell-us/check"


def test_what_is_wrong_of_the_second_child_is_said_at_the_second_child(client):
    fields = {"children.0.given_name": "", "children.1.given_name": "Bo", "children.1.postcode": "X"}
    wrong = client.post("/tell-us/children", data=fields)
    assert (wrong.status_code, 'href="#children.1.postcode"' in wrong.text) == (422, True)
    assert 'id="children.1.postcode-error"' in wrong.text
    assert "#children.0" not in wrong.text


def test_professional_says_who_they_are_and_why_nobody_was_asked(client, office):
    fill_in(client, PROFESSIONAL)
    refused = client.post("/tell-us/you", data={"consent": "refused"})
    assert plain(refused.text).count("Say why.") == 2  # in the summary, and at the field
    for words in ("Choose where you work.", "Enter your name", "Enter your job.", "Choose whether the family may know"):
        assert words in plain(refused.text)
    assert client.post("/tell-us/send").location == "/tell-us/check"
    assert office.session.query(Enquiry).count() == 0


def test_another_child_is_added_and_what_was_typed_stays(client):
    fill_in(client, {"now": PUBLIC["now"], "who": PUBLIC["who"]})
    more = client.post("/tell-us/children", data=PUBLIC["children"] | {"add_child": "1"})
    assert more.status_code == 200
    assert 'value="Testley"' in more.text
    assert 'name="children.1.given_name"' in more.text


def test_page_that_was_changed_leads_back_to_where_all_is_looked_over(client):
    assert fill_in(client).location == "/tell-us/check"
    assert client.post("/tell-us/seen", data={"reported": "Made up"}).location == "/tell-us/check"
    page = plain(client.get("/tell-us/check").text)
    assert "What others told you Made up" in page
    assert "alone at night" not in page


def test_nothing_typed_stands_in_the_cookie_or_in_clear_in_the_database(client, office):
    fill_in(client, PROFESSIONAL)
    with client.session_transaction() as held:
        assert set(held) <= {"telling", "telling_until", "csrf_token"}
    telling = telling_of(client, office)
    assert b"Nell" not in telling.content
    assert b"alone" not in telling.content
    assert re.fullmatch(r"TELL-[0-9A-Z]{4}-[0-9A-Z]{4}", telling.reference)
