"""A school rings about a bruise. The journey ends with a closed referral, seen by everybody whose work it was."""

from playwright.sync_api import Page, expect

from tests.journeys.steps import (
    RECOMMENDS,
    allocate,
    approve,
    complete_assessment,
    log_enquiry,
    press,
    propose,
    screen,
    unfold,
)


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


def refer_and_work(visit, worker: Page) -> None:
    referral = allocate(worker, "social_care_west")
    locality = visit("west.social.care")
    expect(locality.get_by_role("heading", name="Waiting to be accepted (1)")).to_be_visible()
    locality.goto(referral)
    for step in ("Accept", "Start the assessment"):
        press(locality, step)
    discuss(locality)
    complete_assessment(locality)
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
