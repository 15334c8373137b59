"""Looking at pages in a browser for what keeps people out: by axe-core's rules, and by how wide a page is."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Route
from playwright.sync_api import Page as Tab

from triage import web
from triage.headers import HEADERS

SITE = "http://triage.test"
WIDTHS = (1280, 320)  # a desk's, and what a desk's is once everything is four times as large: WCAG 2.2, 1.4.10
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
STATIC = Path(web.__file__).parent / "static"
RULES = {
    "resultTypes": ["violations"],
    "preload": False,  # of style sheets, which none of these rules reads
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, which axe-core looks at only where it is told to
}
# No style sheet gives anything another colour in a narrow window, and this rule takes three quarters of the time.
ONCE = {"color-contrast": {"enabled": False}}
LOOK = "(rules) => axe.run(document, rules)"
UNFOLD = "() => document.querySelectorAll('details').forEach((each) => { each.open = true })"
IS_WIDE = "() => document.documentElement.scrollWidth > innerWidth"
WIDEST = """() => [...document.querySelectorAll("main *")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth && !each.closest(".triage-scroll"))
    .map((each) => each.outerHTML.slice(0, 300)).at(-1)"""


@contextmanager
def a_tab(browser: Browser) -> Iterator[Tab]:
    """A new window, in which the service's own files are there."""
    context = browser.new_context()
    context.route("**/*", _answer)
    yield context.new_page()
    context.close()


def _answer(route: Route) -> None:
    path = STATIC / urlsplit(route.request.url).path.removeprefix("/static/")
    if path.is_file():
        route.fulfill(path=path, content_type=mimetypes.guess_type(path.name)[0], headers=HEADERS)
    else:
        route.fulfill(status=404)


def look_at(tab: Tab, name: str, text: str) -> list[str]:
    """What is wrong with the page as it was answered, with everything unfolded, at each width: a line each."""
    show(tab, text)
    tab.evaluate(AXE)  # as the browser's owner, whom the page's policy does not bind
    wrong = []
    for width, rules in zip(WIDTHS, (RULES, RULES | {"rules": RULES["rules"] | ONCE}), strict=True):
        tab.set_viewport_size({"width": width, "height": 800})
        at = f"{name}, {width} px"
        wrong += [line for each in tab.evaluate(LOOK, rules)["violations"] for line in _tell(at, each)]
        wrong += [f"{at}: wider than the window: {tab.evaluate(WIDEST)}"] if tab.evaluate(IS_WIDE) else []
    return wrong


def show(tab: Tab, text: str) -> None:
    """Open the page, which comes with the headers that the service gives."""
    answer = {"body": text, "headers": HEADERS | {"Content-Type": "text/html; charset=utf-8"}}
    tab.route(f"{SITE}/page", lambda route: route.fulfill(**answer))
    tab.goto(f"{SITE}/page")
    tab.unroute(f"{SITE}/page")
    tab.evaluate(UNFOLD)


def _tell(at: str, violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        yield f"{at}: {violation['id']} ({violation['impact']}): {node['html'][:300]}"
