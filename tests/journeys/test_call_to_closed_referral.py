"""A school rings about a bruise. The journey ends with a closed referral, seen by everybody whose work it was."""

from playwright.sync_api import Page, expect

from tests.journeys.steps import RECOMMENDS, WHY, log_enquiry, press, say_level, screen, see_policy


def test_call_becomes_a_closed_referral(visit, request):
    name = "Ava" if "with JavaScript" in request.node.name else "Mia"
    officer = visit("officer")
    url = log_enquiry(officer, name, level=3)
    expect(officer.get_by_text(RECOMMENDS)).to_be_visible()
    worker = visit("social.worker")
    expect(worker.get_by_role("table")).to_contain_text(f"{name} Kirkbourne")
    screen(worker, url)
    say_level(worker, 4)
    worker.get_by_label(WHY).fill("Made up: nobody can say how it happened")
    see_policy(worker, name)
    expect(worker.get_by_text(RECOMMENDS)).to_be_visible()
    press(worker, "Decide")
    worker.get_by_label("Children's social care", exact=True).check()
    say_level(worker, 4)
    worker.get_by_label("Yes", exact=True).check()
    worker.get_by_label("Why this is right for this child").fill("Made up: the bruise is not explained.")
    press(worker, "Decide")
    expect(worker.get_by_text("Decided: level 4, Children's social care, section 47")).to_be_visible()
    refer_and_work(visit, worker)
    worker.goto(url)
    press(worker, "Close")
    expect(worker.get_by_role("heading", level=1)).to_contain_text("Closed")


def refer_and_work(visit, worker: Page) -> None:
    worker.get_by_role("link", name="REF-").click()
    referral = worker.url
    worker.get_by_label("Team").select_option("social_care_west")
    press(worker, "Allocate")
    locality = visit("west.social.care")
    expect(locality.get_by_role("heading", name="Waiting to be accepted (1)")).to_be_visible()
    locality.goto(referral)
    for step in ("Accept", "Start work", "Complete the assessment"):
        press(locality, step)
    locality.get_by_label("Why it closes").select_option("RC8")
    press(locality, "Close")
    expect(locality.get_by_role("heading", level=1)).to_contain_text("Closed")


def test_referral_of_another_locality_is_not_to_be_found(visit, request):
    name = "Zoë" if "with JavaScript" in request.node.name else "Ida"
    log_enquiry(visit("officer"), name)
    north = visit("north.social.care")
    expect(north.get_by_role("heading", level=1)).to_have_text("Referrals")
    expect(north.locator("main")).not_to_contain_text("Kirkbourne")
