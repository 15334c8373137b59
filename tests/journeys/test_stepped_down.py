"""A child is assessed, steps down from social care to early help, and is helped there until the needs are met."""

from playwright.sync_api import Page, expect

from tests.journeys.steps import (
    UNSAFE,
    allocate,
    approve,
    complete_assessment,
    log_enquiry,
    press,
    propose,
    screen,
    unfold,
)


def test_child_steps_down_to_early_help_and_the_needs_are_met(visit_anyhow, name):
    visit, name = visit_anyhow, f"{name}-Lou"
    url = log_enquiry(visit("officer"), name, seen=UNSAFE)
    worker = visit("social.worker")
    screen(worker, url)
    propose(worker, name, section_47=False)
    approve(visit("manager"), url, name, section_47=False)
    worker.goto(url)
    referral = allocate(worker, "social_care_west")
    next_one = step_down(visit("west.social.care"), referral)
    unit = visit("early.help")
    unit.goto(next_one)
    allocate(unit, "early_help_west")
    help_family(visit("west.early.help"), next_one)
    unit.goto(next_one)
    expect(unit.get_by_text("Came from")).to_be_visible()  # it stays one story


def step_down(page: Page, referral: str) -> str:
    """Social care assesses, and hands over to early help with the family's consent. Where early help's case is."""
    page.goto(referral)
    for step in ("Accept", "Start the assessment"):
        press(page, step)
    complete_assessment(page)
    form = unfold(page, "Step down to early help")
    form.get_by_label("Given", exact=True).check()
    form.get_by_label("Lead practitioner").fill("R. Made-Up, family worker")
    press(page, "Step down to early help")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Closed")
    page.get_by_role("term").filter(has_text="Led to").locator("xpath=following-sibling::dd//a").click()
    expect(page.get_by_text("R. Made-Up, family worker").first).to_be_visible()
    return page.url


def help_family(page: Page, referral: str) -> None:
    """Early help takes it up, makes a plan, and closes with the family's own word."""
    page.goto(referral)
    for step in ("Accept", "Family contacted", "Start the assessment"):
        press(page, step)
    unfold(page, "Complete the assessment")
    for step in ("Complete the assessment", "Make the plan", "Record a review"):
        press(page, step)
    form = unfold(page, "Close")
    form.get_by_label("Why it closes").select_option("needs_met")
    form.get_by_label("4", exact=True).check()
    press(page, "Close")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Closed")
    expect(page.get_by_text("4 of 5")).to_be_visible()
