"""Each choice asks just for the reasons that it needs and says when it takes a manager, with a script or without."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import MISUSE, WHY, log_enquiry, press, say_level, screen

WHY_NOTS = {
    "early help": "Why not early help",
    "social care": "Why not children's social care",
    "section 47": "Why not a strategy discussion",
}
TO_MANAGER = "This goes to a manager to approve."


@pytest.fixture
def page(visit, request) -> Page:
    """The decision on one child with an injury: section 47 is recommended."""
    name = "Lea" if "with JavaScript" in request.node.name else "Gus"
    return open_decision(visit, log_enquiry(visit("officer"), name))


@pytest.fixture
def page_at_level_3(visit, request) -> Page:
    """The decision on one child who misuses drugs: early help at level 3 is recommended."""
    name = "Nia" if "with JavaScript" in request.node.name else "Hal"
    return open_decision(visit, log_enquiry(visit("officer"), name, seen=MISUSE))


def open_decision(visit, url: str) -> Page:
    page = visit("social.worker")
    screen(page, url)
    page.goto(f"{url}/decide")
    say_level(page, 2)
    page.get_by_label(WHY).fill("Made up: she fell")
    press(page, "Record and see what the policy says")
    return page


def asked(page: Page) -> list[str]:
    return [rung for rung, label in WHY_NOTS.items() if page.get_by_label(label).is_visible()]


def test_choice_shows_the_reasons_that_it_needs_and_no_others(page):
    assert asked(page) == []
    for route, needed in (
        ("No further action", ["early help", "social care", "section 47"]),
        ("Advice and universal services", ["early help", "social care", "section 47"]),
        ("Early help", ["social care", "section 47"]),
        ("Children's social care", ["section 47"]),
        ("Another authority", ["section 47"]),
        ("Education, health and care pathway", ["early help", "social care", "section 47"]),
        ("Adult safeguarding", ["early help", "social care", "section 47"]),
        ("Open case: to the allocated worker", ["section 47"]),
    ):
        page.get_by_label(route, exact=True).check()
        assert asked(page) == needed, route
    page.get_by_label("Yes", exact=True).check()
    assert asked(page) == []
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Advice and universal services", exact=True).check()
    page.get_by_label("Consent", exact=False).select_option("refused")
    assert asked(page) == ["social care", "section 47"]
    page.get_by_label("Consent", exact=False).select_option("given")
    assert asked(page) == ["early help", "social care", "section 47"]


def test_whatever_is_chosen_takes_a_manager_where_section_47_is_recommended(page):
    said = page.get_by_text(TO_MANAGER)
    expect(said).to_be_hidden()
    say_level(page, 3)
    expect(said).to_be_visible()


def test_what_takes_a_manager_is_said_beside_the_button_as_it_is_chosen(page_at_level_3):
    page, said = page_at_level_3, page_at_level_3.get_by_text(TO_MANAGER)
    say_level(page, 3)
    page.get_by_label("No", exact=True).check()
    for route, takes_manager in (
        ("Early help", False),
        ("Advice and universal services", True),
        ("Children's social care", False),
        ("Education, health and care pathway", True),
        ("Open case: to the allocated worker", False),
        ("Another authority", True),
    ):
        page.get_by_label(route, exact=True).check()
        expect(said).to_be_visible(visible=takes_manager)
    page.get_by_label("Early help", exact=True).check()
    say_level(page, 4)
    expect(said).to_be_visible()
    say_level(page, 2)
    expect(said).to_be_hidden()


def test_reason_that_was_refused_as_missing_is_in_view_when_it_is_shown_again(page):
    page.get_by_label("Early help", exact=True).check()
    say_level(page, 3)
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Consent", exact=False).select_option("given")
    page.get_by_label("Why this is right for this child").fill("Made up: seen by the GP")
    press(page, "Decide")
    expect(page.get_by_role("alert")).to_contain_text("Say why not children's social care")
    expect(page.get_by_label(WHY_NOTS["early help"])).to_be_hidden()
    assert asked(page) == ["social care", "section 47"]
    for label in (WHY_NOTS["social care"], WHY_NOTS["section 47"]):
        page.get_by_label(label).fill("Made up: the GP saw how it happened")
    press(page, "Decide")
    expect(page.get_by_text("Waits for a manager to approve").first).to_be_visible()
