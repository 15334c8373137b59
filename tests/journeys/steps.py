"""Steps that several journeys take."""

import re

from playwright.sync_api import Locator, Page, expect

RECOMMENDS = re.compile("The policy recommends: level")
WHY = "Why, in a few words"
INJURY = "Injury that is unexplained or not an accident"  # section 47
MISUSE = "Regular misuse of drugs or alcohol by the child"  # level 3


def log_enquiry(page: Page, *names: str, level: int | None = None, seen: str = INJURY) -> str:
    """Log what was seen of each of these children, with one's own first view if a level is given. The page's URL."""
    page.get_by_role("link", name="Log an enquiry").first.click()
    page.get_by_label("How", exact=True).select_option("telephone")
    page.get_by_label("Who told us").select_option("2A")
    for number, name in enumerate(names):
        if number:
            press(page, "Add another person")
        page.get_by_label("A child", exact=True).nth(number).check()
        page.get_by_role("textbox", name="Given name").nth(number).fill(name)
        page.get_by_role("textbox", name="Family name").nth(number).fill("Kirkbourne")
        page.get_by_role("textbox", name="Postcode").nth(number).fill("ng15 7aa")
        page.get_by_label(seen).nth(number).check()
        if level:
            say_level(page, level, number)
            page.get_by_label(WHY).nth(number).fill("Made up: a bruise")
    page.get_by_label("What they saw or heard themselves").fill("Made up: a bruise on the arm.")
    press(page, "Log the enquiry")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ENQ-")
    return page.url


def say_level(page: Page, level: int, number: int = 0) -> None:
    """Check the radio of that level, the `number`th on the page."""
    page.get_by_role("radio", name=re.compile(f"^{level}: ")).nth(number).check()


def screen(page: Page, url: str) -> None:
    """Screen the enquiry as red and send it for decision."""
    page.goto(url)
    press(page, "Start screening")
    page.get_by_role("radio", name="Red", exact=True).check()
    press(page, "Set red, amber or green")
    press(page, "Send for decision")
    expect(page.get_by_role("button", name="Decide", exact=True)).to_be_visible()


def see_policy(page: Page, name: str) -> None:
    """Record one's own first view of that child, on the enquiry's page."""
    press(page, f"Record and see what the policy says for {name} Kirkbourne")


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).first.click()


def unfold(page: Page, button: str) -> Locator:
    """Open what hides that button, if anything does. The part of the page that has its fields."""
    page.locator("button", has_text=button).first.wait_for(state="attached")  # the page may be on its way
    folded = page.locator("details").filter(has=page.locator("button", has_text=button))
    if folded.count() and not folded.first.evaluate("each => each.open"):
        folded.first.locator("summary").click()
    return folded.first if folded.count() else page.locator(".triage-card").filter(has_text=button)
