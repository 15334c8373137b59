"""What was typed on a page is never lost: whatever is away, too old, or pressed first."""

import re
from contextlib import contextmanager
from html import unescape

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from tests.acting import a_referral, two_children
from tests.making import screen, view_first

SAYS = "The policy recommends"
LONG = 'Four "paragraphs"\r\nand a <b>half'


@pytest.fixture
def siblings(office):
    """Two children of one enquiry, screened and waiting for a decision."""
    enquiry = two_children(office)
    screen(office, enquiry)
    office.session.flush()
    return enquiry


@pytest.fixture
def referral(office):
    return a_referral(office)


def hidden_in(page):
    """The hidden fields of the form that a page offers to send again, but for the token."""
    form = page.split("<main")[1].split("<form")[1].split("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    return {unescape(name): unescape(value) for name, value in found if name != "csrf_token"}


def views_of(enquiry, *views):
    form = {}
    for number, (subject, (level, reason)) in enumerate(zip(enquiry.subjects, views, strict=True)):
        at = f"first_views.{number}."
        form |= {f"{at}subject_id": str(subject.id), f"{at}level": level, f"{at}reason": reason}
    return form


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, TimeoutError])
@pytest.mark.parametrize(
    "path",
    ["first-views", "actions/withdraw", "subjects/1/person/{id}", "decide", "decide/first-views", "decide/start"],
)
def test_all_that_was_typed_can_be_sent_again_when_the_database_was_away(
    sign_in, app, siblings, monkeypatch, path, fault
):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}/{path.format(id=siblings.id)}"
    typed = {"version": "7", "withdraw.reason": LONG, "decisions.0.reason": "Why", "first_views.0.reason": "A view"}
    error = fault("gone", {}, ConnectionError("gone")) if fault is not TimeoutError else fault("no connection is free")

    @contextmanager
    def away(_actor):
        raise error
        yield

    monkeypatch.setattr(app.extensions["triage"].database, "transaction", away)
    answer = client.post(at, data=typed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert hidden_in(answer.text) == typed
    assert f'<form method="post" action="{at}">' in answer.text
    assert "Send again" in answer.text
    empty = client.get(f"/enquiries/{siblings.id}")
    assert (empty.status_code, "Send again" in empty.text) == (503, False)


def test_referral_keeps_what_was_typed_when_the_database_was_away(sign_in, app, referral, monkeypatch):
    client = sign_in("mash_manager")

    def away(_actor):
        raise OperationalError("SELECT 1", {}, ConnectionError("gone"))

    monkeypatch.setattr(app.extensions["triage"].database, "transaction", away)
    answer = client.post(f"/referrals/{referral.id}/actions/close", data={"reason": LONG})
    assert (answer.status_code, hidden_in(answer.text)) == (503, {"reason": LONG})


def token_in(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


@pytest.fixture
def guarded(sign_in, app):
    """A browser whose pages are guarded against forgery, as they are outside tests."""

    def as_(who):
        client = sign_in(who)
        app.config["WTF_CSRF_ENABLED"] = True
        return client

    return as_


def test_form_may_lie_open_for_as_long_as_its_reader_is_signed_in(guarded, siblings, monkeypatch):
    client, at = guarded("social_worker"), f"/enquiries/{siblings.id}"
    token = token_in(client.get(at).text)
    later = "itsdangerous.timed.TimestampSigner.get_timestamp"
    now = TimestampSigner("x").get_timestamp()
    monkeypatch.setattr(later, lambda _self: now + 12 * 3600)
    sent = views_of(siblings, ("3", "A"), ("3", "B")) | {"csrf_token": token}
    assert client.post(f"{at}/first-views", data=sent).status_code == 302


def test_page_from_before_a_new_session_is_carried_on(guarded, sign_in, app, siblings):
    client, at = guarded("social_worker"), f"/enquiries/{siblings.id}"
    old = token_in(client.get(at).text)
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/sign-out")
    sign_in("social_worker", client)
    app.config["WTF_CSRF_ENABLED"] = True
    sent = views_of(siblings, ("3", LONG), ("3", "B"))
    answer = client.post(f"{at}/first-views", data=sent | {"csrf_token": old})
    assert answer.status_code == 400
    assert "Bad Request" not in answer.text
    assert "what was typed is not lost" in answer.text
    assert hidden_in(answer.text) == sent
    assert siblings.subjects[0].first_views == []
    fresh = token_in(answer.text.split("<main")[1])
    again = client.post(f"{at}/first-views", data=hidden_in(answer.text) | {"csrf_token": fresh})
    assert again.status_code == 302
    assert client.get(at).text.count(SAYS) == 2


def test_signed_out_reader_is_told_how_to_keep_what_was_typed(guarded, app, siblings):
    guarded("social_worker")
    answer = app.test_client().post(f"/enquiries/{siblings.id}/first-views", data={"first_views.0.reason": "Typed"})
    assert answer.status_code == 400
    assert "Sign in in another window" in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_password_is_carried_nowhere(guarded, path):
    answer = guarded("social_worker").post(path, data={"username": "x", "password": "hunter2"})
    assert (answer.status_code, "hunter2" in answer.text) == (400, False)


def test_what_another_site_made_up_is_not_carried_on(guarded, siblings):
    at = f"/enquiries/{siblings.id}/actions/immediate_danger"
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = guarded("social_worker").post(at, data={"immediate_danger.reason": "Made up"}, headers=headers)
    assert (answer.status_code, "Made up" in answer.text, "Send again" in answer.text) == (400, False, False)


def test_going_to_decide_carries_on_what_was_half_typed(sign_in, office, siblings):
    client, at = sign_in("mash_manager"), f"/enquiries/{siblings.id}"
    page = client.get(at).text
    assert re.search(rf'<button[^>]*formaction="{at}/decide/start"[^>]*>\s*Decide\s*</button>', page)
    typed = views_of(siblings, ("3", "Half a view"), ("", "")) | {"immediate_danger.reason": LONG}
    ask = client.post(f"{at}/decide/start", data=typed)
    assert 'value="Half a view"' in ask.text
    views = views_of(siblings, ("3", "A"), ("3", "B"))
    choose = client.post(f"{at}/decide/first-views", data=views | hidden_in(ask.text) | views)
    assert choose.text.count(SAYS) == 2
    assert hidden_in(choose.text)["immediate_danger.reason"] == LONG
    assert client.get(f"{at}/decide/start").location == f"{at}/decide"


def test_decision_shows_again_what_was_half_typed_on_the_enquiry(sign_in, office, siblings):
    view_first(office, "mash_manager", siblings)
    office.session.flush()
    chosen = {"reopen.reason": "Typed before"}
    for number, subject in enumerate(siblings.subjects):
        answers = {"level": "2", "route": "advice", "section_47": "false", "reason": "x", "subject_id": str(subject.id)}
        answers["why_not.early_help"] = "Not wanted"
        chosen |= {f"decisions.{number}.{name}": value for name, value in answers.items()}
    done = sign_in("mash_manager").post(f"/enquiries/{siblings.id}/decide", data=chosen)
    assert (done.status_code, siblings.state) == (200, "decided")
    assert "Typed before</textarea>" in done.text


def test_view_of_one_child_does_not_wait_for_a_half_typed_sibling(sign_in, office, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    buttons = re.findall(r'<button[^>]*name="only"[^>]*>', client.get(at).text)
    assert [re.search(r'value="(\d)"', each)[1] for each in buttons] == ["0", "1"]
    form = views_of(siblings, ("3", ""), ("2", "Seen well")) | {"only": "1"}
    page = client.post(f"{at}/first-views", data=form)
    assert page.status_code == 200
    assert page.text.count(SAYS) == 1
    assert re.search(r'name="first_views.0.level" type="radio" value="3" checked', page.text)
    me = office.actor("social_worker").id
    assert [subject.first_view_of(me) and subject.first_view_of(me).level for subject in siblings.subjects] == [None, 2]


def test_refusal_of_one_childs_view_stands_beside_that_child(sign_in, office, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}/first-views"
    for view, field in ((("2", ""), "reason"), (("", ""), "level"), (("2", "x" * 501), "reason")):
        refused = client.post(at, data=views_of(siblings, ("3", ""), view) | {"only": "1"})
        assert refused.status_code == 422
        assert f'href="#first_views.1.{field}"' in refused.text
        assert 'href="#first_views.0' not in refused.text


@pytest.mark.parametrize("only", ["7", "x", "²", "9" * 5000, "-1"])
def test_button_of_nobody_is_refused_or_means_everybody(sign_in, siblings, only):
    form = views_of(siblings, ("3", ""), ("", "")) | {"only": only}
    assert sign_in("social_worker").post(f"/enquiries/{siblings.id}/first-views", data=form).status_code == 422
