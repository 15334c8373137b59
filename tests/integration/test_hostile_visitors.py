"""Hostile text of whoever has no account: an answer by a link in a letter, and how to reach whoever told us."""

import pytest
from lxml import html

from tests.acting import act
from tests.hostile import KNOWN, REFUSED, TEXTS
from tests.integration.test_check_links import ASKED
from tests.integration.test_hostile_text import assert_inert, each_of, kept_in, sendable
from tests.making import an_enquiry, screen
from tests.telling import CHILD, PROFESSIONAL, PUBLIC, a_visitor, fill_in, letters_to_partners, link_in
from tests.undoing import undone

ENDS = ("answer", "decline", "immediate_danger")


@pytest.fixture
def link(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", agency_code="police", **ASKED)
    (letter,) = letters_to_partners(office)
    return link_in(letter)


def fields_of(page):
    (form,) = (each for each in html.fromstring(page.text).forms if "version" in each.fields)
    return dict(form.fields) | {"answered_by": "Made-Up Officer, police"}


@pytest.mark.parametrize("action", ENDS)
@pytest.mark.parametrize("field", ["answer", "reason", "answered_by"])
def test_what_is_answered_by_a_link_is_kept_exactly_or_refused_and_shown_inert(
    app, office, sign_in, link, action, field
):
    session, outcomes = office.session, set()
    client = a_visitor(app)
    page = client.get(link, follow_redirects=True)
    typed = {name: value for name, value in fields_of(page).items() if name != "csrf_token"}
    assert {"answer", "reason", "answered_by", "version"} <= typed.keys()
    needed = "answer" if action == "answer" else "reason"
    typed |= {needed: "Made up: known"} if field == "answered_by" else {}

    def send(text):
        with undone(session):
            client.get(link)
            said = sendable(text)
            answer = client.post(f"/answer/{action}", data=typed | {field: said})
            assert answer.status_code in (200, 409, 413, 422), (action, field, text)
            assert_inert(answer.text)
            assert_inert(client.get("/answer").text)
            outcomes.add(answer.status_code)
            if answer.status_code == 200:
                assert any(said.strip() in each for each in kept_in(session)), (action, field, text)

    each_of(ENDS.index(action), TEXTS, send)
    for text in (KNOWN[2], REFUSED[0]):
        send(text)
    assert (200 in outcomes) == (field in (needed, "answered_by"))
    assert outcomes - {200}


def test_what_is_answered_by_a_link_is_inert_where_the_hub_reads_it(app, office, sign_in, link):
    client = a_visitor(app)
    typed = fields_of(client.get(link, follow_redirects=True))
    sent = client.post("/answer/answer", data=typed | {"answer": "\n".join(KNOWN)})
    assert sent.status_code == 200
    hub = sign_in("mash_manager")
    (enquiry,) = {each for each in html.fromstring(hub.get("/enquiries").text).xpath("//a/@href") if len(each) > 40}
    page = hub.get(enquiry.partition("#")[0]).text
    assert_inert(page)
    assert "DROP TABLE enquiries" in page


@pytest.mark.parametrize("field", ["version", "csrf_token", "reason", "answer", "zqx"])
def test_what_no_page_would_send_is_refused_in_words(app, link, field):
    client = a_visitor(app)
    typed = fields_of(client.get(link, follow_redirects=True))
    for text in (*KNOWN, *REFUSED):
        answer = client.post("/answer/decline", data=typed | {"reason": ""} | {field: sendable(text) * 2})
        assert answer.status_code in (200, 409, 413, 422), (field, text, answer.text)
        assert_inert(answer.text)
        if answer.status_code == 200:
            return


def test_address_that_no_letter_holds_opens_nothing(app):
    for token in (*KNOWN[:6], "x" * 5000, "%00", "..%2f..%2fanswer", "\u202e"):
        answer = a_visitor(app).get(f"/answer/{token.replace('#', '').replace('?', '')}")
        assert answer.status_code in (302, 404)
        assert_inert(answer.text)


@pytest.mark.parametrize("pages", [PUBLIC, CHILD, PROFESSIONAL], ids=["public", "child", "professional"])
@pytest.mark.parametrize("field", ["phone", "email"])
def test_how_to_reach_whoever_told_us_is_kept_exactly_or_refused_and_shown_inert(app, office, pages, field):
    session, outcomes = office.session, set()

    def tell(text):
        with undone(session):
            client, said = a_visitor(app), sendable(text)
            fill_in(client, pages)
            answer = client.post("/tell-us/you", data=pages["you"] | {field: said})
            assert answer.status_code in (302, 413, 422), (field, text)
            assert_inert(client.get("/tell-us/you").text)
            assert_inert(client.get("/tell-us/check").text)
            sent = client.post("/tell-us/send")
            assert_inert(sent.text)
            taken = (answer.status_code, sent.status_code) == (302, 200)
            outcomes.add("kept" if taken else "refused")
            assert not taken or any(said.strip() in each for each in kept_in(session)), (field, text)

    for text in (KNOWN[2], *REFUSED[:2]):
        tell(text)
    each_of(len(pages), TEXTS, tell)
    assert outcomes == ({"kept", "refused"} if field == "phone" else {"refused"})
