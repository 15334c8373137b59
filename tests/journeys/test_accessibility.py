"""Every page, whatever its state and whoever opens it: nothing on it keeps anybody out, and it is valid HTML.

The pages are got without a browser, from a county in which everything has happened, and then opened in one: each that
shows anything as no other does, wide as on a desk and narrow as on a telephone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from pydantic import SecretStr
from werkzeug.datastructures import FileStorage

from tests.calling import post_form
from tests.conftest import Office, OneConnection
from tests.crawling import forms_of
from tests.disagreeing import come_to_disagree
from tests.everything import LONG, everything
from tests.listing import key
from tests.looking import a_tab, look_at
from tests.seeing import Page, Seen, go_through, watched
from tests.telling import come_by_a_link, come_by_every_page
from tests.validating import find_faults
from tests.worlds import World
from triage import web
from triage.app import create_app

ALL = 99
TEMPLATES = Path(web.__file__).parent / "templates"
PAGES = {
    each.relative_to(TEMPLATES).as_posix() for each in TEMPLATES.rglob("*.html") if "{% extends" in each.read_text()
} - {"portal/base.html", "portal/step.html"}  # which others extend
OF_LOCALITIES = {f"locality/{name}.html" for name in ("danger", "inbox", "referral")}
OF_LOCALITIES |= {f"partners/{name}.html" for name in ("checks", "sent", "sent_one")}
OF_VISITORS = {each for each in PAGES if each.startswith("portal/")}
OF_EVERYBODY = {f"mash/{name}.html" for name in ("worktray", "log_enquiry", "enquiry")}
OF_ACCOUNTS = {each for each in PAGES if each.startswith(("account/", "admin/"))} - {"admin/agreements.html"}
OF_OTHERS = OF_ACCOUNTS | {
    "again.html",
    "api_docs.html",
    "error.html",
    "openings.html",
    "rights/new.html",
    "sign_in.html",
}


@dataclass(frozen=True)
class Walk:
    """Whoever goes through the service, and what they see."""

    app: Flask
    office: Office
    sign_in: Callable[..., FlaskClient]
    seen: Seen
    world: World

    def go(self, who: str, *more: str, cases: int = 3) -> None:
        """Go through all that one of them finds, and what else they may come to."""
        go_through(self.sign_in(who), self.office.session, self.seen, "/", "/account", *more, cases=cases)


def go_through_as_a_manager(walk: Walk) -> None:
    """Who sees most of the hub."""
    behind = "/measures/enquiries/cases?from=2013-04-01&to=2020-12-31&counted=true"  # no number there is counted yet
    unsaid = f"/directory/{key('Homework club')}"
    decide = f"/enquiries/{walk.world.enquiries[-1].id}/decide"
    walk.go("mash_manager", decide, behind, unsaid, f"{unsaid}/purpose", cases=ALL)


def go_through_as_the_rest_of_the_hub(walk: Walk) -> None:
    """Those who log and decide, those who go on at night, and who counts."""
    for who in ("social_worker", "mash_officer", "emergency_duty_team", "early_help_unit", "analyst"):
        walk.go(who)
    for who in ("mash_officer", "emergency_duty_team"):
        begin(walk, who)


def begin(walk: Walk, who: str) -> None:
    """What somebody began and did not send, a file that they added, and who is known already as they type in a name."""
    client, at = walk.sign_in(who), f"/enquiries/{walk.world.enquiries[0].id}"
    for path in (at, "/enquiries/new"):
        client.post("/drafts", data=next(forms_of(html.fromstring(client.get(path).text), path)).filled())
    post_form(client, f"{at}/files", {"file.content": FileStorage(BytesIO(b"Made up."), "letter.txt")})
    assert [words in client.get(at).text for words in ("letter.txt", "You began this at")] == [True, True]
    assert "begun at" in client.get("/drafts").text
    known = client.post("/people/candidates", data={"at": "subjects.0", "given_name": "Ava", "family_name": LONG}).text
    assert "known already" in known
    place = re.compile("<div [^>]*data-candidates[^>]*>")
    text = place.sub(lambda found: found[0] + known, client.get("/enquiries/new").text)
    walk.seen.keep(Page("GET /enquiries/new", f"mash/candidates.html as {who}", 200, text))


def go_through_as_localities_and_partners(walk: Walk) -> None:
    """Those to whom cases go, and those who tell or are asked."""
    walk.go("locality_worker:west", cases=ALL)
    worker = walk.sign_in("locality_worker:west")
    worker.post(f"/referrals/{walk.world.referrals[-1].id}/actions/immediate_danger", data={"close.reason": "x"})
    for who in ("locality_manager:west", "locality_worker@send", "locality_worker@adult_social_care"):
        walk.go(who)
    for who in ("partner_contributor", "referrer"):
        walk.go(who)


def go_through_as_whoever_else_there_is(walk: Walk) -> None:
    """Those who work at no case, whoever is on their way in, and what is refused."""
    for who in ("information_governance", "administrator"):
        walk.go(who)
    client = walk.app.test_client()
    go_through(client, walk.office.session, walk.seen, "/sign-in", "/api/docs", "/nothing-here")
    come_in(walk)
    leave_by_the_council(walk)
    officer = walk.sign_in("mash_officer")
    walk.app.config["WTF_CSRF_ENABLED"] = True
    officer.post("/enquiries/new", data={"csrf_token": "of before", "note": "Made up"})


def come_in(walk: Walk) -> None:
    """By a first password that is changed; by a second factor, once there is one."""
    opened = {"username": "new.one", "name": "Nell Made-Up", "role": "analyst"}
    shown = html.fromstring(walk.sign_in("administrator").post("/admin/users/new", data=opened).text)
    client = walk.app.test_client()
    client.post("/sign-in", data=opened | {"password": secret_on(shown)}, follow_redirects=True)
    client.post("/sign-in/new-password", data={"new_password": "x"})
    client = walk.sign_in("analyst")
    code = pyotp.TOTP(secret_on(html.fromstring(client.get("/account/second-factor").text)))
    sent = {"code": code.at(walk.office.clock.now()), "password": "right"}
    client.post("/account/second-factor/app", data=sent)
    client.get("/account")
    go_through(walk.sign_in("analyst"), walk.office.session, walk.seen, "/sign-in")


def secret_on(page: html.HtmlElement) -> str:
    """What is shown this once."""
    return page.xpath("string(//*[@class='triage-secret'])").replace(" ", "")


def leave_by_the_council(walk: Walk) -> None:
    """Signed out, where the council's own provider lets people in."""
    settings = walk.app.extensions["triage"].settings
    theirs = {"oidc_issuer": "http://localhost:9", "oidc_client_id": "x", "oidc_client_secret": SecretStr("made up")}
    app = create_app(settings.model_copy(update=theirs), walk.office.clock, OneConnection(walk.office.session))
    with watched(app, walk.seen):
        for path in ("/sign-in", "/sign-in/council", "/sign-in/council/signed-out"):
            app.test_client().get(path)


