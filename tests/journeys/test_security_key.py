"""A passkey in a real browser: set up while nobody may be without a second factor, and asked for the next time."""

import os
import sys

import pytest
from playwright.sync_api import expect

from tests.services import REDIS, SECRET_KEY, own_database, role_url
from triage.access.actor import SYSTEM
from triage.database import Database
from triage.demo.staff import PASSWORD, add_staff
from triage.serving import serve_web

CANNOT = "This browser cannot use security keys here."


@pytest.fixture
def strict_site(tmp_path):
    """The service as it is outside the demo: nobody is without a second factor."""
    with own_database() as name:
        url = role_url("triage_app", name)
        with Database(url) as database, database.transaction(SYSTEM) as session:
            add_staff(session)
        environment = {
            **os.environ,
            "TRIAGE_DATABASE_URL": url,
            "TRIAGE_REDIS_URL": os.environ[REDIS],
            "TRIAGE_SECRET_KEY": SECRET_KEY,
            "TRIAGE_DEMO": "true",
            "TRIAGE_SECURE_COOKIES": "false",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        with serve_web(environment, tmp_path, port=0) as here:
            yield here.url.replace("127.0.0.1", "localhost")  # a key belongs to a name, never to an address


@pytest.fixture
def page(browser, strict_site):
    said = []
    context = browser.new_context(base_url=strict_site)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    yield page
    context.close()
    assert said == []


def plug_in(page):
    """An authenticator that says yes, in the browser itself."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    added = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    return tools, added["authenticatorId"]


def give_password(page):
    page.goto("/sign-in")
    page.get_by_label("Username").fill("officer")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_passkey_is_set_up_and_asked_for_the_next_time(page):
    tools, key = plug_in(page)
    give_password(page)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    expect(page.get_by_text(CANNOT)).to_be_hidden()
    expect(page.get_by_text("The key was not read")).to_be_hidden()
    page.get_by_label("What to call it").fill("Blue key")
    page.get_by_role("button", name="Add a security key").click()
    expect(page.get_by_role("heading", name="Keep your recovery codes")).to_be_visible()
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(page.url.rpartition("/")[0] + "/enquiries")
    page.get_by_role("button", name="Sign out").click()
    give_password(page)
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    page.goto("/enquiries")
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    page.get_by_role("button", name="Use your security key").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    (held,) = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert held["signCount"] >= 2
    page.get_by_role("link", name="Orla Made-Up").click()
    expect(page.get_by_role("term").filter(has_text="Blue key")).to_be_visible()


def test_key_of_nobody_and_no_key_at_all_let_nobody_in(page):
    tools, key = plug_in(page)
    give_password(page)
    page.get_by_role("button", name="Add a security key").click()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()
    tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    plug_in(page)
    give_password(page)
    page.get_by_role("button", name="Use your security key").click()
    expect(page.get_by_text("The key was not read. Try again.")).to_be_visible()
    page.goto("/enquiries")
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()


def test_without_javascript_a_page_says_what_a_key_needs(browser, strict_site):
    context = browser.new_context(base_url=strict_site, java_script_enabled=False)
    page = context.new_page()
    give_password(page)
    expect(page.get_by_text(CANNOT)).to_be_visible()
    expect(page.get_by_role("button", name="Add a security key")).to_be_hidden()
    expect(page.get_by_role("button", name="Use this app")).to_be_visible()
    context.close()
