"""A journey with the keyboard alone: whatever a step clicks, checks, fills in or chooses is come to by Tab."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page

NEAR = 3
MOST = 600  # presses of Tab on one page: a field that they do not come to is out of reach without a mouse
HAS_FOCUS = """(each) => each === document.activeElement || (each.type === "radio"
    && document.activeElement.type === "radio" && document.activeElement.name === each.name)"""
# About how many presses away it is: of radios one a group, nothing that is folded away.
STEPS = """(each) => {
    const seen = new Set(), open = (one) => one.checkVisibility() && !one.disabled;
    const group = (one) => one.type !== "radio" || (!seen.has(one.name) && seen.add(one.name));
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const there = stops.filter((one) => open(one) && group(one));
    const same = (one, other) => other === one || (one.type === "radio" && other.name === one.name);
    const place = (one) => there.findIndex((other) => same(one, other));
    return place(each) - place(document.activeElement);
}"""
IS_FOCUSED = "(each) => each === document.activeElement"
LOADED_AT = "() => performance.timeOrigin"
LEADS_ON = (
    """(each) => each.type === "submit" || (each.tagName === "A" && !each.getAttribute("href").startsWith("#"))"""
)


def put_mouse_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on each step of the test is taken by keys."""
    for name, by_keys in (("click", _press), ("check", _check), ("fill", _type), ("select_option", _choose)):
        monkeypatch.setattr(Locator, name, by_keys)


def _reach(locator: Locator) -> Page:
    """Press Tab, or Shift and Tab, until it has the focus; of radios, until one of their group has."""
    locator.wait_for(state="visible")
    page = locator.page
    steps = locator.evaluate(STEPS)
    for _ in range(abs(steps) - NEAR):  # most of the way without looking
        page.keyboard.press("Tab" if steps > 0 else "Shift+Tab")
    for _ in range(MOST):
        if locator.evaluate(HAS_FOCUS):
            return page
        page.keyboard.press("Tab" if steps >= 0 else "Shift+Tab")
    raise AssertionError(f"Tab does not come to {locator}")


def _press(locator: Locator, **_: Any) -> None:
    """By Enter; the page that it leads to is waited for."""
    page, leads_on = _reach(locator), locator.evaluate(LEADS_ON)
    before = page.evaluate(LOADED_AT)
    page.keyboard.press("Enter")
    if leads_on:
        _wait_for_another(page, before)


def _wait_for_another(page: Page, before: float) -> None:
    for _ in range(200):
        try:
            if page.evaluate(LOADED_AT) != before:
                return
        except Exception as error:  # the page is being left
            if "navigation" not in str(error):
                raise
        page.wait_for_timeout(50)


def _check(locator: Locator, **_: Any) -> None:
    page = _reach(locator)
    for _ in range(MOST):
        if locator.evaluate(IS_FOCUSED):
            break
        page.keyboard.press("ArrowDown")
    if not locator.is_checked():
        page.keyboard.press("Space")
    assert locator.is_checked()


def _type(locator: Locator, text: str, **_: Any) -> None:
    page = _reach(locator)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    assert locator.input_value() == text


def _choose(locator: Locator, value: str, **_: Any) -> None:
    page = _reach(locator)
    page.keyboard.press("Home")
    for _ in range(MOST):
        if locator.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"The arrow keys do not come to {value} of {locator}")