def go_through_without_an_account(walk: Walk) -> None:
    """Whoever tells us of a child, as each kind of person does, and whoever is asked by letter."""
    come_by_a_link(walk.app, walk.office)
    come_to_disagree(walk.app, walk.office)
    come_by_every_page(walk.app)


WALKS = {
    go_through_as_a_manager: PAGES - OF_LOCALITIES - OF_OTHERS - OF_VISITORS,
    go_through_as_the_rest_of_the_hub: OF_EVERYBODY,
    go_through_as_localities_and_partners: OF_LOCALITIES,
    go_through_as_whoever_else_there_is: OF_OTHERS,
    go_through_without_an_account: OF_VISITORS,
}


@pytest.mark.timeout(1800)  # hundreds of pages, each looked at twice
@pytest.mark.parametrize("go", WALKS, ids=lambda each: each.__name__)
def test_no_page_keeps_anybody_out_and_each_is_valid(app, office, sign_in, browser, tmp_path, go):
    world = everything(office)
    with watched(app, Seen()) as seen:
        go(Walk(app, office, sign_in, seen, world))
    found = seen.telling()
    assert {each.made_of for each in found} >= WALKS[go]
    pages = {f"{number}: {each}": each.text for number, each in enumerate(found)}
    wrong = find_faults(pages, tmp_path)
    with a_tab(browser) as tab:
        wrong += [fault for name, text in pages.items() for fault in look_at(tab, name, text)]
    assert wrong == [], "\n".join(wrong)
