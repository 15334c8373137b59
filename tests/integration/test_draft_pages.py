"""What was typed on a page is there again: on another computer, after a refusal, after a session that ended."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from lxml import html

from tests.acting import a_referral, act, two_children
from tests.making import screen, view_first
from tests.reading import plain
from triage.access.passwords import keep_password
from triage.access.sessions import end_all
from triage.database import act_as
from triage.models import Enquiry, User
from triage.services.drafts import list_kept

NEW = "/enquiries/new"
BEGUN = "You began this at 10:00 today and did not send it."
SAID = 'Made up: "a bruise"\r\non <b>both</b> arms'


@pytest.fixture
def siblings(office):
    enquiry = two_children(office)
    screen(office, enquiry)
    office.session.flush()
    return enquiry


@pytest.fixture
def referral(office):
    return a_referral(office)


@pytest.fixture
def drafts_of(office, app):
    """All that somebody has begun and not sent."""

    def of(who):
        desk = office.desk(who)
        act_as(office.session, desk.actor)
        return list_kept(desk, app.extensions["triage"].vault)

    return of


def form_of(page):
    """What a page's form bears of its draft."""
    return dict(re.findall(r'name="(draft\.(?:id|page))" value="([^"]*)"', page))


def save(client, page, **typed):
    """As the page's script does at a pause. The answer."""
    return client.post(
        "/drafts", data={**form_of(page), **{name.replace("__", "."): each for name, each in typed.items()}}
    )


def carry_on(client, page):
    """Press the first "Carry on with it" of a page."""
    to, key = re.search(
        r'<form method="get" action="([^"]*)"><input type="hidden" name="draft" value="([^"]*)"', page
    ).groups()
    return client.get(to, query_string={"draft": key}).text


def test_script_is_told_when_it_was_saved(sign_in):
    client = sign_in("mash_officer")
    answer = save(client, client.get(NEW).text, witnessed=SAID)
    assert (answer.status_code, answer.json) == (200, {"says": "Saved on the server at 10:00"})


def test_what_was_typed_is_offered_on_another_computer_and_filled_in_only_when_asked(sign_in, office):
    here, there = sign_in("mash_officer"), sign_in("mash_officer")
    choices = {"subjects.0.person.kind": "unborn_child", "subjects.0.indicators": ["C2_ABSENCE_PATTERN", "P4_UNSAFE"]}
    second = {"subjects.1.person.given_name": "Ben", "consent": "refused", "received_at-day": "6"}
    save(here, here.get(NEW).text, witnessed=SAID, **choices, **second)
    page = there.get(NEW).text
    assert BEGUN in plain(page)
    assert not re.search(r"<input[^>]* checked", page)
    assert f">{SAID}</textarea>" not in unescape(page)
    assert f"“{SAID}”" in unescape(page)  # enough to know which it is
    carried = carry_on(there, page)
    assert f">{SAID}</textarea>" in unescape(carried)
    ticked = re.findall(r'type="(?:radio|checkbox)" value="([^"]*)" checked', carried)
    assert sorted(ticked) == ["C2_ABSENCE_PATTERN", "P4_UNSAFE", "unborn_child"]
    assert 'value="Ben"' in carried
    assert re.search(r'<option value="refused" selected', carried)
    assert BEGUN not in plain(carried)


def test_nothing_that_nobody_typed_is_a_draft(sign_in, drafts_of, siblings):
    client = sign_in("social_worker")
    at = f"/enquiries/{siblings.id}"
    page = client.get(at).text
    about = {f"first_views.{number}.subject_id": str(each.id) for number, each in enumerate(siblings.subjects)}
    save(client, page, version="3", opinion="  ", **about)
    assert drafts_of("social_worker") == []
    save(client, page, **{"withdraw.reason": "Typed"}, version="3", **about)
    (kept,) = drafts_of("social_worker")
    assert {name for name, _said in kept.fields} == {"withdraw.reason", *about}
    save(client, page, **{"withdraw.reason": ""}, **about)
    assert drafts_of("social_worker") == []


def test_password_is_never_kept_and_no_form_of_signing_in_has_a_draft(sign_in, app, drafts_of):
    client = sign_in("mash_officer")
    save(client, client.get(NEW).text, witnessed="Typed", new_password="hunter2", csrf_token="secret")
    (kept,) = drafts_of("mash_officer")
    assert kept.fields == (("witnessed", "Typed"),)
    assert form_of(app.test_client().get("/sign-in").text) == {}


def enquiry_form(**details):
    usual = {
        "received_at-day": "7",
        "received_at-month": "5",
        "received_at-year": "2013",
        "received_at-time": "09:50",
        "channel": "telephone",
        "source": "2A",
        "subjects.0.person.given_name": "Ava",
        "subjects.0.person.family_name": "Testley",
        "subjects.0.person.kind": "child",
        "witnessed": SAID,
    }
    return usual | details


