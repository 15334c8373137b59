"""A school rings about a bruise. The journey ends with a closed referral, seen by everybody whose work it was."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ANYHOW
from tests.journeys.steps import RECOMMENDS, WHY, log_enquiry, press, say_level, screen, see_policy, unfold

NAMES = ("Ava", "Mia", "Kit", "Jem")
DECIDED = "level 4, Children's social care, section 47"


@pytest.fixture
def name(request):
    """A child of each way of going: one's windows are shown the others' children."""
    return NAMES[ANYHOW.index(request.node.callspec.params["visit_anyhow"])]


def test_call_becomes_a_closed_referral(visit_anyhow, name):
    visit = visit_anyhow
    officer = visit("officer")
    url = log_enquiry(officer, name, level=3)
    expect(officer.get_by_text(RECOMMENDS)).to_be_visible()
    worker = visit("social.worker")
    expect(worker.get_by_role("table")).to_contain_text(f"{name} Kirkbourne")
    screen(worker, url)
    propose(worker, name)
    approve(visit("manager"), url, name)
    worker.goto(url)
    refer_and_work(visit, worker)
    worker.goto(url)
    press(worker, "Close")
    expect(worker.get_by_role("heading", level=1)).to_contain_text("Closed")


def propose(page: Page, name: str) -> None:
    """The social worker decides; at level 4 that waits for a manager."""
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
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Why this is right for this child").fill("Made up: the bruise is not explained.")
    press(page, "Decide")
    expect(page.get_by_text("Waits for a manager to approve").first).to_be_visible()
    expect(page.get_by_text(f"Proposed: {DECIDED}")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)


def approve(page: Page, url: str, name: str) -> None:
    """A manager finds it in the worktray, says what they think themselves, and agrees."""
    line = page.get_by_role("row").filter(has_text=f"{name} Kirkbourne")
    expect(line).to_contain_text("Awaiting approval")
    line.get_by_role("link").click()
    expect(page).to_have_url(url)
    expect(page.get_by_text("Proposed:")).to_have_count(0)
    say_level(page, 4)
    page.get_by_label(WHY).fill("Made up: an arm is not where one falls")
    see_policy(page, name)
    expect(page.get_by_text(f"Proposed: {DECIDED}")).to_be_visible()
    press(page, "Approve")
    expect(page.get_by_text(f"Decided: {DECIDED}")).to_be_visible()
    expect(page.get_by_text("Decided by Sam Made-Up", exact=False)).to_contain_text("approved by Maya Made-Up")


def refer_and_work(visit, worker: Page) -> None:
    worker.get_by_role("link", name="REF-").click()
    referral = worker.url
    unfold(worker, "Allocate").get_by_label("Team").select_option("social_care_west")
    press(worker, "Allocate")
    locality = visit("west.social.care")
    expect(locality.get_by_role("heading", name="Waiting to be accepted (1)")).to_be_visible()
    locality.goto(referral)
    for step in ("Accept", "Start the assessment"):
        press(locality, step)
    discuss(locality)
    unfold(locality, "Complete the assessment")
    press(locality, "Complete the assessment")
    unfold(locality, "Close").get_by_label("Why it closes").select_option("RC8")
    press(locality, "Close")
    expect(locality.get_by_role("heading", level=1)).to_contain_text("Closed")


def discuss(page: Page) -> None:
    """A strategy discussion with police, health and social care finds that section 47 is not needed."""
    everybody = ("Children's social care", "Nottinghamshire Police", "Health")
    form = unfold(page, "Call a strategy discussion")
    for name in everybody:
        form.get_by_label(name, exact=True).check()
    press(page, "Call a strategy discussion")
    form = unfold(page, "No section 47")
    for name in everybody:
        form.get_by_label(name, exact=True).check()
    form.get_by_label("Reason").fill("Made up: the hospital can explain it")
    press(page, "No section 47")


def test_referral_of_another_locality_is_not_to_be_found(visit, request):
    name = "Zoë" if "with JavaScript" in request.node.name else "Ida"
    log_enquiry(visit("officer"), name)
    north = visit("north.social.care")
    expect(north.get_by_role("heading", level=1)).to_have_text("Referrals")
    expect(north.locator("main")).not_to_contain_text("Kirkbourne")
