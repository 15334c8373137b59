"""A real server and a real browser: Debian's Chromium, driven by Playwright."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.journeys.keyboard import put_mouse_away
from tests.services import REDIS, SECRET_KEY, own_database, role_url
from triage.access.actor import SYSTEM
from triage.database import Database
from triage.demo.staff import PASSWORD, add_staff
from triage.serving import serve_web

CHROMIUM = "/usr/bin/chromium"
ANYHOW = tuple(product(("with JavaScript", "without JavaScript"), ("1280 px", "320 px")))
NAMES = ("Ava", "Mia", "Kit", "Jem")
REFUSALS = ("409 (CONFLICT)", "422 (UNPROCESSABLE ENTITY)")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on loopback, for all the journeys of a worker."""
    with a_site(tmp_path_factory.mktemp("web")) as (address, _):
        yield address


@contextmanager
def a_site(place: Path) -> Iterator[tuple[str, str]]:
    """The service on loopback, with a database of its own and the demo's staff: its address, and the database's."""
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
            "TRIAGE_SECOND_FACTOR_REQUIRED": "false",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        with serve_web(environment, place, port=0) as here:
            yield here.url, url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def visit(request, browser: Browser, site: str) -> Iterator:
    """Opens a page in a new window, signed in as one of the staff.

    Anything said in the console fails the test, but for the refusal of an action, which is what a page may answer.
    """
    yield from visits(browser, site, request.param, REFUSALS)


@pytest.fixture(params=ANYHOW, ids=" ".join)
def visit_anyhow(request, browser: Browser, site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """The same, with the keyboard alone, in a wide window and in one as wide as a telephone."""
    script, width = request.param
    put_mouse_away(monkeypatch)
    yield from visits(browser, site, script == "with JavaScript", REFUSALS, width=int(width.partition(" ")[0]))


@pytest.fixture
def visit_with_script(browser: Browser, site: str) -> Iterator:
    """The same, with JavaScript alone, and where the service may be away or have signed one out."""
    yield from visits(browser, site, True, (*REFUSALS, "400 (BAD REQUEST)", "net::ERR_FAILED"))


@pytest.fixture
def name(request) -> str:
    """A child for each way of going: whoever goes another way is shown this one's too."""
    return NAMES[ANYHOW.index(request.node.callspec.params["visit_anyhow"])]


def visits(browser: Browser, site: str, script: bool, expected: tuple[str, ...], width: int = 1280) -> Iterator:
    """Windows of people who signed in, closed in the end. What the console said, but for the expected, is a fault."""
    said, contexts = [], []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(each in message.text for each in expected):
            said.append(message.text)

    def as_(username: str) -> Page:
        context = browser.new_context(
            base_url=site, java_script_enabled=script, viewport={"width": width, "height": 800}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.goto("/sign-in")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield as_
    for context in contexts:
        context.close()
    assert said == []
