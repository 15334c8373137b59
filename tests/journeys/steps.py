"""Steps that several journeys take."""

import re
from datetime import date

from playwright.sync_api import Locator, Page, expect

RECOMMENDS = re.compile("The policy recommends: level")
WHY = "Why, in a few words"
DECIDED = "level 4, Children's social care"
SECTION_47 = {True: ", section 47", False: ""}
INJURY = "Injury that is unexplained or not an accident"  # section 47
UNSAFE = "Parent cannot give good enough, safe care"  # level 4
MISUSE = "Regular misuse of drugs or alcohol by the child"  # level 3


def log_enquiry(
    page: Page, *names: str, level: int | None = None, seen: str = INJURY, received: date | None = None
) -> str:
    """Log what was seen of each of these children, with one's own first view if a level is given. The page's URL."""
    page.get_by_role("link", name="Log an enquiry").first.click()
    for part in ("day", "month", "year") if received else ():
        page.get_by_label(part.title(), exact=True).first.fill(str(getattr(received, part)))
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


def complete_assessment(page: Page) -> None:
    """Social care's: with the child's primary need and what was found, as the census asks."""
    form = unfold(page, "Complete the assessment")
    form.get_by_role("group", name="Was the child seen").get_by_label("Yes", exact=True).check()
    form.get_by_label("The child's primary need").select_option("N1")
    form.get_by_label("Neglect", exact=True).check()
    press(page, "Complete the assessment")


def propose(page: Page, name: str, *, section_47: bool = True) -> None:
    """The social worker decides on social care; at level 4 that waits for a manager."""
    say_level(page, 4)
    page.get_by_label(WHY).fill("Made up: nobody can say how it happened")
    see_policy(page, name)
    expect(page.get_by_text(RECOMMENDS)).to_be_visible()
    press(page, "Decide")
    to_manager = page.get_by_text("This goes to a manager to approve.")
    expect(to_manager).to_be_hidden()
    page.get_by_label("Children's social care", exact=True).check()
    say_level(page, 4)
    expect(to_manager).to_be_visible()
    page.get_by_label("Yes" if section_47 else "No", exact=True).check()
    page.get_by_label("Why this is right for this child").fill("Made up: the bruise is not explained.")
    if not section_47:
        page.get_by_label("Why not a strategy discussion").fill("Made up: nobody means her harm")
    press(page, "Decide")
    expect(page.get_by_text("Waits for a manager to approve").first).to_be_visible()
    expect(page.get_by_text(f"Proposed: {DECIDED}{SECTION_47[section_47]}")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)


def approve(page: Page, url: str, name: str, *, section_47: bool = True) -> None:
    """A manager finds it in the worktray, says what they think themselves, and agrees."""
    line = page.get_by_role("row").filter(has_text=f"{name} Kirkbourne")
    expect(line).to_contain_text("Awaiting approval")
    line.get_by_role("link").click()
    expect(page).to_have_url(url)
    expect(page.get_by_text("Proposed:")).to_have_count(0)
    say_level(page, 4)
    page.get_by_label(WHY).fill("Made up: an arm is not where one falls")
    see_policy(page, name)
    expect(page.get_by_text(f"Proposed: {DECIDED}{SECTION_47[section_47]}")).to_be_visible()
    press(page, "Approve")
    expect(page.get_by_text(f"Decided: {DECIDED}{SECTION_47[section_47]}")).to_be_visible()
    expect(page.get_by_text("Decided by Sam Made-Up", exact=False)).to_contain_text("approved by Maya Made-Up")


def allocate(page: Page, team: str) -> str:
    """Open the referral of the page of an enquiry, or the one it is, and give it to that team. Its address."""
    if "/enquiries/" in page.url:
        page.get_by_role("link", name="REF-").click()
    unfold(page, "Allocate").get_by_label("Team").select_option(team)
    press(page, "Allocate")
    return page.url