def test_what_was_sent_is_a_draft_no_more(sign_in, drafts_of, office):
    client = sign_in("mash_officer")
    page = client.get(NEW).text
    save(client, page, witnessed=SAID)
    done = client.post(NEW, data=enquiry_form() | form_of(page))
    assert (done.status_code, drafts_of("mash_officer")) == (302, [])


def test_what_was_refused_is_kept_until_it_is_sent(sign_in, drafts_of):
    client = sign_in("mash_officer")
    form = form_of(client.get(NEW).text)
    refused = client.post(NEW, data=enquiry_form(channel="") | form)
    assert (refused.status_code, form_of(refused.text)) == (422, form)
    (kept,) = drafts_of("mash_officer")
    assert (str(kept.key), dict(kept.fields)["witnessed"]) == (form["draft.id"], SAID)
    assert client.post(NEW, data=enquiry_form() | form).status_code == 302
    assert drafts_of("mash_officer") == []


def test_room_for_another_person_keeps_what_was_typed_so_far(sign_in, drafts_of):
    client = sign_in("mash_officer")
    form = form_of(client.get(NEW).text)
    client.post(NEW, data=enquiry_form() | form | {"add_subject": "1"})
    assert [str(each.key) for each in drafts_of("mash_officer")] == [form["draft.id"]]


