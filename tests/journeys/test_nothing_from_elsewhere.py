"""Every page of everybody, in a browser: it asks for nothing that the policy of what may run refuses."""

import re
from collections import Counter
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.journeys.steps import log_enquiry, screen
from triage.demo.staff import PASSWORD, sign_ins

WHO = [username for username, _role in sign_ins()]
KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OF_A_KIND = 4  # cases, of the many that other journeys left there
NOTED = """addEventListener("securitypolicyviolation", (each) => console.error("refused", each.violatedDirective))"""


@pytest.fixture(scope="module")
def seeded(browser: Browser, site: str) -> str:
    """Something on every page: an enquiry just logged, and one that waits for a decision."""
    context = browser.new_context(base_url=site)
    page = sign_in(context.new_page(), "social.worker")
    log_enquiry(page, "Ada", level=3)
    page.goto("/")
    screen(page, log_enquiry(page, "Bo", "Cy", level=4))
    context.close()
    return site


def sign_in(page: Page, username: str) -> Page:
    page.goto("/sign-in")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def is_complaint(said: ConsoleMessage) -> bool:
    """But for the icon that a browser asks for beside what is no page."""
    return said.type in ("error", "warning") and not said.location["url"].endswith("/favicon.ico")


def links_of(page: Page, site: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return sorted({urldefrag(each)[0] for each in found if each.startswith(site)})


def kind_of(path: str) -> str:
    """Of which kind of page it is, whatever case it is about."""
    return KEY.sub("*", path)


@pytest.mark.parametrize("username", WHO)
def test_no_page_asks_for_what_is_refused(browser, seeded, username):
    context, said = browser.new_context(base_url=seeded), []
    page = context.new_page()
    page.add_init_script(NOTED)
    page.on("console", lambda each: said.append((each.text, each.location["url"])) if is_complaint(each) else None)
    page.on("pageerror", lambda each: said.append(str(each)))
    sign_in(page, username)
    waiting, seen, kinds = [page.url, f"{seeded}/sign-in", f"{seeded}/api/docs"], set(), Counter()
    while waiting:
        url = waiting.pop()
        path = urlsplit(url).path
        if path in seen or kinds[kind_of(path)] == OF_A_KIND:
            continue
        seen.add(path)
        kinds[kind_of(path)] += 1
        if "content-disposition" in context.request.get(url).headers:
            continue  # a file to be saved: no page
        answer = page.goto(url)
        if answer.status == 403:  # another team's record that some other journey made: the question is the page
            expect(page.get_by_role("heading", name="Why are you opening this?")).to_be_visible()
            said = [each for each in said if each[1] != url]
        assert "unsafe" not in answer.headers["content-security-policy"]
        if answer.headers["content-type"].startswith("text/html"):
            assert page.evaluate("getComputedStyle(document.body).margin") == "0px"  # our style sheets were let in
            waiting += links_of(page, seeded)
    context.close()
    assert len(seen) > 5
    assert said == []


def test_script_that_somebody_typed_would_not_run_even_if_a_page_let_it_through(browser, site):
    context, said = browser.new_context(base_url=site), []
    page = context.new_page()
    page.on("console", lambda each: said.append(each.text))
    page.goto("/sign-in")
    page.evaluate(
        """() => {
          const image = document.createElement("img");
          image.setAttribute("onerror", "window.ran = true");
          image.src = "data:,";
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(image, script);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in each for each in said)
    context.close()


def test_page_is_framed_by_nobody(browser, site):
    context = browser.new_context()
    page = context.new_page()
    page.set_content(f'<iframe src="{site}/sign-in"></iframe>')
    page.wait_for_timeout(500)
    assert [frame for frame in page.frames if frame.url == f"{site}/sign-in" and frame.query_selector("form")] == []
    context.close()
