"""Every form that takes words keeps them: as they are typed, and brought back in the same form and in no other."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import urldefrag

import pytest
from lxml import html

from tests.acting import accepted, act
from tests.asking_for_records import ask, do
from tests.correcting import say
from tests.crawling import KEY, pages_of
from tests.disposing import LATER, at_desk, closed_enquiry, weigh
from tests.making import an_enquiry, screen
from tests.reporting import made
from triage.access.sessions import end_all
from triage.models import SecondLook
from triage.services.breaking_glass import BreakGlass, break_glass
from triage.services.disposing import prepare
from triage.services.holding import PlaceHold, place_hold
from triage.services.restricting import Restrict, restrict

WORDS = ("reason", "words", "note", "identity", "username")
TYPED = 'Made up: "words" & <more>'
IG, MANAGER = "information_governance", "mash_manager"
ACCOUNT = {"/account/interests"}
MEETS = {
    IG: {"/rights/new", "/rights/*/actions/*", "/retention/holds", "/retention/holds/*/lift"}
    | {"/restricted/*/readers", "/restricted/*/lift", "/restricted/openings/*/review"},
    MANAGER: {"/rights/*/review", "/people/*/corrections/*", "/retention/disposals/*/items/*", "/restricted/*/lift"}
    | {"/restricted/enquiries/*/subjects/1", "/enquiries/*/shared", "/restricted/open", "/reasons/referral/*"}
    | {"/second-looks/*", "/reports/2013-Q1/commentary", "/outages"},
    "locality_worker:west": {"/referrals/*", "/referrals/*/shared"},
    "administrator": {"/admin/users/*/post", "/admin/users/new"},
    "partner_contributor": {"/partners/checks/*/answer"},
    "mash_officer": {"/enquiries/new", "/enquiries/*/first-views", "/people/*/corrections"},
}


@dataclass(frozen=True)
class Words:
    """A form that takes words, as it is met."""

    page: str
    action: str
    field: str
    draft: dict[str, str]
    hidden: dict[str, str]


@pytest.fixture
def county(office):
    """Something of everything that words are typed about."""
    closed_enquiry(office, given_name="Old")
    office.session.flush()
    office.clock.at = LATER
    weigh(office)
    with at_desk(office, IG) as desk:
        prepare(desk)
    asked, case = an_enquiry(office), accepted(office, given_name="Wes")
    screen(office, asked, finish=False)
    act(
        office,
        "social_worker",
        asked,
        "request_check",
        agency_code="police",
        lawful_basis="public_task",
        consent="given",
    )
    say(office, asked, field="given_name")
    request = do(office, IG, ask(office, received_on=LATER.date()), "prepare", "send_to_review")
    ask(office, received_on=LATER.date())
    with at_desk(office, MANAGER) as desk:
        place_hold(desk, PlaceHold(reference=asked.reference, reason="inquiry", words="Made up", people=False))
    (decision,) = case.subject.decisions
    office.session.add(SecondLook(decision_id=decision.id, why="override", drawn_at=office.clock.now()))
    hidden = an_enquiry(office, given_name="Rex", family_name="Hidden")
    with at_desk(office, MANAGER) as desk:
        restrict(desk, Restrict(enquiry_id=hidden.id, ordinal=1, reason="A colleague's"))
    with at_desk(office, "mash_officer") as desk:
        break_glass(desk, BreakGlass(reference=hidden.reference, reason="Made up"))
    office.clock.at += timedelta(days=1)
    made(office, "2013-Q1")
    return {"asked": asked, "case": case, "request": request}


def words_on(page, path):
    """Each form of a page that takes words and no secret."""
    for form in page.forms:
        if form.method != "POST" or form.xpath(".//input[@type='password']"):
            continue
        areas = [each.get("name") for each in form.xpath(".//textarea")]
        typed = form.xpath(".//input[not(@type) or @type='text']/@name")
        named = [each for each in typed if each.rpartition(".")[2] in WORDS]
        if areas + named:
            hidden = {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
            draft = {name: hidden.pop(name) for name in list(hidden) if name.startswith("draft.")}
            yield Words(path, form.get("action") or path, (areas + named)[0], draft, hidden)


def walk(client, *starts):
    """Every form that takes words on the pages that can be reached from there, once for each kind."""
    found = {}
    for start in starts:
        for path, page in pages_of(client, start).items():
            for form in words_on(page, path):
                found.setdefault((KEY.sub("*", path), say_kind(form.action), KEY.sub("*", form.field)), form)
    return list(found.values())


def say_kind(action):
    """Where a form is sent, without whose it is and which of the actions."""
    return re.sub(r"/actions/\w+", "/actions/*", KEY.sub("*", action))


def holding(page):
    """How many fields of a page have the words in them."""
    tree = html.fromstring(page.text)
    return [
        *tree.xpath("//input/@value"),
        *(each.text.lstrip("\n") for each in tree.xpath("//textarea") if each.text),
    ].count(TYPED)


@pytest.mark.parametrize("who", MEETS)
def test_every_form_that_takes_words_keeps_them_and_brings_them_back_in_the_same_form(sign_in, county, who):
    client, starts = sign_in(who), ["/", "/account"]
    if who == "mash_officer":
        starts += [f"/people/{county['asked'].subjects[0].person_id}/corrections?what=reported/{county['asked'].id}"]
    if who == MANAGER:
        starts += [f"/reasons/referral/{county['case'].id}", f"/rights/{county['request'].id}/review"]
        starts += ["/reports/2013-Q1/commentary"]
    forms = walk(client, *starts)
    assert MEETS[who] | ACCOUNT <= {say_kind(each.action) for each in forms}
    assert [each for each in forms if set(each.draft) != {"draft.id", "draft.page"}] == []
    for form in forms:
        kept = client.post("/drafts", data=form.hidden | {form.field: TYPED} | form.draft)
        assert kept.json["says"].startswith("Saved"), form
        to, _place = urldefrag(form.draft["draft.page"])
        page = client.get(to, query_string={"draft": form.draft["draft.id"]})
        assert (page.status_code, holding(page)) == (200, 1), form
        (again,) = (each for each in words_on(html.fromstring(page.text), to) if each.draft == form.draft)
        assert again.action == form.action
        client.post(f"/drafts/{form.draft['draft.id']}/forget")


def test_what_is_sent_once_the_session_was_ended_is_kept_for_its_owner_and_a_password_nowhere(sign_in, office):
    client = sign_in("mash_officer")
    (form,) = words_on(html.fromstring(client.get("/account").text), "/account")
    end_all(office.session, office.actor("mash_officer").id, "everywhere", office.clock.now())
    sent = client.post(form.action, data=form.draft | {"reference": "ENQ-2013-000001", form.field: TYPED})
    assert sent.location == "/sign-in?next=/account%23families&kept=1"
    assert client.post("/account/password", data={"password": "hunter2"}).location == "/sign-in?ended=1"
    page = sign_in("mash_officer", client).get("/drafts").text
    assert (TYPED in unescape(page), "hunter2" in page) == (True, False)