def test_draft_is_forgotten_only_if_what_was_sent_is_done(sign_in, office, drafts_of, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    form = form_of(client.get(at).text)
    refused = client.post(f"{at}/actions/withdraw", data={"withdraw.reason": SAID, "version": "1"} | form)
    assert refused.status_code in (409, 412, 422)
    assert [dict(each.fields)["withdraw.reason"] for each in drafts_of("social_worker")] == [SAID]


def test_what_was_typed_beside_what_is_done_stays_a_draft(sign_in, drafts_of, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    form = form_of(client.get(at).text)
    typed = {
        "first_views.0.level": "2",
        "first_views.0.reason": "A",
        "first_views.1.level": "2",
        "first_views.1.reason": "B",
    }
    about = {f"first_views.{number}.subject_id": str(each.id) for number, each in enumerate(siblings.subjects)}
    sent = typed | about | form | {"immediate_danger.reason": SAID}
    shown = client.post(f"{at}/first-views", data=sent)
    assert (shown.status_code, form_of(shown.text)) == (200, form)
    (kept,) = drafts_of("social_worker")
    assert (kept.page, dict(kept.fields)) == (at, {"immediate_danger.reason": SAID})


def test_draft_goes_with_what_was_typed_to_the_page_of_the_decision_and_back(sign_in, office, drafts_of, siblings):
    client, at = sign_in("mash_manager"), f"/enquiries/{siblings.id}"
    view_first(office, "mash_manager", siblings)
    office.session.flush()
    form = form_of(client.get(at).text)
    choose = client.post(f"{at}/decide/start", data={"reopen.reason": "Half typed"} | form)
    assert form_of(choose.text) == {"draft.id": form["draft.id"], "draft.page": f"{at}/decide"}
    chosen = {"reopen.reason": "Half typed", **form_of(choose.text)}
    for number, subject in enumerate(siblings.subjects):
        answers = {"level": "2", "route": "advice", "section_47": "false", "reason": "x", "subject_id": str(subject.id)}
        answers["why_not.early_help"] = "Not wanted"
        chosen |= {f"decisions.{number}.{name}": value for name, value in answers.items()}
    done = client.post(f"{at}/decide", data=chosen)
    assert (done.status_code, siblings.state) == (200, "decided")
    (kept,) = drafts_of("mash_manager")
    assert (kept.page, dict(kept.fields)) == (at, {"reopen.reason": "Half typed"})


def test_what_was_typed_for_a_referral_is_offered_there_and_gone_once_it_is_done(sign_in, drafts_of, referral):
    client, at = sign_in("mash_manager"), f"/referrals/{referral.id}"
    page = client.get(at).text
    save(client, page, **{"allocate.team_code": "social_care_west"})
    again = carry_on(client, client.get(at).text)
    assert re.search(r'<option value="social_care_west" selected', again)
    data = {"allocate.team_code": "social_care_west", "version": str(referral.version)} | form_of(again)
    assert client.post(f"{at}/actions/allocate", data=data).status_code == 302
    assert drafts_of("mash_manager") == []


def test_two_windows_of_one_page_do_not_write_over_each_other(sign_in, drafts_of):
    client = sign_in("mash_officer")
    for said in ("One call", "Another call"):
        save(client, client.get(NEW).text, witnessed=said)
    assert plain(client.get(NEW).text).count(BEGUN) == 2
    assert {dict(each.fields)["witnessed"] for each in drafts_of("mash_officer")} == {"One call", "Another call"}


def test_draft_that_is_thrown_away_is_gone(sign_in, drafts_of):
    client = sign_in("mash_officer")
    save(client, client.get(NEW).text, witnessed=SAID)
    to = re.search(r'action="(/drafts/[^"]*/forget)"', client.get(NEW).text)[1]
    assert client.post(to, data={"here": "1"}).location == NEW
    assert (drafts_of("mash_officer"), BEGUN in plain(client.get(NEW).text)) == ([], False)
    assert client.post(to, data={"here": "1"}).location == "/drafts"


def test_nobody_else_is_offered_it_or_can_carry_on_with_it_or_throw_it_away(sign_in, drafts_of):
    client, other = sign_in("mash_officer"), sign_in("mash_manager")
    save(client, client.get(NEW).text, witnessed=SAID)
    (kept,) = drafts_of("mash_officer")
    for page in (NEW, f"{NEW}?draft={kept.key}", "/drafts"):
        text = other.get(page).text
        assert ("both" in text, BEGUN in plain(text), str(kept.key) in text) == (False, False, False)
    other.post(f"/drafts/{kept.key}/forget")
    assert len(drafts_of("mash_officer")) == 1


@pytest.mark.parametrize("draft", ["nonsense", "00000000-0000-7000-8000-000000000009", "x" * 5000])
def test_draft_that_there_is_not_is_an_empty_form(sign_in, draft):
    answer = sign_in("mash_officer").get(NEW, query_string={"draft": draft})
    assert (answer.status_code, form_of(answer.text)["draft.id"] == draft) == (200, False)


def test_draft_of_one_page_is_not_filled_in_on_another(sign_in, drafts_of, siblings):
    client = sign_in("social_worker")
    save(client, client.get(NEW).text, **{"withdraw.reason": SAID})
    (kept,) = drafts_of("social_worker")
    assert "both" not in client.get(f"/enquiries/{siblings.id}?draft={kept.key}").text


def test_all_that_was_begun_is_listed_to_be_copied_where_its_page_is_no_more(sign_in):
    client = sign_in("mash_officer")
    client.post("/drafts", data={"draft.id": str(uuid4()), "draft.page": f"/referrals/{uuid4()}", "close.reason": SAID})
    page = client.get("/drafts").text
    assert SAID in unescape(page)
    assert "A referral, begun at 10:00 today:" in plain(page)


def decision_on(enquiry, **reasons):
    """What a page sends that was half decided: a reason for each of these children, by their first names."""
    form = {}
    for number, subject in enumerate(enquiry.subjects):
        name = subject.name_as_given.split()[0]
        form |= {f"decisions.{number}.subject_id": str(subject.id), f"decisions.{number}.reason": reasons[name]}
    return form


def split_off(office, subject):
    """One child of an enquiry is decided in another from now on."""
    why = {"subject_ids": (subject.id,), "reason": "They live apart"}
    act(office, "social_worker", subject.enquiry, "split", **why)
    office.session.flush()


def test_reason_stays_with_the_child_it_was_typed_for_when_another_is_split_off(sign_in, office, siblings):
    client, at = sign_in("mash_manager"), f"/enquiries/{siblings.id}/decide"
    view_first(office, "mash_manager", siblings)
    office.session.flush()
    form = decision_on(siblings, Ava="Ava fell", Ben="Ben was pushed") | form_of(client.get(at).text)
    client.post("/drafts", data=form)
    split_off(office, siblings.subjects[0])
    carried = carry_on(client, client.get(at).text)
    sent = client.post(at, data=form | {"version": "1"})
    for page in (carried, sent.text):
        assert re.search(r'name="decisions.0.reason"[^>]*>Ben was pushed<', page)
        assert "about somebody whom this is about no more" in plain(page)
        assert '<p class="govuk-body triage-said">Ava fell</p>' in page


@pytest.mark.parametrize("page", ["https://elsewhere.example", "//elsewhere.example", ""])
def test_draft_of_no_page_of_ours_is_refused_in_words(sign_in, page):
    data = {"draft.id": str(uuid4()), "draft.page": page, "witnessed": "x"}
    answer = sign_in("mash_officer").post("/drafts", data=data)
    assert (answer.status_code, answer.json) == (422, {"says": "Not saved: This is not a page of this service."})


# When nobody is signed in any more.


@pytest.fixture
def ended(app, office, monkeypatch):
    """Whose session has just ended because they did not use it: the officer's."""
    monkeypatch.setattr("triage.web.access.expired_actor", lambda: office.actor("mash_officer"))
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def sign_in_again(client, office, to, who="mash_officer"):
    """Sign in on the page that `to` leads to. Where that leads."""
    page = client.get(to)
    user = office.session.get(User, office.actor(who).id)
    keep_password(office.session, user.id, "right", office.clock.now())
    next_page = unescape(re.search(r'name="next" value="([^"]*)"', page.text)[1])
    return page.text, client.post(to, data={"username": user.username, "password": "right", "next": next_page}).location


@pytest.fixture
def timed_out(sign_in, ended):
    """The answer to an enquiry that was sent when the officer's session had ended."""
    form = form_of(sign_in("mash_officer").get(NEW).text)
    return ended.post(NEW, data=enquiry_form() | form)


def test_what_was_sent_after_the_session_ended_is_kept_for_whoever_typed_it(office, ended, timed_out):
    assert timed_out.status_code == 302
    said, back = sign_in_again(ended, office, timed_out.location)
    assert "What you typed is kept. Sign in to carry on with it." in said
    assert back == NEW
    page = ended.get(back).text
    assert BEGUN in plain(page)
    assert f">{SAID}</textarea>" in unescape(carry_on(ended, page))
    assert office.session.query(Enquiry).count() == 0


def test_somebody_else_who_signs_in_sees_nothing_of_it(office, ended, timed_out):
    _said, back = sign_in_again(ended, office, timed_out.location, "mash_manager")
    text = ended.get(back).text
    assert ("both" in text, BEGUN in plain(text)) == (False, False)


def test_script_of_a_session_that_ended_keeps_too_and_reads_nothing(sign_in, ended, drafts_of):
    form = form_of(sign_in("mash_officer").get(NEW).text)
    answer = ended.post("/drafts", data=form | {"witnessed": SAID})
    assert (answer.status_code, "kept=1" in answer.location) == (302, True)
    assert len(drafts_of("mash_officer")) == 1
    for path in ("/drafts", NEW):
        assert ended.get(path).location.startswith("/sign-in")


def test_form_whose_token_ended_with_its_session_is_kept_unless_others_made_it_up(app, sign_in, ended, drafts_of):
    form = form_of(sign_in("mash_officer").get(NEW).text)
    app.config["WTF_CSRF_ENABLED"] = True
    made_up = ended.post(NEW, data=enquiry_form() | form, headers={"Sec-Fetch-Site": "cross-site"})
    assert (made_up.status_code, drafts_of("mash_officer")) == (400, [])
    kept = ended.post(NEW, data=enquiry_form() | form, headers={"Sec-Fetch-Site": "same-origin"})
    assert (kept.status_code, kept.location) == (302, f"/sign-in?next={NEW}&kept=1")
    assert len(drafts_of("mash_officer")) == 1


def test_form_without_a_draft_is_led_to_sign_in_as_ever(ended, drafts_of):
    assert ended.post(NEW, data=enquiry_form()).location == "/sign-in?ended=1"
    assert "You were signed out, so nothing was done." in ended.get("/sign-in?ended=1").text
    assert drafts_of("mash_officer") == []


def test_where_nobody_knows_whose_it_is_the_page_carries_it_until_somebody_has_signed_in(
    app, sign_in, drafts_of, office
):
    form = form_of(sign_in("mash_officer").get(NEW).text)
    browser = app.test_client()
    carried = browser.post(NEW, data=enquiry_form() | form)
    assert (carried.status_code, drafts_of("mash_officer")) == (400, [])
    assert "What you typed is not lost" in carried.text
    tree = html.fromstring(carried.text)
    fields = {each.get("name"): each.get("value") for each in tree.xpath("//main//input[@type='hidden']")}
    assert (tree.xpath("//main//form/@action"), fields["witnessed"]) == ([NEW], SAID.replace("\r\n", "\n"))
    sign_in("mash_officer", browser)
    assert browser.post(NEW, data=fields).status_code == 302
    assert office.session.query(Enquiry).count() == 1


@pytest.mark.parametrize("how", ["everywhere", "account"])
def test_what_was_sent_after_the_session_was_ended_for_its_owner_is_kept_for_them_and_reads_nothing(
    app, sign_in, drafts_of, office, how
):
    client = sign_in("mash_officer")
    form = form_of(client.get(NEW).text)
    end_all(office.session, office.actor("mash_officer").id, how, office.clock.now())
    assert client.get(NEW).location.startswith("/sign-in")
    office.clock.at += timedelta(hours=3, minutes=59)
    assert client.post(NEW, data=enquiry_form() | form).location == f"/sign-in?next={NEW}&kept=1"
    assert [dict(each.fields)["witnessed"] for each in drafts_of("mash_officer")] == [SAID]
    office.clock.at += timedelta(minutes=1)
    assert client.post(NEW, data=enquiry_form() | form).status_code == 400
    assert len(drafts_of("mash_officer")) == 1
