"""The worktray is worked from without a mouse, and whoever is looked for is found, with a script or without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import log_enquiry, press

ENQUIRY = re.compile(r"/enquiries/[0-9a-f-]{36}$")


@pytest.fixture
def page(visit) -> Page:
    """The worktray of an officer who logged two."""
    page = visit("officer")
    for name in ("Tia", "Tom"):
        log_enquiry(page, name)
    page.get_by_role("link", name="Worktray").first.click()
    return page


def listed(page: Page) -> int:
    return page.locator("tbody tr").count()


def numbered(page: Page, words: str) -> int:
    """The number beside those words."""
    return int(page.get_by_role("link", name=words).locator("span").inner_text().replace(",", ""))


def test_what_one_takes_is_ones_own(page):
    before = numbered(page, "Mine")
    press(page, "Take the next that nobody has")
    expect(page).to_have_url(ENQUIRY)
    expect(page.get_by_text("Orla Made-Up has it.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Worktray").first.click()
    page.get_by_role("link", name=re.compile("^Mine")).click()
    assert numbered(page, "Mine") == listed(page) == before + 1


def test_fewer_are_shown_as_chosen_and_the_address_can_be_given_on(page, visit):
    page.get_by_text("Show fewer").click()
    page.get_by_label("From").select_option("6")
    press(page, "Show")
    expect(page).to_have_url(re.compile("source=6"))
    expect(page.get_by_label("From")).to_have_value("6")
    colleague = visit("social.worker")
    colleague.goto(page.url)
    expect(colleague.get_by_label("From")).to_have_value("6")
    assert listed(colleague) == listed(page)


def test_next_is_one_press_away(page):
    page.get_by_role("link", name=re.compile("Open the first")).click()
    first = page.url
    page.get_by_role("link", name=re.compile("Next of these")).click()
    expect(page).to_have_url(ENQUIRY)
    assert page.url != first


def test_next_is_one_key_away_but_where_one_types_or_does_not_want_it(visit_with_script):
    page = visit_with_script("officer")
    for name in ("Una", "Uri"):
        log_enquiry(page, name)
    page.get_by_role("link", name="Worktray").first.click()
    page.get_by_role("link", name="Open the first of these (n)").wait_for()
    page.keyboard.press("n")
    expect(page).to_have_url(ENQUIRY)
    page.get_by_role("link", name="Next of these (n)").wait_for()
    first = page.url
    page.get_by_label("What the danger is").first.press_sequentially("nan")
    assert page.url == first
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("n")
    expect(page).not_to_have_url(first)
    page.goto("/account")
    page.get_by_label("The key n opens").uncheck()
    page.goto(first)
    page.keyboard.press("n")
    page.get_by_role("link", name="Next of these", exact=True).wait_for()
    assert page.url == first


def test_child_is_found_in_another_spelling_and_no_name_stands_in_the_address(page):
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Who or what are you looking for?").fill("Tya Kirkborne ng15 7aa")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tia Kirkbourne").first).to_be_visible()
    assert page.url.endswith("/search")
    page.get_by_role("link", name=re.compile("ENQ-")).first.click()
    expect(page).to_have_url(ENQUIRY)
